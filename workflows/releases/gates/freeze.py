"""Nothing stops releases: no freeze of the policy, and no incident."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from workflows.policy.recurrence import window_at
from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import FreezeTerms
from workflows.releases.gates.gate import Facts, GateKind, Result

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def freeze_at(freezes: Sequence[FreezeTerms], now: datetime) -> FreezeTerms | None:
    """The first freeze that is in force; one that repeats, with the window in which `now` is."""
    return next(_all_in_force(freezes, now), None)


def _all_in_force(freezes: Sequence[FreezeTerms], now: datetime) -> Iterator[FreezeTerms]:
    return (found for freeze in freezes if (found := _in_force(freeze, now)))


def explained(freeze: FreezeTerms) -> str:
    """Until when it is in force, why, and where one reads more."""
    until = f" until {freeze.ends:%Y-%m-%d %H:%M} UTC" if freeze.ends else " all day (UTC)"
    more = f" {freeze.link}" if freeze.link else ""
    return f"Freeze “{freeze.name}”{until}: {freeze.because}{more}"


def _in_force(freeze: FreezeTerms, now: datetime) -> FreezeTerms | None:
    if freeze.weekdays:
        return freeze if WEEKDAYS[now.astimezone(UTC).weekday()] in freeze.weekdays else None
    assert freeze.begins is not None
    assert freeze.ends is not None
    if not freeze.repeats:
        return freeze if freeze.begins <= now < freeze.ends else None
    left_out = frozenset(freeze.left_out)
    window = window_at(now, freeze.begins, freeze.ends, freeze.repeats, freeze.zone, left_out)
    return freeze.model_copy(update={"begins": window[0], "ends": window[1]}) if window else None


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    """The sentence names all that stops it: an exception is from what it says, and from nothing that begins later."""
    frozen = facts.evidence.frozen
    stopping = [f"Releases are stopped by incident {', '.join(frozen)}."] if frozen else []
    stopping += [explained(freeze) for freeze in _all_in_force(facts.freezes, facts.now)]
    if not stopping:
        return Result(gate=gate.name, verdict="passed", sentence="No freeze is active.")
    return Result(gate=gate.name, verdict="failed", sentence=" ".join(stopping))


FREEZE = GateKind("freeze", _evaluate)
