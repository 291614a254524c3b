"""The message that reminds: what waits, for whom, until when, and where its card is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.slack.blocks import message, sections
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, escape, mention, minute, plain
from bot.slack.reminders import texts
from workflows.access.break_glass.decide import unreviewed
from workflows.access.kits.whole import is_in_kit
from workflows.access.state import Access
from workflows.queries.waiting import Decided
from workflows.releases.exceptions.decide import awaited
from workflows.releases.state import Release
from workflows.system.access_reviews.state import AccessReview

MAX_LINES = 10
MAX_WHAT_CHARS = 200
"""Of what it is about; its card has all of it."""


@dataclass(frozen=True)
class Line:
    """One thing that waits: the subject whose card shows it, what is said of it, and until when it waits."""

    subject: str
    text: str
    until: datetime


def lines_of(states: Iterable[Decided], topics: Mapping[str, str]) -> list[Line]:
    """A line for each, and one for a whole kit, the most urgent first. `topics` say what each is about, by its id."""
    found: dict[str, Line] = {}
    for line in sorted((_line(one, topics[one.id]) for one in states), key=lambda one: one.until):
        found.setdefault(line.subject, line)
    return list(found.values())


def reminder(lines: list[Line], links: Mapping[str, str]) -> Message:
    """The message: the first lines, and how many more there are. `links` are addresses of cards, by subject."""
    number = len(lines)
    headline = texts.HEADLINE[number == 1].format(number=number)
    shown = [_shown(one, links.get(one.subject)) for one in lines[:MAX_LINES]]
    left = number - len(shown)
    more = [texts.MORE.format(number=left)] if left else []
    return message(headline, *sections(headline, *shown, *more))


def _line(state: Decided, topic: str) -> Line:
    what = cut(topic, MAX_WHAT_CHARS)
    if isinstance(state, AccessReview):
        text = texts.ACCESS_REVIEW.format(what=what, until=minute(state.due_at))
        return Line(state.id, text, state.due_at)
    who = mention(state.requester)
    if isinstance(state, Release) and state.exception_review and awaited(state):
        due = state.exception_review.due_at
        return Line(state.id, texts.EXCEPTION.format(what=what, until=minute(due)), due)
    if isinstance(state, Access) and unreviewed(state) and state.break_glass:
        until = state.break_glass.review_by
        return Line(state.id, texts.TAKEN.format(who=who, what=what, until=minute(until)), until)
    subject = state.id
    if isinstance(state, Access) and is_in_kit(state) and state.kit:
        subject, what = state.kit.first, plain(state.kit.title)
    text = texts.LINE.format(who=who, what=what, until=minute(state.lapses_at))
    return Line(subject, text, state.lapses_at)


def _shown(line: Line, link: str | None) -> str:
    return line.text + (texts.OPEN.format(link=escape(link)) if link else "")
