"""What people typed and when things happen, in Slack's markup. Nobody pages a channel through a card."""

from collections.abc import Iterable
from datetime import datetime

from workflows.ports import MACHINE, is_machine

LONGEST_SECTION = 3_000
CUT = "… (cut here)"


def as_typed(value: object) -> str:
    """What stands in a field of a window, as a text that can be stored; an empty field is an empty text."""
    return str(value or "").encode(errors="replace").decode().replace("\0", "�")


def escape(typed: str) -> str:
    """As text in Slack's markup: no mention, no link (https://docs.slack.dev/messaging/formatting-message-text)."""
    return typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(typed: str) -> str:
    """One line of markup in which typed words format nothing either."""
    words = escape(" ".join(typed.split()))
    return "".join(f"{mark}\u2060" if mark in "*_~`" else mark for mark in words)


def cut(text: str, limit: int) -> str:
    """The text, or as much as fits with a visible mark where it was cut."""
    return text if len(text) <= limit else text[: limit - len(CUT)] + CUT


def literal(typed: str, limit: int) -> str:
    """Typed words for a plain text object: Slack formats nothing there, but reads `&amp;` back as `&`.

    As much as fits into `limit`, with a visible mark where it was cut; no entity is cut in two.
    """
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
    return f"the machine `{person.removeprefix(MACHINE)}`" if is_machine(person) else f"<@{person}>"


def mentions(people: Iterable[str], most: int = 10) -> str:
    """Several people; past `most` how many more there are."""
    listed = sorted(people)
    shown = ", ".join(mention(person) for person in listed[:most])
    return f"{shown} and {len(listed) - most} more" if len(listed) > most else shown


def moment(at: datetime) -> str:
    """The moment in each reader's own time zone."""
    fallback = at.strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time_secs}}|{fallback}>"
