"""`daypass access` and `daypass release`: request from a pipeline and wait for the verdict."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, NoReturn
from urllib.parse import quote

import typer

from bot.cli.output import out, tell
from workflows.durations import DurationError, parse_duration
from workflows.ports import Permanent, Retryable

if TYPE_CHECKING:
    from bot.cli.api_client import Daypass

access = typer.Typer(no_args_is_help=True, help="Request access from a pipeline, through the API.")
release = typer.Typer(no_args_is_help=True, help="Propose releases from a pipeline, through the API.")
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the verdict; the exit code says which.")]
Timeout = Annotated[str, typer.Option(help="How long to wait, such as 30m.")]
Wrapped = Annotated[
    bool, typer.Option("--wrapped", help="Once approved, print a wrapping token to get the login with.")
]
_PATHS = {"access": "requests", "release": "releases"}


@access.command("request")
def access_request(
    entitlement: Annotated[str, typer.Argument(help="Id of the entitlement to request.")],
    duration: Annotated[str, typer.Option("--for", help="How long, such as 30m.")],
    because: Annotated[str, typer.Option(help="Why you need it; approvers read this.")],
    ticket: Annotated[str | None, typer.Option(help="Ticket, if the rule requires one.")] = None,
    starts_at: Annotated[
        str | None, typer.Option(help="Start later, such as 2026-12-01T09:00+01:00.")
    ] = None,
    until_run: Annotated[str | None, typer.Option(help="Id of an MLflow run; access ends with it.")] = None,
    wait: Wait = False,
    timeout: Timeout = "4h",
    wrapped: Wrapped = False,
) -> None:
    """Request access. Prints the request's id, or with --wrapped a wrapping token for `bao unwrap`.

    Set DAYPASS_URL, and DAYPASS_TOKEN or DAYPASS_TOKEN_FILE to a machine's token. Exit codes with --wait: 0
    approved, 3 denied, 4 expired, withdrawn or over, 5 still pending, 130 interrupted; 1 is any error.
    """
    asked = {"entitlement": entitlement, "duration": duration, "justification": because, "ticket": ticket}
    narrower = {"starts_at": starts_at, "until_run": until_run}
    _ask(
        "access",
        {**asked, **{name: given for name, given in narrower.items() if given}},
        _seconds(timeout) if wait or wrapped else None,
        wrapped,
    )


@access.command("wait")
def access_wait(
    request: Annotated[str, typer.Argument(help="Id of the request.")],
    timeout: Timeout = "4h",
    wrapped: Wrapped = False,
) -> None:
    """Wait for an earlier request. Exit codes as for `request --wait`."""
    _wait_again("access", request, _seconds(timeout), wrapped)


@release.command("request")
def release_request(
    service: Annotated[str, typer.Argument(help="Service to release, by its name in the bundle.")],
    version: Annotated[str, typer.Argument(help="Version to release.")],
    note: Annotated[str, typer.Option(help="What changes; approvers read this.")] = "",
    wait: Wait = False,
    timeout: Timeout = "8h",
) -> None:
    """Propose a release. Prints its id.

    Set DAYPASS_URL, and DAYPASS_TOKEN or DAYPASS_TOKEN_FILE to a machine's token. Exit codes with --wait: 0
    live, 3 rejected, 4 expired, withdrawn or superseded, 5 still pending, 130 interrupted; 1 is any error.
    """
    asked = {"service": service, "version": version, "note": note}
    _ask("release", asked, _seconds(timeout) if wait else None)


@release.command("wait")
def release_wait(
    release: Annotated[str, typer.Argument(help="Id of the release.")], timeout: Timeout = "8h"
) -> None:
    """Wait for an earlier release. Exit codes as for `request --wait`."""
    _wait_again("release", release, _seconds(timeout))


def _ask(kind: str, asked: Mapping[str, str | None], patience: int | None, wrapped: bool = False) -> None:
    """Ask, and wait for the verdict if there is patience; ends the process by it."""
    from bot.cli.api_client import daypass

    with daypass() as api:
        id = str(api.post(_PATHS[kind], asked)["id"])
        if patience is None:
            out.print(id, markup=False)
            return
        tell(f"{id} is pending: {api.story(id)}")
        try:
            _wait(api, kind, id, patience, wrapped)
        except (Retryable, Permanent):
            tell(_again(kind, id, wrapped))
            raise


def _wait_again(kind: str, id: str, patience: int, wrapped: bool = False) -> None:
    from bot.cli.api_client import daypass

    with daypass() as api:
        _wait(api, kind, id, patience, wrapped)


def _wait(api: "Daypass", kind: str, id: str, patience: int, wrapped: bool) -> NoReturn:
    """Wait for the verdict, and end the process by it. However that goes, what was asked for stays."""
    from bot.cli.api_client import ExitVerdict, not_yet
    from bot.cli.api_client import wait as wait_for

    try:
        path = f"{_PATHS[kind]}/{quote(id, safe='')}"
        verdict, found = wait_for(api, path, time.monotonic() + patience, tell)
        if verdict is ExitVerdict.NOT_IN_TIME:
            tell(f"{not_yet(found)} {_again(kind, id, wrapped)}")
        handed = id
        if wrapped and verdict is ExitVerdict.GRANTED:
            handed = api.post(f"grants/{id}/credentials")["wrapping_token"]
    except KeyboardInterrupt:
        tell(f"Interrupted. {_again(kind, id, wrapped)}")
        raise typer.Exit(130) from None
    out.print(handed, markup=False)
    raise typer.Exit(verdict)


def _again(kind: str, id: str, wrapped: bool) -> str:
    return f"Still pending. Keep waiting with: daypass {kind} wait {id}{' --wrapped' if wrapped else ''}"


def _seconds(duration: str) -> int:
    try:
        return parse_duration(duration)
    except DurationError as error:
        raise typer.BadParameter(f"{error}.") from error
