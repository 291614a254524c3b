"""Someone could decide it for an approver who is away and asked them for the first time only a short while ago.

Whoever opens an approver's session can name an accomplice as the delegate. By the time the bound is over, the approver has
had a working day to see that they are away by Daypass and others decide for them: a weekend is shorter.
"""

from datetime import timedelta

from pydantic import JsonValue

from workflows.access.signals.history import Asked, Delegation, History
from workflows.access.signals.kind import Inputs, Names, SignalKind, number
from workflows.durations import spell_duration

WITHIN = timedelta(days=3)
MOST_NAMED = 2
"""Delegations of which one is told, the newest first."""


def is_new(delegation: Delegation, asked: Asked) -> bool:
    """Whether the approver asked this delegate so lately that the request is unusual."""
    return asked.at - delegation.since < WITHIN


def _observe(history: History, asked: Asked) -> Inputs:
    newest = sorted(asked.delegations, key=lambda one: (one.since, one.delegate, one.approver), reverse=True)
    return {
        "delegations": [_told(one, asked) for one in newest if is_new(one, asked)][:MOST_NAMED],
        "days": WITHIN.days,
    }


def _told(one: Delegation, asked: Asked) -> JsonValue:
    return {
        "delegate": one.delegate,
        "approver": one.approver,
        "absence": one.absence,
        "seconds": max(0, int((asked.at - one.since).total_seconds())),
    }


def delegations_in(inputs: Inputs) -> list[Inputs]:
    """Those that were told. Raises ValueError if they can't be read."""
    found = inputs.get("delegations")
    if not isinstance(found, list | tuple):
        raise ValueError("there are no delegations")
    return [one for one in found if isinstance(one, dict)]


def _raised(inputs: Inputs) -> bool:
    within = number(inputs, "days") * 86_400
    return any(number(one, "seconds") < within for one in delegations_in(inputs))


def _explain(inputs: Inputs, names: Names) -> str:
    return " ".join(_sentence(one, names) for one in delegations_in(inputs)) or "No delegate is new."


def _sentence(one: Inputs, names: Names) -> str:
    delegate, approver = names(str(one.get("delegate"))), names(str(one.get("approver")))
    minutes = number(one, "seconds") // 60
    ago = f"{spell_duration(60 * minutes)} before" if minutes else "just before"
    return f"{delegate} can decide for {approver}, who first asked them {ago}."


NEW_DELEGATE = SignalKind("new-delegate", "new delegate", _observe, _raised, _explain, of_history=False)
