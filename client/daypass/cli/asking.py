"""Asks for something, waits for the verdict, and ends the process by it: what access and releases have in common."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from urllib.parse import quote

import typer

from daypass.cli.output import agree, out, tell

if TYPE_CHECKING:
    from daypass.api import Daypass

Wait = Annotated[bool, typer.Option("--wait", help="Wait for the verdict; the exit code says which.")]
Timeout = Annotated[str, typer.Option(help="How long to wait, such as 30m.")]
Ticket = Annotated[str | None, typer.Option(help="Ticket, if the rule requires one.")]
Wrapped = Annotated[
    bool, typer.Option("--wrapped", help="Once approved, print a wrapping token to get the login with.")
]
GivenInputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        help="What it asks for besides, such as dataset=eu. Repeat it for each.",
        metavar="NAME=VALUE",
    ),
]
PATHS = {"access": "requests", "release": "releases"}


def ask(
    api: "Daypass", kind: str, asked: Mapping[str, Any], patience: int | None, wrapped: bool = False
) -> None:
    """Ask, and wait for the verdict if there is patience; ends the process by it."""
    id = str(api.post(PATHS[kind], asked)["id"])
    follow(api, kind, id, patience, wrapped)


def follow(api: "Daypass", kind: str, id: str, patience: int | None, wrapped: bool = False) -> None:
    """Print the id of a request, or wait for its verdict."""
    from daypass.errors import DaypassError

    if patience is None:
        out.print(id, markup=False)
        return
    tell(f"{id} is pending: {api.story(id)}")
    try:
        wait(api, kind, id, patience, wrapped)
    except DaypassError:
        tell(_again(kind, id, wrapped))
        raise


def wait(api: "Daypass", kind: str, id: str, patience: int, wrapped: bool = False) -> NoReturn:
    """Wait for the verdict, and end the process by it. However that goes, the request stays."""
    from daypass.waiting import ExitVerdict, not_yet
    from daypass.waiting import wait as wait_for

    try:
        path = f"{PATHS[kind]}/{quote(id, safe='')}"
        verdict, found = wait_for(api, path, time.monotonic() + patience, tell, agree=agree())
        if verdict is ExitVerdict.NOT_IN_TIME:
            tell(f"{not_yet(found)} {_again(kind, id, wrapped)}")
        handed = id
        if wrapped and verdict is ExitVerdict.GRANTED:
            handed = api.post(f"grants/{quote(id, safe='')}/credentials")["wrapping_token"]
    except KeyboardInterrupt:
        tell(f"Interrupted. {_again(kind, id, wrapped)}")
        raise typer.Exit(130) from None
    out.print(handed, markup=False)
    raise typer.Exit(verdict)


def seconds(duration: str) -> int:
    """Read a timeout. Raises typer.BadParameter."""
    from daypass.errors import DaypassError
    from daypass.text import seconds_of

    try:
        return seconds_of(duration)
    except DaypassError as error:
        raise typer.BadParameter(str(error)) from error


def _again(kind: str, id: str, wrapped: bool) -> str:
    return f"Still pending. Keep waiting with: daypass {kind} wait {id}{' --wrapped' if wrapped else ''}"
