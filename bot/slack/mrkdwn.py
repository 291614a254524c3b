"""What people typed and when things happen, in Slack's markup. Nobody pages a channel through a card.

Typed text stands in a plain text object (`literal`) or as one line of markup that formats nothing (`plain`).
"""

import re
from collections.abc import Iterable
from datetime import datetime

from workflows.ports import MACHINE, is_machine
from workflows.text import storable

MAX_SECTION_CHARS = 3_000
CUT = "… (cut here)"
BAR = "\n┊ "
JOINER = "\u2060"
"""Word joiner: invisible, and it keeps Slack from reading two characters together."""
NOTHING = "\u200b"
"""Zero width space: before `>`, which would be a quotation at the beginning of a line."""
_FORMATS = re.compile(r"[*_~`]|:(?=//|[\w+'-]+:|[\w+'-]*[^\W\d_][\w+'-]*$)")
"""After these a joiner is put: marks of style, and what begins an address or the name of an emoji, which what
Daypass itself writes next may complete."""
MAX_TOKEN_CHARS = 400
_WHOLE = re.compile(
    rf"&(?:amp|lt|gt);|<[^<>]{{1,{MAX_TOKEN_CHARS - 2}}}>|:[a-z0-9_+'-]{{1,60}}:|[*_~`:]{JOINER}"
)
"""What is one thing to Slack, and says something else in halves: entities, mentions and links, emoji, marks."""
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what follows (UAX #9), so that it reads otherwise than it is."""


def as_typed(value: object) -> str:
    """What stands in a field of a window, as a text that can be stored; an empty field is an empty text."""
    return storable(str(value or ""))


def escape(typed: str) -> str:
    """As text in Slack's markup: no mention, no link (https://docs.slack.dev/messaging/formatting-message-text)."""
    return typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(typed: str) -> str:
    """One line of markup in which typed words format nothing either: no style, link, emoji or quotation."""
    words = escape(" ".join(_upright(typed).split()))
    return _FORMATS.sub(
        lambda mark: f"{mark[0]}{JOINER}", f"{NOTHING}{words}" if words[:4] == "&gt;" else words
    )


def plain_lines(typed: str) -> str:
    """The same, line by line, of what Daypass itself has put into lines."""
    return "\n".join(plain(line) for line in typed.splitlines())


def indented(typed: str) -> str:
    """Typed lines, all but the first behind a bar: none of them can pass for a line of Daypass's own."""
    return BAR.join(typed.strip().splitlines())


def cut(markup: str, limit: int) -> str:
    """The markup, or as much as fits with a visible mark where it was cut; no entity, mention or link in halves."""
    return markup if len(markup) <= limit else markup[: _end(markup, limit - len(CUT))] + CUT


def pieces(markup: str, limit: int) -> list[str]:
    """All of it in pieces of at most `limit` characters, broken between lines or words where there are any."""
    found = []
    while len(markup) > limit:
        space = max(markup.rfind(gap, limit // 2, limit) for gap in "\n ")
        end = _end(markup, space if space > 0 else limit)
        found.append(markup[:end])
        markup = markup[end:].lstrip("\n ")
    return [*found, markup] if markup else found


def packed(lines: Iterable[str], limit: int = MAX_SECTION_CHARS) -> list[str]:
    """The lines, one under the other, in as few texts of at most `limit` characters as hold them."""
    found: list[str] = []
    for piece in (piece for line in lines for piece in pieces(line, limit)):
        if found and len(found[-1]) + 1 + len(piece) <= limit:
            found[-1] = f"{found[-1]}\n{piece}"
        else:
            found.append(piece)
    return found


def some_of(names: Iterable[str], most: int = 10) -> str:
    """The first few of them; past `most` how many more there are."""
    listed = list(names)
    shown = ", ".join(listed[:most])
    return f"{shown} and {len(listed) - most} more" if len(listed) > most else shown


def _end(markup: str, wanted: int) -> int:
    """Where it can be cut, at `wanted` characters or just before."""
    near = _WHOLE.finditer(markup, max(0, wanted - MAX_TOKEN_CHARS), wanted + MAX_TOKEN_CHARS)
    return next((one.start() for one in near if one.start() < wanted < one.end()), wanted) or wanted


def literal(typed: str, limit: int) -> str:
    """Typed words for a plain text object: Slack formats nothing there, but reads `&amp;` back as `&`.

    As much as fits into `limit`, with a visible mark where it was cut; no entity is cut in two.
    """
    typed = _upright(typed)
    whole = escape(typed)
    if len(whole) <= limit:
        return whole
    room, kept = limit - len(CUT), 0
    for position, mark in enumerate(typed):
        kept += len(escape(mark))
        if kept > room:
            return escape(typed[:position]) + CUT
    return whole


def short(text: str, limit: int) -> str:
    """A label that may be cut without losing what matters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def mention(person: str) -> str:
    """The person's name as each reader sees it, with a notification for them in new messages; a machine's
    name."""
    return f"`{person.removeprefix(MACHINE)}` (machine)" if is_machine(person) else f"<@{person}>"


def mentions(people: Iterable[str], most: int = 10) -> str:
    """Several people; past `most` how many more there are."""
    return some_of(map(mention, sorted(people)), most)


def moment(at: datetime) -> str:
    """The moment in each reader's own time zone."""
    fallback = at.strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time_secs}}|{fallback}>"


def minute(at: datetime) -> str:
    """The moment in each reader's own time zone, to the minute: short enough for a card's line."""
    fallback = at.strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def remaining(until: datetime) -> str:
    """How long it is until then, as of when the reader looks, such as “in 20 minutes”; the moment stands beside it."""
    return f"<!date^{int(until.timestamp())}^{{ago}}|{until:%H:%M} UTC>"


def _upright(typed: str) -> str:
    return _OVERRIDES.sub("\ufffd", typed)
