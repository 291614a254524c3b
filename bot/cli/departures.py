"""Lists, confirms and rejects departures as an operator, on the database of a running Daypass."""

import typer

from bot.cli.desk import Desk, desk
from bot.cli.output import fail, out, tell
from workflows.system.departures.commands import ConfirmDeparture, RejectDeparture
from workflows.system.departures.state import KIND, Departure

LISTED = 50
"""People named of one departure."""


async def list_held() -> None:
    """Print each departure that waits for an operator, with its people."""
    async with desk() as here:
        held = await here.reads.in_status(Departure, KIND, ("held",))
        for one in held:
            out.print(f"{one.id}: {_people(here, one)}", markup=False)
        if not held:
            tell("No departure waits for an operator.")


async def settle(id: str, confirmed: bool, yes: bool) -> None:
    """Decide about the departure as it is shown. Ends the process with 1 if it is refused."""
    async with desk() as here:
        found = await here.reads.find(Departure, id)
        if found is None:
            fail(f"There is no departure {id}.")
        tell(f"{len(found.people)} people: {_people(here, found)}")
        if not yes:
            typer.confirm("End what they hold?" if confirmed else "Let them stay?", abort=True, err=True)
        made = ConfirmDeparture if confirmed else RejectDeparture
        await here.act(made(id, found.digest))
        out.print("Confirmed. What they hold ends." if confirmed else "Rejected. They keep what they hold.")


def _people(here: Desk, departure: Departure) -> str:
    names = [here.world.directory.name_of(one) for one in departure.people[:LISTED]]
    more = len(departure.people) - len(names)
    return f"{', '.join(names)}{f' and {more} more' if more else ''}"
