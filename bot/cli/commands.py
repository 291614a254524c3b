"""The command line: serve, check a bundle, operate the database and the log, run the demo; and the client's commands.

Each command imports what it needs when it is run, so that those of people answer at once.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.audit import audit
from bot.cli.directory import directory
from bot.cli.evidence import evidence
from bot.cli.output import fail, out
from bot.cli.release import release_verify
from bot.cli.replay import policy_replay
from bot.cli.review import access_review
from bot.cli.stop import access_lift, access_stop
from bot.cli.witness import witness
from daypass.cli.access import access
from daypass.cli.app import join
from daypass.cli.release import release
from daypass.errors import DaypassError

if TYPE_CHECKING:
    from workflows.policy.bundle import Bundle

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
policy = typer.Typer(no_args_is_help=True, help="Work with a policy bundle.")
access.command("stop")(access_stop)
access.command("lift")(access_lift)
access.command("review")(access_review)
release.command("verify")(release_verify)
policy.command("replay")(policy_replay)
app.command("witness")(witness)
app.command("evidence")(evidence)
app.add_typer(policy, name="policy")
app.add_typer(audit, name="audit")
app.add_typer(directory, name="directory")
join(app)

Values = Annotated[
    list[str] | None,
    typer.Option("--value", metavar="NAME=TEXT", help="Value for ${NAME} in the bundle; repeatable."),
]
BundleArgument = Annotated[Path, typer.Argument(help="Directory of the bundle.")]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what goes wrong is one clear sentence, not a traceback."""
    try:
        app(args=arguments)
    except DaypassError as error:
        fail(str(error))
    except Exception as error:
        from bot.cli.told import TOLD

        if not isinstance(error, TOLD):
            raise
        fail(str(error))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Run Daypass: Slack's events (POST /slack/events), the console (/), the API (/api/v1), /healthz and /readyz."""
    from bot.cli.logs import set_up_logging
    from bot.cli.serve import serve as run
    from bot.settings import read_settings

    set_up_logging()
    asyncio.run(run(read_settings(), host, port))


@app.command()
def migrate(
    grant_to: Annotated[
        str | None,
        typer.Option(
            metavar="ROLE", help="PostgreSQL role Daypass runs as; it gets read and append rights only."
        ),
    ] = None,
) -> None:
    """Update the database's tables. `serve` does this too if its role is allowed to."""
    from bot.settings import read_settings
    from bot.wiring.database import migrate as bring_up_to_date

    asyncio.run(bring_up_to_date(read_settings().database_url.get_secret_value(), grant_to))
    out.print("The database is up to date.")


