"""Lists that `/incident` answers with, for one person's eyes."""

from collections.abc import Sequence
from datetime import timedelta

from bot.slack.incidents.cards import STANDING, headline
from bot.slack.words import cut, plain
from workflows.incidents.metrics import Figures
from workflows.incidents.model import Incident
from workflows.incidents.review import UNKNOWN, spell_time


def list_text(going: Sequence[Incident]) -> str:
    if not going:
        return "No incident is going on."
    lines = [
        f"• *{headline(one)}*: {STANDING[one.status]}{f' in <#{one.channel}>' if one.channel else ''}"
        for one in reversed(going)
    ]
    return cut("\n".join(lines), 2_900)


def figures_text(found: Sequence[Figures]) -> str:
    """Medians, by severity."""
    if not found:
        return "There are no figures yet: no incident was declared. Drills and private ones aren't counted."
    lines = [
        f"• *{plain(one.severity)}*: {one.count} declared, {one.open} open; median time to acknowledge "
        f"{_took(one.to_acknowledge)}, to mitigate {_took(one.to_mitigate)}, to resolve {_took(one.to_resolve)}"
        for one in found
    ]
    return cut("\n".join([*lines, "Drills, private and cancelled ones aren't counted."]), 2_900)


def _took(time: timedelta | None) -> str:
    return UNKNOWN if time is None else spell_time(time)
