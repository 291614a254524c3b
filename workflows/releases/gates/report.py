"""A report, such as of a red team or of robustness tests, is there, was made for this run, and its numbers are within bounds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pydantic import JsonValue

from workflows.durations import spell_duration
from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.asked import files_of
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown
from workflows.releases.gates.numbers import number_in, spell
from workflows.releases.gates.readings import absent, candidate_run, file_reading, why_no_run
from workflows.releases.source_records import FileReading

CLOCKS_DIFFER = timedelta(minutes=5)
"""By which the clock of who made the report may be ahead."""


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    version, run = facts.evidence.candidate, candidate_run(facts.evidence)
    (order,) = files_of(gate)
    found, trouble = file_reading(version, order)
    if found is None:
        return unknown(gate, trouble)
    read: JsonValue = found.model_dump(mode="json")
    if found.absent:
        return result(gate, "failed", absent(order), read)
    if run is None or run.ended_at is None:
        reason = "The run hasn't ended, so there is nothing to compare the report's time with."
        return result(gate, "unknown", why_no_run(version) if run is None else reason, read)
    both: JsonValue = {"file": read, "run": run.id, "ended": run.ended_at.isoformat()}
    made = _moment(found.found.get(gate.time_field, ""))
    if made is None or made > facts.now + CLOCKS_DIFFER:
        what = f"{gate.file} doesn't say at {gate.time_field} when it was made, with its offset from UTC."
        ahead = f"{gate.file} says that it was made in the future."
        return result(gate, "unknown", what if made is None else ahead, both)
    if made < run.ended_at - timedelta(seconds=gate.max_age):
        age = spell_duration(gate.max_age)
        sentence = f"{gate.file} was made on {made:%Y-%m-%d %H:%M} UTC, more than {age} before the run ended."
        return result(gate, "failed", sentence, both)
    return _bounded(gate, found, made, both)


def _bounded(gate: GateTerms, found: FileReading, made: datetime, read: JsonValue) -> Result:
    told: list[str] = []
    bad: list[str] = []
    for bound in gate.bounds:
        text = found.found.get(bound.field, "")
        value = number_in(text)
        if value is None:
            says = f"says “{text[:40]}”, which isn't a number" if text else "says nothing"
            return result(gate, "unknown", f"{gate.file} {says} at {bound.field}.", read)
        low = bound.at_least is not None and value < Decimal(bound.at_least)
        high = bound.at_most is not None and value > Decimal(bound.at_most)
        limits = (("at least", bound.at_least), ("at most", bound.at_most))
        needs = " and ".join(f"{word} {limit}" for word, limit in limits if limit is not None)
        (bad if low or high else told).append(f"{bound.field} is {spell(value)} (required: {needs}).")
    if bad:
        return result(gate, "failed", " ".join([f"{gate.file}:", *bad]), read)
    return result(gate, "passed", " ".join([f"{gate.file} of {made:%Y-%m-%d %H:%M} UTC.", *told]), read)


def _moment(text: str) -> datetime | None:
    """A date and time of ISO 8601 with its offset; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


REPORT = GateKind("report", _evaluate)
