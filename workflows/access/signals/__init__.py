"""What is unusual about a request, told from earlier ones and from who can decide it: one module a kind, registered here.

A signal never refuses anything by itself. It is shown, explained and kept with the request, together with what it was
told from, and a rule may ask for one more stage because of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field, JsonValue

from workflows.access.signals.approve_each_other import APPROVE_EACH_OTHER
from workflows.access.signals.burst import BURST
from workflows.access.signals.delegations import delegations_for
from workflows.access.signals.denied_recently import DENIED_RECENTLY
from workflows.access.signals.first_time import FIRST_TIME
from workflows.access.signals.history import Asked, History, Unread
from workflows.access.signals.kind import Names, SignalKind
from workflows.access.signals.never_used import NEVER_USED
from workflows.access.signals.new_delegate import NEW_DELEGATE
from workflows.access.signals.unusual_hour import UNUSUAL_HOUR
from workflows.policy.bundle import Entitlement
from workflows.policy.fields import UNKNOWN_HISTORY, Signal
from workflows.ports import Directory
from workflows.workflow import Part

SIGNAL_KINDS: Mapping[str, SignalKind] = {
    kind.name: kind
    for kind in (
        BURST,
        DENIED_RECENTLY,
        APPROVE_EACH_OTHER,
        NEW_DELEGATE,
        UNUSUAL_HOUR,
        FIRST_TIME,
        NEVER_USED,
    )
}
"""Every kind by its name, the most telling first."""
UNTOLD: Mapping[str, str] = {
    "unread": "The requester's earlier requests couldn't be read in time, so nothing is known of what is usual.",
    "new": "Daypass hasn't been here long enough to tell what is usual for the requester.",
}


class Signals(Part):
    """What was found about a request. `inputs` has what each kind looked at that could be told."""

    raised: tuple[Signal, ...] = ()
    inputs: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)
    unknown: Literal["unread", "new"] | None = None
    """Why some kinds, or all of them, can't be told."""

    @property
    def on_card(self) -> bool:
        """Whether the approver's card says so."""
        return bool(self.raised) or self.unknown == "unread"

    @property
    def names(self) -> tuple[str, ...]:
        """As a condition sees them."""
        return (*self.raised, *((UNKNOWN_HISTORY,) if self.unknown else ()))


def signals_of(history: History | Unread, asked: Asked) -> Signals:
    """Look at a request with each kind that the history is long enough for."""
    if isinstance(history, Unread):
        able = [kind for kind in SIGNAL_KINDS.values() if not kind.of_history]
        return _found(able, History(None), asked, "unread")
    known = asked.at - history.since if history.since else timedelta()
    able = [kind for kind in SIGNAL_KINDS.values() if kind.learns <= known]
    return _found(able, history, asked, None if len(able) == len(SIGNAL_KINDS) else "new")


def _found(
    able: Sequence[SignalKind], history: History, asked: Asked, unknown: Literal["unread", "new"] | None
) -> Signals:
    inputs: dict[str, dict[str, JsonValue]] = {kind.name: dict(kind.observe(history, asked)) for kind in able}
    raised = tuple(kind.name for kind in able if kind.raised(inputs[kind.name]))
    return Signals(raised=raised, inputs=inputs, unknown=unknown)


def look(
    history: History | Unread | None,
    requester: str,
    entitlement: Entitlement | None,
    directory: Directory,
    now: datetime,
) -> Signals | None:
    """Look at a new request; None if its history wasn't looked for, or there is no such entitlement."""
    if history is None or entitlement is None:
        return None
    delegations = delegations_for(entitlement, requester, directory)
    return signals_of(history, Asked(requester, entitlement.id, entitlement.resource, now, delegations))


def seen_later(before: Signals | None, asked: Asked) -> Signals | None:
    """What was found together with who can decide the request as delegates now; None if that raises nothing more."""
    known = before or Signals()
    more = _found([NEW_DELEGATE], History(None), asked, None)
    if not more.raised or NEW_DELEGATE.name in known.raised:
        return None
    names = {*known.raised, *more.raised}
    raised = tuple(kind.name for kind in SIGNAL_KINDS.values() if kind.name in names)
    return known.model_copy(update={"raised": raised, "inputs": {**known.inputs, **more.inputs}})


def explanations(signals: Signals, names: Names) -> list[tuple[str, str]]:
    """Label and sentence of each signal that was raised, the most telling first; `names` says who people are."""
    raised = (SIGNAL_KINDS[name] for name in signals.raised)
    return [(kind.label, kind.explain(signals.inputs[kind.name], names)) for kind in raised]


def labels(raised: Iterable[str]) -> list[str]:
    """What signals of these names are called."""
    return [SIGNAL_KINDS[name].label if name in SIGNAL_KINDS else name for name in raised]


def impossible_signals(signals: Signals) -> bool:
    """Whether what was raised isn't what the kinds make of the recorded inputs."""
    known = [kind for kind in SIGNAL_KINDS.values() if kind.name in signals.inputs]
    raised = tuple(kind.name for kind in known if kind.raised(signals.inputs[kind.name]))
    return raised != signals.raised or (signals.unknown == "unread" and any(one.of_history for one in known))
