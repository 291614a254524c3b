"""Whether the exceptions that an undecided release goes by still hold."""

from datetime import datetime

from workflows.ports import Directory
from workflows.releases.exceptions import refusals
from workflows.releases.exceptions.state import GateException
from workflows.releases.gates import evaluate
from workflows.releases.gates.excepted import cause_of
from workflows.releases.state import Release
from workflows.workflow import Actor, Refused


def exception_over(state: Release, directory: Directory, now: datetime) -> Refused | None:
    """Why nobody can approve now: a gate was excepted when the checks last ran, and isn't any more, though it still fails."""
    excepted = {one.gate for one in state.results if one.verdict == "excepted"}
    terms = state.terms.exceptions
    if not excepted or terms is None or state.evidence is None:
        return None
    results = evaluate(state.terms, state.evidence, directory, now, state.exceptions)
    over = next((one.gate for one in results if one.gate in excepted and one.verdict == "failed"), None)
    return refusals.is_over(over, terms.longest) if over else None


def is_excepted(state: Release, kind: str, directory: Directory, now: datetime) -> bool:
    """Whether every gate of this kind that fails at this moment is excepted."""
    if state.evidence is None or not state.exceptions:
        return False
    named = {gate.name for gate in state.terms.gates if gate.kind == kind}
    results = evaluate(state.terms, state.evidence, directory, now, state.exceptions)
    return all(one.verdict != "failed" for one in results[1:] if one.gate in named)


def asked_for_one(state: Release, actor: Actor, directory: Directory) -> bool:
    """Whether they asked for an exception, under any account that may be theirs, and didn't make the version."""
    if actor.id in state.made_by(directory):
        return False
    return actor.id in directory.all_who_may_be(one.by for one in state.exceptions)


def ends_at(state: Release) -> datetime | None:
    """When the first exception ends that an undecided release goes by."""
    ends = [
        max(one.until for one in state.exceptions if (one.gate, one.cause) == (result.gate, cause_of(result)))
        for result in state.results
        if result.verdict == "excepted"
    ]
    return min(ends, default=None)


def exceptions_in_use(state: Release) -> dict[str, GateException]:
    """Gate → the exception by which it may fail, as of when the checks last ran."""
    causes = {one.gate: cause_of(one) for one in state.results if one.verdict == "excepted"}
    return {one.gate: one for one in state.exceptions if causes.get(one.gate) == one.cause}


def can_be_excepted(state: Release) -> bool:
    """Whether all that fails could be excepted, and nothing else stands against the release."""
    terms = state.terms.exceptions
    stopping = [one for one in state.results if one.verdict not in ("passed", "excepted")]
    if terms is None or state.status != "proposed" or not stopping:
        return False
    return all(one.verdict == "failed" and one.gate in terms.gates for one in stopping)
