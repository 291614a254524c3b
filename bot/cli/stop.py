"""`daypass access stop` and `lift`: the red button at the command line, for whoever operates Daypass's database."""

import asyncio
from typing import Annotated

import typer


def access_stop(
    because: Annotated[str, typer.Option(help="Why; everyone who sees the stop reads it.")],
    person: Annotated[
        str | None, typer.Option(help="End everything of this person: an e-mail address or a Slack id.")
    ] = None,
    resource: Annotated[
        str | None, typer.Option(help="End all access to this resource or entitlement, by its id.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before ending.")] = False,
) -> None:
    """End everything of a person or a resource now, and refuse more until it's lifted. Needs Daypass's settings.

    Waits until Vault has confirmed every end; interrupting it stops only the waiting. Prints the stop's id.
    """
    from bot.cli.stopping import stop

    asyncio.run(stop(person, resource, because, yes))


def access_lift(
    stop: Annotated[str, typer.Argument(help="Id of the stop.")],
    because: Annotated[str, typer.Option(help="Why it's over.")],
) -> None:
    """Lift an emergency stop, so that access can be requested again. Needs Daypass's settings."""
    from bot.cli.stopping import lift

    asyncio.run(lift(stop, because))