@app.command("erase")
def erase_texts(
    subject: Annotated[
        str, typer.Argument(help="Id of a request, release or incident that is over, such as acc_01….")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before erasing.")] = False,
) -> None:
    """Erase what people typed about something that is over. On PostgreSQL, run it as the owner of the tables.

    The log keeps who did what and still verifies; it records the erasure and counts the texts that are gone.
    """
    from bot.cli.erasing import erase_texts as erase

    asyncio.run(erase(subject, yes))


@app.command()
def check(
    bundle: BundleArgument,
    value: Values = None,
    vault: Annotated[
        bool, typer.Option("--vault", help="Also compare Vault with the bundle; needs Daypass's settings.")
    ] = False,
) -> None:
    """Validate a policy bundle. Each problem comes with its file, line, field and a fix.

    With --vault, also check that Vault has what the bundle needs and that Daypass's logins can't do more.
    """
    loaded = _loaded(bundle, value)
    counted = {
        "entitlements": loaded.entitlements,
        "services": loaded.services,
        "playbooks": loaded.playbooks,
        "groups": loaded.groups,
    }
    what = ", ".join(
        f"{len(found)} {name if len(found) != 1 else name[:-1]}" for name, found in counted.items()
    )
    out.print(f"{bundle}: {what}, digest {loaded.short_digest}. Bundle OK.", markup=False)
    for name, one in loaded.entitlements.items():
        if not one.secrets_engine.revocable:
            engine = one.secrets_engine
            how = "can't be taken back" if engine.static else "can't be revoked early"
            sentence = f"{one.source}: {name} {how}: {engine.makes} {engine.lasts}."
            out.print(sentence, markup=False)
    if vault:
        _check_vault(loaded)


def _check_vault(bundle: "Bundle") -> None:
    """Exits 1 if anything is missing or too broad."""
    from bot.cli.operator import check_vault
    from bot.settings import read_settings

    found = asyncio.run(check_vault(read_settings(), bundle))
    told = {"missing": found.missing, "too broad": found.too_wide, "note": found.notes}
    for kind, sentences in told.items():
        for sentence in sentences:
            out.print(f"{kind}: {sentence}", markup=False)
    if not found.faultless:
        out.print(f"Vault: {len(found.missing)} missing, {len(found.too_wide)} too broad.")
        raise typer.Exit(1)
    out.print("Vault OK: it has what the bundle needs, and Daypass's logins can't do more.")


@policy.command("test")
def policy_test(bundle: BundleArgument, value: Values = None) -> None:
    """Run the bundle's own tests."""
    from workflows.policy.evaluation.bundle_tests import run_bundle_tests

    results = run_bundle_tests(_loaded(bundle, value))
    for result in results:
        out.print(f"{'passed' if result.passed else 'FAILED'}  {result.name} ({result.source})", markup=False)
        for difference in result.differences:
            out.print(f"        {difference}", markup=False)
    failed = sum(not result.passed for result in results)
    out.print(f"{len(results) - failed} passed, {failed} failed")
    raise typer.Exit(1 if failed else 0)


@policy.command("explain")
def policy_explain(
    bundle: BundleArgument,
    service: Annotated[str, typer.Argument(help="Name of a service in the bundle.")],
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="NAME=TEXT", help="Answer to the risk questionnaire; repeatable."),
    ] = None,
    value: Values = None,
) -> None:
    """Say what a release of a service needs in each risk tier, and which tier some answers lead to."""
    from workflows.policy.evaluation.explain_tiers import explain_answers, explain_tiers
    from workflows.policy.problems import suggest

    services = _loaded(bundle, value).services
    terms = services.get(service)
    if terms is None:
        fail(f"The bundle has no service “{service}”; {suggest(service, services)}")
    answers = _pairs("--answer", answer)
    for sentence in (*explain_tiers(terms), *(explain_answers(terms, answers) if answers else ())):
        out.print(sentence, markup=False)


@app.command()
def status() -> None:
    """Show unfinished work, grants being revoked, alarms and the log's last checkpoint."""
    from bot.cli.operator import Status, read_status
    from bot.settings import read_settings

    found: Status = asyncio.run(read_status(read_settings()))
    for effect in found.effects:
        error = f": {effect.last_error}" if effect.last_error else ""
        out.print(
            f"{effect.kind} of {effect.subject} (effect {effect.seq}): {effect.status}, "
            f"attempts: {effect.attempts}, next at {effect.not_before:%H:%M:%S} UTC{error}",
            markup=False,
        )
    if not found.effects:
        out.print("No unfinished work.")
    for sentence in found.sentences:
        out.print(sentence, markup=False)


@app.command()
def demo(
    tour: Annotated[
        bool, typer.Option(help="Play the whole story automatically and check every step.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the demo page; 0 picks a free one.")] = 8330,
) -> None:
    """Start everything on this machine: OpenBao, PostgreSQL, Daypass, and a stand-in for Slack in the browser."""
    try:
        from bot.demo.run import run_demo, run_tour
    except ModuleNotFoundError as error:
        if error.name in ("bot.demo", "bot.demo.run"):
            fail("The demo isn't part of the installed package. Clone the repository and run `make demo`.")
        fail(f"The demo needs the package {error.name}. Run `make demo`, or install the extra “demo”.")
    raise typer.Exit(run_tour() if tour else run_demo(port))


def _loaded(bundle: Path, values: list[str] | None) -> "Bundle":
    """The bundle in this directory. Raises BundleErrors."""
    from workflows.policy.loading.files import STILL_SECONDS
    from workflows.policy.loading.load import load_bundle

    return load_bundle(bundle, _pairs("--value", values), STILL_SECONDS)


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given or []]
    for name, sign, _ in pairs:
        if not sign:
            fail(f"{option} {name} isn't valid. Write it as NAME=TEXT.")
    return {name: text for name, _, text in pairs}
