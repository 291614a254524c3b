"""A judge's score is good enough, given by the one version of the judge that the policy names, in every row of a run."""

from decimal import Decimal

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown
from workflows.releases.gates.numbers import EXACT, spell
from workflows.releases.judgement import Judgement


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    if facts.evidence.candidate is None:
        return unknown(gate, "MLflow has no such version.")
    found = next((one for one in facts.evidence.judged if _is_asked_for(gate, one)), None)
    if found is None:
        return unknown(gate, f"What {gate.judge} said can't be read.")
    read: JsonValue = found.model_dump(mode="json")
    if why := _why_not(gate, found):
        return result(gate, "unknown", why, read)
    total = Decimal(found.total)
    low = gate.at_least is not None and total < EXACT.multiply(Decimal(gate.at_least), Decimal(found.judged))
    high = gate.at_most is not None and total > EXACT.multiply(Decimal(gate.at_most), Decimal(found.judged))
    mean = spell(total / found.judged)
    needs = " and ".join(
        f"{word} {limit}" for word, limit in (("at least", gate.at_least), ("at most", gate.at_most)) if limit
    )
    rows = f"{found.judged} row{'' if found.judged == 1 else 's'}"
    sentence = f"{gate.judge}, version {gate.judge_version}, gave {mean} on {rows} (required: {needs})."
    return result(gate, "failed" if low or high else "passed", sentence, read, mean)


def _is_asked_for(gate: GateTerms, one: Judgement) -> bool:
    return (one.experiment, one.judge, one.asked) == (gate.observed_in, gate.judge, gate.judge_version)


def _why_not(gate: GateTerms, found: Judgement) -> str:
    """Why its score can't be gone by; empty if it can."""
    named = f"{gate.judge}, version {gate.judge_version},"
    if found.trouble:
        return found.trouble
    if not found.pinned:
        return f"MLflow has no version {gate.judge_version} of {gate.judge} in “{gate.observed_in}”."
    if not found.run:
        return f"No finished run in “{gate.observed_in}” covers this version."
    if not found.versions:
        return f"{gate.judge} judged nothing in run {found.run}."
    if found.versions != (str(gate.judge_version),):
        other = next(one for one in found.versions if one != str(gate.judge_version))
        which = f"in version {other[:40]}" if other else "in a version that isn't registered"
        return f"{gate.judge} judged {which}, and the policy asks for {gate.judge_version}."
    if len(found.definitions) > 1:
        return f"{named} wasn't the same for every row of run {found.run}."
    if found.judged < found.rows:
        return f"{named} gave no score for {found.rows - found.judged} of {found.rows} rows."
    if found.judged < gate.rows:
        return f"{named} judged {found.judged} of the {gate.rows} rows that the policy asks for."
    return ""


JUDGE = GateKind("judge", _evaluate)
