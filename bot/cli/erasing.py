"""What `daypass erase` does: what people typed about one subject is erased, and the log says that it was."""

from collections.abc import Callable
from dataclasses import dataclass

import typer

from bot.cli.desk import Desk, desk
from bot.cli.output import fail, out
from bot.settings import read_settings
from bot.wiring.database import said_plainly
from bot.wiring.workflows import BY_KIND
from migrations.erasing import also_in, erase, may_erase
from workflows.audit.tlog.leaf import read_leaf
from workflows.system.erasures import EraseTexts, ReportErased, erased_state, erasure_id, not_erasable
from workflows.workflow import kind_of

NOT_OWNER = (
    "This login may not erase. Put the login that owns the tables into DATABASE_URL, as for `daypass migrate`: the one "
    "that Daypass runs with can't erase anything."
)


@dataclass(frozen=True)
class Erased:
    """How many texts were erased, and the subjects about which somebody typed exactly the same."""

    count: int
    also_in: list[str]


async def erase_texts(subject: str, yes: bool) -> None:
    """Erase them, and say what is left to do. Ends the process with 1 if it is refused."""
    url = read_settings().database_url.get_secret_value()
    async with desk() as here:
        found = await erase_at(here, url, subject, (lambda count: None) if yes else _confirm(subject))
    out.print(
        f"Erased {found.count} texts about {subject}. The log still verifies, and counts them as erased."
    )
    if found.also_in:
        out.print(f"The same words are also in {', '.join(found.also_in)}: erase those too.", markup=False)
    out.print("Delete its messages in Slack as well, and remember backups and exports that you gave away.")


async def erase_at(here: Desk, url: str, subject: str, confirm: Callable[[int], None]) -> Erased:
    """Erase what was typed about the subject, between recording that an operator ordered it and that it was done.

    `url` is the database's, as the owner of the tables; `confirm` hears how many texts there are. Raises NotErased.
    """
    workflow = BY_KIND.get(kind_of(subject))
    if workflow is None:
        fail(f"{subject} isn't an id of Daypass. It is on the card's last line and in the console.")
    with said_plainly(url):
        if not may_erase(url):
            fail(NOT_OWNER)
    state, leaves = await here.reads.as_logged(workflow.state, subject)
    if state is None:
        fail(f"The database has nothing of {subject}.")
    if why := not_erasable(subject, state, workflow.awaits(state)):
        fail(why)
    without = erased_state(workflow, state, leaves)
    if isinstance(without, str):
        fail(without)
    count = sum(len(event.texts) for event in await here.reads.story(subject))
    confirm(count)
    await here.act(EraseTexts(erasure_id(subject), subject, count))
    with said_plainly(url):
        same = also_in(url, subject)
        erased = erase(url, subject, read_leaf(leaves[-1]).version, without.model_dump_json())
    await here.act(ReportErased(erasure_id(subject), subject))
    return Erased(erased, same)


def _confirm(subject: str) -> Callable[[int], None]:
    def ask(count: int) -> None:
        typer.confirm(f"Erase {count} texts about {subject} for good?", abort=True)

    return ask
