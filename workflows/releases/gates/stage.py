"""The very same artifact is live in an earlier stage, and has been for long enough."""

from datetime import timedelta

from pydantic import JsonValue

from workflows.durations import spell_duration
from workflows.policy.schema.gates import GateTerms
from workflows.releases.evidence import EarlierStage
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown
from workflows.releases.gates.readings import why_no_artifact


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    candidate = facts.evidence.candidate
    if candidate is None or candidate.artifact is None:
        return unknown(gate, why_no_artifact(candidate))
    stage = next((one for one in facts.evidence.stages if one.service == gate.earlier), None)
    if stage is None:
        sentence = f"Nothing went live in {gate.earlier} through Daypass. Release it there first."
        return result(gate, "failed", sentence, {"service": gate.earlier})
    read: dict[str, JsonValue] = {"service": stage.service, "release": stage.release, "digest": stage.digest}
    if why := _why_not(stage, candidate.artifact.digest):
        return result(gate, "failed", why, {**read, "why": why})
    ready = stage.since + timedelta(seconds=gate.soak)
    since = f"The same artifact has been live in {stage.service} since {stage.since:%Y-%m-%d %H:%M} UTC."
    if facts.now < ready:
        until = f"until {ready:%Y-%m-%d %H:%M} UTC"
        sentence = f"{since} It has to stay {spell_duration(gate.soak)}, {until}."
        return result(gate, "failed", sentence, {**read, "until": ready.isoformat()})
    return result(gate, "passed", since, read)


def _why_not(stage: EarlierStage, digest: str) -> str:
    """A sentence; empty if the stage has these bytes and they are well."""
    if stage.trouble:
        return stage.trouble
    if not digest or stage.digest != digest:
        return (
            f"Version {stage.version} is live in {stage.service}, and its artifact is another one "
            f"({stage.digest[:12] or 'unknown'} instead of {digest[:12] or 'unknown'}). Release this one there first."
        )
    return ""


STAGE = GateKind("stage", _evaluate)
