"""`daypass access`: request access, see what you have, extend it, give it back."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from daypass.cli.asking import GivenInputs, Ticket, Timeout, Wait, Wrapped, ask, follow, seconds, wait
from daypass.cli.calling import calling
from daypass.cli.listing import print_available, print_ids, print_own
from daypass.cli.output import confirm, out, tell
from daypass.text import at

access = typer.Typer(no_args_is_help=True, help="Request access, see what you have, extend it, give it back.")
Duration = Annotated[str, typer.Option("--for", help="How long, such as 30m.")]
Because = Annotated[str, typer.Option(help="Why you need it; approvers read this.")]
What = Annotated[str, typer.Argument(help="What it is access to, such as warehouse, or the request's id.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask, for scripts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, as the API gives it.")]


@access.command("request")
def request(
    entitlement: Annotated[str, typer.Argument(help="What to request, such as warehouse.")],
    duration: Duration,
    because: Because,
    ticket: Ticket = None,
    starts_at: Annotated[
        str | None, typer.Option(help="Start later, such as 2026-12-01T09:00+01:00.")
    ] = None,
    until_run: Annotated[
        str | None, typer.Option(help="An MLflow run, or kubernetes:namespace/job; access ends with it.")
    ] = None,
    given: GivenInputs = None,
    on_behalf_of: Annotated[
        str | None,
        typer.Option(help="Someone else whom it is for, by e-mail address; they have to accept it."),
    ] = None,
    wait: Wait = False,
    timeout: Timeout = "4h",
    wrapped: Wrapped = False,
) -> None:
    """Request access. Prints the request's id, or with --wrapped a wrapping token for `bao unwrap`.

    Sign in with `daypass login`; a pipeline sets DAYPASS_URL, and DAYPASS_TOKEN or DAYPASS_TOKEN_FILE to a machine's
    token. Exit codes with --wait: 0 approved, 3 denied, 4 expired, withdrawn or over, 5 still pending, 130
    interrupted; 1 is any error.
    """
    from daypass.catalog import id_of
    from daypass.inputs import read_inputs

    patience = seconds(timeout) if wait or wrapped else None
    with calling() as api:
        what = id_of(api, entitlement)
        asked: dict[str, Any] = {
            "entitlement": what,
            "duration": duration,
            "justification": because,
            "ticket": ticket,
        }
        narrower = {
            "starts_at": starts_at,
            "until_run": until_run,
            "on_behalf_of": on_behalf_of,
            "inputs": read_inputs(given or []),
        }
        asked.update({name: given for name, given in narrower.items() if given})
        ask(api, "access", asked, patience, wrapped)


@access.command("link")
def link(
    entitlement: Annotated[str, typer.Argument(help="What it fills in a request for, such as warehouse.")],
    duration: Annotated[str | None, typer.Option("--for", help="How long, such as 30m.")] = None,
    because: Annotated[str | None, typer.Option(help="The reason to start with.")] = None,
    ticket: Ticket = None,
    given: GivenInputs = None,
) -> None:
    """Print a link that fills in a request, for a runbook. Whoever follows it checks the form and sends it themselves."""
    from daypass.inputs import read_inputs
    from daypass.links import link_to
    from daypass.settings import open_sessions, read_url

    url = read_url(open_sessions())
    out.print(link_to(url, entitlement, duration, because, ticket, read_inputs(given or [])), markup=False)


@access.command("break-glass")
def break_glass(
    entitlement: Annotated[str, typer.Argument(help="What to take, such as warehouse.")],
    because: Annotated[str, typer.Option(help="Why; everyone who is told reads this.")],
    duration: Annotated[
        str | None, typer.Option("--for", help="How long, such as 20m; without it the most there is.")
    ] = None,
    ticket: Ticket = None,
    given: GivenInputs = None,
    yes: Yes = False,
) -> None:
    """Take access at once in an emergency, without approval, where the policy lets you. Prints the request's id.

    Everyone who could have approved it is told at once, and someone else reviews it afterwards.
    """
    from daypass.catalog import id_of
    from daypass.inputs import read_inputs

    inputs = read_inputs(given or [])
    with calling() as api:
        what = id_of(api, entitlement)
        confirm(
            f"Take {what} without approval? Everyone who could approve it is told, and it is reviewed.", yes
        )
        asked: dict[str, Any] = {"entitlement": what, "justification": because, "duration": duration}
        asked.update(ticket=ticket, inputs=inputs)
        found = api.post("break-glass", {name: said for name, said in asked.items() if said})
        tell(f"You have {what} until {at(found['grant']['ends_at'])}. Get a login: daypass run {what} -- …")
        out.print(found["id"], markup=False)


@access.command("accept")
def accept(what: What, yes: Yes = False) -> None:
    """Accept an approver's conditions, or what someone requested for you: shown first, then asked."""
    from daypass.accepting import accept as accept_offer
    from daypass.accepting import spell_offer
    from daypass.catalog import to_accept

    with calling() as api:
        found = to_accept(api, what)
        for line in spell_offer(found).splitlines():
            tell(line)
        confirm("Accept this?", yes)
        after = accept_offer(api, found)
        tell(f"Accepted. {found['entitlement']} ({found['id']}) is {after['status']}.")


