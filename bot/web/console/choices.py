"""What the search offers to choose from, in words: actions, surfaces, risks and common searches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import get_args

from bot.web.console import texts
from workflows.access.signals import SIGNAL_KINDS, labels
from workflows.policy.fields import Risk
from workflows.queries.search_request import ReviewStanding
from workflows.workflow import REFUSED

_SURFACES: Mapping[str, str] = {
    "slack": "Slack",
    "console": "Console",
    "terminal": "Terminal",
    "api": "API",
    "playbook": "Playbook",
    "clockwork": "Scheduler",
    "scim": "Identity provider",
    "outbox": "Background work",
    "ledger": "Daypass",
}
COMMON = (
    ("/search", "All events"),
    (f"/search?action={REFUSED}", "Refusals"),
    ("/search?action=access.reviewed", "Access decisions"),
    ("/search?action=access.granted&risk=critical", texts.CRITICAL_GRANTED),
    ("/search?action=release.went-live", texts.WENT_LIVE),
    ("/search?action=incident.declared", "Incidents declared"),
    ("/search?action=policy.adopted", "Policy changes"),
    ("/search?action=alarm.raised", "Alarms"),
    ("/search?action=session.exported", "Exports"),
    ("/search?action=stop.pressed", "Emergency stops"),
    ("/search?action=departure.reported", "Departures"),
    ("/search?action=absence.started", "Delegation"),
)
"""Common searches: address and name."""


@dataclass(frozen=True)
class Choices:
    """Options of a field: groups by title (empty: ungrouped), each of codes with their words."""

    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(code for _, options in self.groups for code, _ in options)


def action_words(code: str) -> str:
    """`release.went-live` → `Release went live`."""
    return code.replace(".", " ").replace("-", " ").capitalize()


def surface_words(code: str) -> str:
    """Where something was done, as people call it."""
    return _SURFACES.get(code, code)


def action_choices(codes: Sequence[str]) -> Choices:
    """Every event, all refusals, a workflow as a whole, or one kind of event of it."""
    first = ("", (("", "All"), (REFUSED, "Refusals only")))
    return Choices((first, *(_of_workflow(name, tuple(some)) for name, some in groupby(codes, _workflow))))


def surface_choices() -> Choices:
    """Every surface, or one of them."""
    return Choices((("", (("", "All"), *_SURFACES.items())),))


def risk_choices() -> Choices:
    """Every risk, or one of them, lowest first."""
    return Choices((("", (("", "All"), *((one, one.capitalize()) for one in get_args(Risk)))),))


def signal_choices() -> Choices:
    """Everything, or what belongs to requests with one signal."""
    named = zip(SIGNAL_KINDS, labels(SIGNAL_KINDS), strict=True)
    return Choices((("", (("", "All"), *((name, label.capitalize()) for name, label in named))),))


def review_choices() -> Choices:
    """Everything, or what was taken without approval, by where its review is now."""
    return Choices((("", (("", "All"), *((one, one.capitalize()) for one in get_args(ReviewStanding)))),))


def _workflow(code: str) -> str:
    return code.partition(".")[0]


def _of_workflow(name: str, codes: Sequence[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    title = name.replace("-", " ").capitalize()
    return title, ((name, f"{title}: all"), *((code, action_words(code)) for code in codes))
