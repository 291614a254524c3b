"""The card of an access review, for one reviewer: what waits for them, a few items at a time, and what they removed."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.access_reviews import texts
from bot.slack.blocks import beside, button, buttons, fine_print, message, section, sections, sure
from bot.slack.button_values import About, ItemOf
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, minute, plain
from workflows.durations import spell_duration
from workflows.system.access_reviews.answers import used_recently
from workflows.system.access_reviews.state import AccessReview

KEEP = "access-review.keep"
REMOVE = "access-review.remove"
UNDO = "access-review.undo"
KEEP_USED = "access-review.keep-used"
MAX_ITEMS = 8
MAX_UNDONE = 3
"""Of one reviewer's removals, the newest that can be undone from the card; the console has all of them."""
MAX_TITLE_CHARS = 150
MAX_NAMED = 10


def card(state: AccessReview, reviewer: str, numbers: Sequence[int]) -> Message:
    """What this reviewer sees of it now; the items of these numbers wait for them."""
    title = headline(state)
    blocks: list[Block] = [*sections(title, *_status(state))]
    if numbers:
        blocks += [section(texts.WAITING.format(number=len(numbers))), *items(state, numbers[:MAX_ITEMS])]
        more = len(numbers) - MAX_ITEMS
        blocks += [section(texts.MORE.format(number=more))] if more > 0 else []
        blocks += _kept_at_once(state, numbers)
    elif state.status == "open":
        blocks.append(section(texts.NOTHING_LEFT))
    return message(title, *blocks, *_undoable(state, reviewer), fine_print(state.id))


def headline(state: AccessReview) -> str:
    """Which review it is, in markup."""
    title = cut(plain(state.terms.title), MAX_TITLE_CHARS)
    return texts.TITLE.format(title=title, period=plain(state.period))


def due_line(state: AccessReview) -> str:
    """When it is due, in markup."""
    line = texts.OVERDUE if state.overdue else texts.DUE
    return line.format(due=minute(state.due_at))


def items(state: AccessReview, numbers: Sequence[int]) -> list[Block]:
    """Each of these items, with its buttons."""
    found: list[Block] = []
    for n in numbers:
        item = state.items[n - 1]
        used = texts.USED.format(at=minute(item.used_at)) if item.used_at else texts.UNUSED
        text = texts.ITEM.format(who=mention(item.person), what=_what(state, item.entitlement), used=used)
        found += [section(text), buttons(*_answers(state, n))]
    return found


def _answers(state: AccessReview, number: int) -> tuple[ButtonElement, ...]:
    value = ItemOf(state.id, str(number)).value
    return (button("Keep", KEEP, value), button("Remove…", REMOVE, value, style="danger"))


def _status(state: AccessReview) -> list[str]:
    kept, removed, left = state.tally("keep"), state.tally("remove"), state.tally(None)
    if state.closed_at:
        lines = [texts.CLOSED.format(at=minute(state.closed_at), kept=kept, removed=removed)]
        lines += [texts.PROPOSED.format(number=left)] if left else []
        changed = left or removed
        return [*lines, *([texts.PROPOSAL.format(name=state.terms.name)] if changed else [])]
    lines = [
        due_line(state),
        texts.PROGRESS.format(answered=state.count - left, count=state.count, kept=kept, removed=removed),
    ]
    if state.unreviewable:
        what = ", ".join(plain(one) for one in state.unreviewable[:MAX_NAMED])
        lines.append(texts.NO_REVIEWERS.format(what=what))
    return lines


def _kept_at_once(state: AccessReview, numbers: Sequence[int]) -> list[Block]:
    number = len(used_recently(state, numbers))
    if number < 2:
        return []
    within = spell_duration(state.terms.keep_used_within)
    asked = sure(texts.SURE_KEEP_USED.format(number=number, within=within))
    label = texts.KEEP_USED.format(number=number)
    return [buttons(button(label, KEEP_USED, About(state.id).value, confirm=asked))]


def _undoable(state: AccessReview, reviewer: str) -> list[Block]:
    """The newest removals of this reviewer, each with a button that reverses it."""
    theirs = [n for n in state.numbers("remove") if state.items[n - 1].by == reviewer]
    newest = sorted(theirs, key=lambda n: (state.items[n - 1].at or state.opened_at, n), reverse=True)
    found: list[Block] = []
    for n in newest[:MAX_UNDONE]:
        item = state.items[n - 1]
        text = texts.REMOVED.format(who=mention(item.person), what=_what(state, item.entitlement))
        found.append(beside(text, button("Undo", UNDO, ItemOf(state.id, str(n)).value)))
    return found


def _what(state: AccessReview, entitlement: str) -> str:
    return cut(plain(state.terms.reviewed(entitlement).title), MAX_TITLE_CHARS)


def note(state: AccessReview, name: str) -> Message:
    """The message for the event of this name."""
    title = cut(plain(state.terms.title), MAX_TITLE_CHARS)
    text = texts.NOTES[name].format(title=title, due=minute(state.due_at))
    return message(text, section(text))