@access.command("request-kit")
def request_kit(
    kit: Annotated[str, typer.Argument(help="The kit to request, such as churn.")],
    duration: Duration,
    because: Because,
    ticket: Ticket = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Request only this of the kit; can be repeated.")
    ] = None,
    starts_at: Annotated[
        str | None, typer.Option(help="Start later, such as 2026-12-01T09:00+01:00.")
    ] = None,
) -> None:
    """Request several things at once. Prints the id of each request; `daypass access wait ID` waits for one."""
    from daypass.catalog import kit_requests

    given = {"ticket": ticket, "entitlements": only, "starts_at": starts_at}
    asked = {"kit": kit, "duration": duration, "justification": because}
    with calling() as api:
        found = kit_requests(api, asked | {name: one for name, one in given.items() if one})
        print_ids(found)


@access.command("wait")
def wait_again(
    request: Annotated[str, typer.Argument(help="Id of the request.")],
    timeout: Timeout = "4h",
    wrapped: Wrapped = False,
) -> None:
    """Wait for an earlier request. Exit codes as for `request --wait`."""
    patience = seconds(timeout)
    with calling() as api:
        wait(api, "access", request, patience, wrapped)


@access.command("list")
def list_own(as_json: AsJson = False) -> None:
    """Show the access you have, and the requests that wait for a decision."""
    from daypass.catalog import mine, proposed_for_caller

    with calling() as api:
        found = mine(api, "active", "scheduled", "ending", "pending")
        print_own([*found, *proposed_for_caller(api)], as_json)


@access.command("available")
def available(as_json: AsJson = False) -> None:
    """Show what you can request."""
    from daypass.catalog import offers

    with calling() as api:
        print_available(offers(api), as_json)


@access.command("extend")
def extend(
    what: What,
    duration: Duration,
    because: Because,
    ticket: Ticket = None,
    wait: Wait = False,
    timeout: Timeout = "4h",
) -> None:
    """Request more time, from when your access ends. It has a login of its own. Prints the new request's id."""
    from daypass.catalog import named

    patience = seconds(timeout) if wait else None
    with calling() as api:
        found = named(api, what, "active")
        asked = {"duration": duration, "justification": because, "ticket": ticket}
        extension = api.post(f"requests/{quote(str(found['id']), safe='')}/extend", asked)
        follow(api, "access", str(extension["id"]), patience)


@access.command("give-back")
def give_back(what: What) -> None:
    """End your access now, before it ends by itself."""
    from daypass.catalog import named
    from daypass.grants import give_back as end
    from daypass.grants import how_it_ends

    with calling() as api:
        found = named(api, what, "active")
        grant = end(api, str(found["id"]))
        tell(how_it_ends(str(found["entitlement"]), grant, grant["ends_at"]))


@access.command("withdraw")
def withdraw(what: What) -> None:
    """Take a request back that nobody has decided yet."""
    from daypass.catalog import named

    with calling() as api:
        found = named(api, what, "pending")
        api.post(f"requests/{quote(str(found['id']), safe='')}/withdraw")
        tell(f"Withdrew your request for {found['entitlement']} ({found['id']}).")
