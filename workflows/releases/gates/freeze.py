"""Nothing stops releases: no freeze of the policy, and no incident."""

from collections.abc import Sequence
from datetime import UTC, datetime

from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import FreezeTerms
from workflows.releases.gates.gate import Facts, GateKind, Result

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def freeze_at(freezes: Sequence[FreezeTerms], now: datetime) -> FreezeTerms | None:
    """The freeze that is in force."""
    return next((freeze for freeze in freezes if _holds(freeze, now)), None)


def _holds(freeze: FreezeTerms, now: datetime) -> bool:
    if freeze.weekdays:
        return WEEKDAYS[now.astimezone(UTC).weekday()] in freeze.weekdays
    assert freeze.begins is not None
    assert freeze.ends is not None
    return freeze.begins <= now < freeze.ends


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    if facts.evidence.frozen:
        sentence = f"Stopped by an incident: {', '.join(facts.evidence.frozen[:5])}."
        return Result(gate=gate.name, verdict="failed", sentence=sentence)
    freeze = freeze_at(facts.freezes, facts.now)
    if freeze is None:
        return Result(gate=gate.name, verdict="passed", sentence="No freeze is in force.")
    until = f" until {freeze.ends:%Y-%m-%d %H:%M} UTC" if freeze.ends else " all of today (UTC)"
    sentence = f"The freeze “{freeze.name}” is in force{until}: {freeze.because}"
    return Result(gate=gate.name, verdict="failed", sentence=sentence)


FREEZE = GateKind("freeze", _evaluate)
