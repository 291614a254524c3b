"""The message that reminds: what waits, for whom, until when, and where its card is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.slack.blocks import message, sections
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, escape, mention, minute, plain
from bot.slack.reminders import texts
from workflows.access.kits.whole import is_in_kit
from workflows.access.state import Access
from workflows.releases.state import Release

MAX_LINES = 10
MAX_WHAT_CHARS = 200
"""Of what somebody asks for; its card has all of it."""


@dataclass(frozen=True)
class Line:
    """One thing that waits: the subject whose card shows it, who asks, for what (as markup), and until when."""

    subject: str
    who: str
    what: str
    until: datetime


def lines_of(states: Iterable[Access | Release], topics: Mapping[str, str]) -> list[Line]:
    """A line for each, and one for a whole kit, the most urgent first. `topics` say what each is about, by its id."""
    found: dict[str, Line] = {}
    for state in sorted(states, key=lambda one: (one.lapses_at, one.id)):
        line = _line(state, topics[state.id])
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


def _line(state: Access | Release, topic: str) -> Line:
    if isinstance(state, Access) and is_in_kit(state) and state.kit:
        return Line(state.kit.first, state.requester, plain(state.kit.title), state.lapses_at)
    return Line(state.id, state.requester, topic, state.lapses_at)


def _shown(line: Line, link: str | None) -> str:
    what = cut(line.what, MAX_WHAT_CHARS)
    text = texts.LINE.format(who=mention(line.who), what=what, until=minute(line.until))
    return text + (texts.OPEN.format(link=escape(link)) if link else "")
