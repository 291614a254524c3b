"""What the pipeline reports of its own checks: tests in JUnit's XML passed, and scanners found nothing of weight (SARIF)."""

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.asked import files_of
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown
from workflows.releases.gates.readings import absent, file_reading
from workflows.releases.source_records import FileReading

_LEVELS = ("error", "warning", "note")
"""The heaviest first. SARIF's `none` is of what isn't a fault."""


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    readings: list[FileReading] = []
    for order in files_of(gate):
        found, trouble = file_reading(facts.evidence.candidate, order)
        if found is None:
            return unknown(gate, trouble)
        readings.append(found)
    read: JsonValue = [one.model_dump(mode="json") for one in readings]
    if gone := next((one for one in readings if one.absent), None):
        return result(gate, "failed", absent(gone.order), read)
    tests = [one for one in readings if one.order.form == "junit"]
    scans = [one for one in readings if one.order.form == "sarif"]
    why = _why_not_tests(gate, tests) or _why_not_scans(gate, scans)
    if why:
        return result(gate, "failed", why, read)
    told = [
        *([f"{sum(_count(one, 'tests') for one in tests):,} tests passed."] if tests else []),
        *([f"No findings of level {gate.level} or above."] if scans else []),
    ]
    return result(gate, "passed", " ".join(told), read)


def _why_not_tests(gate: GateTerms, readings: list[FileReading]) -> str:
    """A sentence; empty if enough tests ran and all passed."""
    if not readings:
        return ""
    for one in readings:
        if failed := _count(one, "failed"):
            names = one.found.get("names", "")
            return f"{failed:,} tests failed in {one.order.file}{f': {names}' if names else ''}."
    ran, skipped = (sum(_count(one, name) for one in readings) for name in ("tests", "skipped"))
    if ran >= gate.min_tests:
        return ""
    return f"{ran:,} tests ran, and {skipped:,} were skipped; at least {gate.min_tests:,} have to run."


def _why_not_scans(gate: GateTerms, readings: list[FileReading]) -> str:
    """A sentence; empty if nothing was found that counts."""
    counting = _LEVELS[: _LEVELS.index(gate.level) + 1]
    for one in readings:
        for key in one.found:
            how, _, level = key.rpartition(":")
            suppressed = bool(how) and bool({*how.split("+")} & {*gate.suppressions})
            if level in counting and not suppressed:
                rules = one.found.get(f"rules {key}", "")
                what = f"{one.order.file} has {_count(one, key):,} findings of level {level}"
                return f"{what}{' that were suppressed' if how else ''}{f': {rules}' if rules else ''}."
    return ""


def _count(reading: FileReading, name: str) -> int:
    return int(reading.found.get(name, "0"))


CHECKS = GateKind("checks", _evaluate)
