"""Lists that `/incident` answers with, for one person's eyes."""

from collections.abc import Sequence
from datetime import timedelta

from bot.slack.incidents import texts
from bot.slack.incidents.cards import command_line, headline, no_channel
from bot.slack.mrkdwn import plain
from workflows.incidents.metrics import Figures
from workflows.incidents.review import UNKNOWN, spell_time
from workflows.incidents.state import Incident

MAX_LIST_CHARS = 2_800
"""So much stands in one section, with how many more there are."""


def list_text(going: Sequence[Incident]) -> str:
    if not going:
        return texts.NONE_OPEN
    lines = [
        f"• *{headline(one)}*: {texts.STANDING[one.status]}{f' in <#{one.channel}>' if one.channel else ''}"
        for one in reversed(going)
    ]
    return _as_many_as_fit(lines)


def standing_text(state: Incident) -> str:
    """How it stands, who is in command, and where."""
    return texts.HOME_LINE.format(
        headline=headline(state),
        status=texts.STANDING[state.status],
        command=command_line(state),
        where=texts.WHERE.format(channel=state.channel) if state.channel else f"\n{no_channel(state)}",
    )


def figures_text(found: Sequence[Figures]) -> str:
    """Medians, by severity."""
    if not found:
        return texts.NO_FIGURES
    lines = [
        texts.FIGURES.format(
            severity=plain(one.severity),
            count=one.count,
            open=one.open,
            acknowledge=_took(one.to_acknowledge),
            mitigate=_took(one.to_mitigate),
            resolve=_took(one.to_resolve),
        )
        for one in found
    ]
    return _as_many_as_fit(lines, texts.LEFT_OUT_OF_FIGURES)


def _as_many_as_fit(lines: Sequence[str], *last: str) -> str:
    """Whole lines, and how many are left out."""
    shown, room = 0, MAX_LIST_CHARS
    for line in lines:
        room -= len(line) + 1
        shown += room >= 0
    left = len(lines) - shown
    more = [texts.MORE.format(number=left)] if left else []
    return "\n".join([*lines[:shown], *more, *last])


def _took(time: timedelta | None) -> str:
    return UNKNOWN if time is None else spell_time(time)
