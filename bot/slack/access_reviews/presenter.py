"""Access reviews as the drawing sees them: a card for each reviewer, and their part of App Home."""

from collections.abc import Collection, Mapping

from bot.slack.access_reviews import texts
from bot.slack.access_reviews.cards import card, due_line, items, note
from bot.slack.blocks import section
from bot.slack.message import Message
from bot.slack.mrkdwn import plain
from bot.slack.presenter import CARD, Decision, HomePart, Presenter
from workflows.database.stored_messages import Slot
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.system.access_reviews.reviewers import everyone, waiting, waiting_for
from workflows.system.access_reviews.state import KIND, OPEN, AccessReview
from workflows.workflow import World

MAX_REVIEWERS = 50
"""Who get a card at first; others find it in App Home, and are told when it is due."""
MAX_HOME_ITEMS = 3
PLACE = "person:"


def _cards(state: AccessReview, world: World, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    had = {one.place.removeprefix(PLACE) for one in slots if one.name == CARD}
    numbers = waiting(state, {*had, *everyone(state, world.directory)}, world.directory)
    waited_for = sorted(one for one, some in numbers.items() if some)[:MAX_REVIEWERS]
    return {
        Slot(state.id, f"{PLACE}{one}", CARD): card(state, one, numbers[one])
        for one in sorted({*had, *waited_for})
    }


async def home_part(reads: Repository, world: World, person: str) -> HomePart | None:
    """What waits for the person's answer, review by review; None if nothing does."""
    open_ = await reads.in_status(AccessReview, KIND, OPEN)
    waiting = [(one, waiting_for(one, person, world.directory)) for one in open_]
    decisions = [_decision(one, numbers) for one, numbers in waiting if numbers]
    if not decisions:
        return None
    return HomePart(
        kind=KIND,
        title=texts.HOME_TITLE,
        decisions=texts.HOME_DECISIONS,
        empty=texts.HOME_EMPTY,
        waiting=decisions,
        mine=[],
    )


def _decision(state: AccessReview, numbers: list[int]) -> Decision:
    text = texts.TO_REVIEW.format(
        title=plain(state.terms.title),
        period=plain(state.period),
        number=len(numbers),
        due=due_line(state),
    )
    return Decision([section(text), *items(state, numbers[:MAX_HOME_ITEMS])])


def _concerned(state: AccessReview, directory: Directory) -> Collection[str]:
    return everyone(state, directory)


PRESENTER = Presenter(
    KIND,
    AccessReview,
    _cards,
    note,
    texts.NOTES,
    _concerned,
    home_part,
    open=frozenset(OPEN),
    topic=lambda state: plain(state.terms.title),
)
