"""A person's part of the App Home: their access and requests, and what they can decide."""

from slack_sdk.models.blocks import Block

from bot.slack.access import texts
from bot.slack.access.break_glass.lines import review_buttons, review_line
from bot.slack.access.break_glass.texts import TO_REVIEW
from bot.slack.access.cards import (
    accept_buttons,
    decide_buttons,
    details_button,
    extend_buttons,
    get_button,
    give_back_button,
    withdraw_button,
)
from bot.slack.access.input_fields import inputs_line
from bot.slack.access.kits.home import kit_waiting, kit_waits_for, my_kit
from bot.slack.access.on_behalf.lines import home_item
from bot.slack.access.status import headline, offered_lines, status_line, terms_line
from bot.slack.blocks import beside, button, buttons, section, sections
from bot.slack.button_values import About
from bot.slack.mrkdwn import moment, plain, remaining
from bot.slack.presenter import Decision, HomePart, Item
from bot.slack.reviews import has_approved, take_back_button, waiting_line
from workflows.access.break_glass.reviewers import reviewers
from workflows.access.break_glass.state import REVIEW
from workflows.access.card_room import reason_chars_on_card
from workflows.access.kits.whole import WholeKit, with_their_kits
from workflows.access.state import KIND, Access
from workflows.approval.approvers import waits_for
from workflows.approval.staged import UNDECIDED
from workflows.durations import spell_duration
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.text import glimpse
from workflows.workflow import World

START = "home.request-access"
ASK_AGAIN = "access.ask-again"
LISTED = 40
FIRST = ("active", "ending", "scheduled", "proposed", "pending")
"""Statuses that stand above the others."""
AGAIN = ("ended", "denied", "withdrawn", "lapsed")
"""Statuses of what can be requested again."""


async def home_part(reads: Repository, world: World, person: str) -> HomePart:
    """What the person has, has requested and can decide, of access."""
    mine = await reads.owned_by(Access, KIND, person, LISTED)
    undecided = await reads.in_status(Access, KIND, UNDECIDED)
    pending = [state for state in undecided if state.status == "pending"]
    taken = await reads.awaiting(Access, KIND, REVIEW)
    return HomePart(
        kind=KIND,
        title="Your access",
        decisions=texts.HOME_DECISIONS,
        empty=texts.HOME_EMPTY,
        waiting=[
            *(
                _proposed(state)
                for state in undecided
                if state.status == "proposed" and state.holder == person
            ),
            *(
                _decision(state, world.directory)
                for state in await with_their_kits(reads, pending)
                if _waits_for(state, world.directory, person)
            ),
            *(_review(state) for state in taken if _can_review(state, world.directory, person)),
        ],
        approved=[_approved(state, world.directory) for state in pending if has_approved(state, person)],
        mine=[
            _mine(state, world.directory) for state in sorted(await with_their_kits(reads, mine), key=_rank)
        ],
        start=button("Request access", START, "access", style="primary"),
    )


def _rank(state: Access) -> int:
    if isinstance(state, WholeKit):
        return min(map(_rank, state.states))
    return FIRST.index(state.status) if state.status in FIRST else len(FIRST)


def _proposed(state: Access) -> Decision:
    item = home_item(state, _terms(state), details_button(state))
    return Decision(item, state.terms.environment, state.terms.risk)


def _waits_for(state: Access, directory: Directory, person: str) -> bool:
    if isinstance(state, WholeKit):
        return kit_waits_for(state, directory, person)
    return waits_for(state, directory, person)


def _decision(state: Access, directory: Directory) -> Decision:
    if isinstance(state, WholeKit):
        strictest = state.strictest.terms
        return Decision(kit_waiting(state, directory), strictest.environment, strictest.risk)
    return Decision(_waiting(state), state.terms.environment, state.terms.risk)


def _can_review(state: Access, directory: Directory, person: str) -> bool:
    return bool(review_buttons(state)) and person in reviewers(state, directory)


def _review(state: Access) -> Decision:
    """What was taken without approval, and waits for this person's review."""
    assert state.break_glass is not None
    text = TO_REVIEW.format(
        headline=headline(state),
        terms=_terms(state),
        why=plain(glimpse(state.justification, reason_chars_on_card(state))),
        review=review_line(state.break_glass),
    )
    item = [section(text), buttons(*review_buttons(state), details_button(state))]
    return Decision(item, state.terms.environment, state.terms.risk)


def _terms(state: Access) -> str:
    """What is requested, with its inputs: it can be approved from here."""
    return "\n".join(filter(None, [terms_line(state), inputs_line(state)]))


def _waiting(state: Access) -> list[Block]:
    why = plain(glimpse(state.justification, reason_chars_on_card(state)))
    text = texts.HOME_WAITING.format(
        headline=headline(state), terms=_terms(state), why=why, until=moment(state.lapses_at)
    )
    return [section(text), buttons(*decide_buttons(state), details_button(state))]


def _approved(state: Access, directory: Directory) -> Item:
    text = f"{headline(state)} · {spell_duration(state.approved_seconds)}\n{waiting_line(state, directory)}"
    return [section(text), buttons(take_back_button(state.id), details_button(state))]


def _mine(state: Access, directory: Directory) -> list[Block]:
    again = button("Ask again", ASK_AGAIN, About(state.id).value)
    if isinstance(state, WholeKit):
        return my_kit(state, directory, again)
    title = f"*{plain(state.terms.title)}*"
    if state.status == "active" and state.grant:
        text = texts.HOME_ACTIVE.format(
            what=plain(state.terms.title), ends=remaining(state.grant.ends_at), status=status_line(state)
        )
        return [
            section(text),
            buttons(
                get_button(state), *extend_buttons(state), give_back_button(state), details_button(state)
            ),
        ]
    if state.status in ("proposed", "pending"):
        text = f":hourglass_flowing_sand: {title}\n{_terms(state)}\n{status_line(state)}"
        offered = offered_lines(state) if state.offered_at else []
        pressed = buttons(*accept_buttons(state), withdraw_button(state), details_button(state))
        return [section(text), *sections(*offered), pressed]
    text = f"{texts.MARKS[state.status]} {title} · {spell_duration(state.approved_seconds)}\n{status_line(state)}"
    if state.status == "scheduled":
        return [section(text), buttons(give_back_button(state), details_button(state))]
    if state.status in AGAIN:
        return [section(text), buttons(again, details_button(state))]
    return [beside(text, details_button(state))]
