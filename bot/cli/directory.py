"""`daypass directory`: decides about people who are said to have left, for whoever operates Daypass's database."""

import asyncio
from typing import Annotated

import typer

directory = typer.Typer(
    no_args_is_help=True, help="Decide about people whom the identity provider deactivated."
)
_ID = Annotated[str, typer.Argument(help="Id of the departure; see `daypass directory departures`.")]
_YES = Annotated[bool, typer.Option("--yes", help="Don't ask before deciding.")]


@directory.command()
def departures() -> None:
    """List the departures that wait for an operator. Needs Daypass's settings."""
    from bot.cli.departures import list_held

    asyncio.run(list_held())


@directory.command()
def confirm(departure: _ID, yes: _YES = False) -> None:
    """Confirm that these people have left: what they hold ends. Needs Daypass's settings."""
    from bot.cli.departures import settle

    asyncio.run(settle(departure, confirmed=True, yes=yes))


@directory.command()
def reject(departure: _ID, yes: _YES = False) -> None:
    """Reject it: these people stay, and keep what they hold. Needs Daypass's settings."""
    from bot.cli.departures import settle

    asyncio.run(settle(departure, confirmed=False, yes=yes))
