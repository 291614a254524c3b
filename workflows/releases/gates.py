"""Gates: what each one makes of the evidence. Pure, total; what can't be evaluated isn't passed."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from pydantic import JsonValue

from workflows.policy.release_terms import FreezeTerms, GateTerms, ReleaseTerms
from workflows.ports import Directory
from workflows.releases.evidence import Evidence, Read, Run, Version, digest_of

Verdict = Literal["passed", "failed", "unknown"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
AUTHORS = "authors"


class Result(Read):
    """One gate's outcome. `unknown`: it couldn't be evaluated. `value` stands beside the `champion`'s.

    `evidence` is the SHA-256 of what the gate read; a freeze reads only the clock and has none.
    """

    gate: str
    verdict: Verdict
    sentence: str
    value: str = ""
    champion: str = ""
    evidence: str = ""


def evaluate(
    terms: ReleaseTerms, evidence: Evidence, directory: Directory, now: datetime
) -> tuple[Result, ...]:
    """Every gate of a proposal, and first whether its authors are known."""
    return (
        _authors(terms, evidence, directory),
        *evaluate_gates(terms.gates, terms.freezes, evidence, now),
    )


def evaluate_gates(
    gates: Sequence[GateTerms], freezes: Sequence[FreezeTerms], evidence: Evidence, now: datetime
) -> tuple[Result, ...]:
    return tuple(
        _freeze(gate, freezes, evidence, now) if gate.kind == "freeze" else _KINDS[gate.kind](gate, evidence)
        for gate in gates
    )


def all_passed(results: Sequence[Result]) -> bool:
    return bool(results) and all(result.verdict == "passed" for result in results)


def evidence_digest(results: Sequence[Result], evidence: Evidence) -> str:
    """Over what all gates read, their outcomes left out: a freeze changes them and not the evidence."""
    read: list[JsonValue] = [[result.gate, result.evidence] for result in results]
    return digest_of({"live": evidence.live, "read": read})


def author_names(terms: ReleaseTerms, version: Version | None) -> tuple[tuple[str, str], ...]:
    """Source and name of each author that the registry is asked for; empty names included."""
    if version is None:
        return ()
    named = {"run": version.run.user if version.run else "", "registrant": version.registrant}
    return tuple((source, named[source]) for source in terms.authors.sources if source != "requester")


def authors(
    terms: ReleaseTerms, version: Version | None, requester: str, directory: Directory
) -> frozenset[str]:
    """Every Slack account of everybody who made this: none of them approves it."""
    names = [name for _, name in author_names(terms, version) if name]
    known = frozenset[str]().union(*(directory.known_as(name) for name in names))
    return known | directory.may_be(requester)


def freeze_at(freezes: Sequence[FreezeTerms], now: datetime) -> FreezeTerms | None:
    """The freeze that is in force."""
    return next((freeze for freeze in freezes if _holds(freeze, now)), None)


def _holds(freeze: FreezeTerms, now: datetime) -> bool:
    if freeze.weekdays:
        return WEEKDAYS[now.astimezone(UTC).weekday()] in freeze.weekdays
    assert freeze.begins is not None
    assert freeze.ends is not None
    return freeze.begins <= now < freeze.ends


def _result(
    gate: GateTerms, verdict: Verdict, sentence: str, read: JsonValue, value: str = "", champion: str = ""
) -> Result:
    return Result(
        gate=gate.name,
        verdict=verdict,
        sentence=sentence,
        value=value,
        champion=champion,
        evidence=digest_of(read),
    )


def _unknown(gate: GateTerms, reason: str) -> Result:
    return _result(gate, "unknown", reason, {"unknown": reason})


def _authors(terms: ReleaseTerms, evidence: Evidence, directory: Directory) -> Result:
    gate = GateTerms(name=AUTHORS, kind="run")
    if evidence.candidate is None:
        return _unknown(gate, "The registry doesn't have this version.")
    if "run" in terms.authors.sources and evidence.candidate.run is None:
        return _unknown(
            gate, evidence.candidate.troubles.get("run", "The run of this version can't be read.")
        )
    names = author_names(terms, evidence.candidate)
    read: JsonValue = [[source, name] for source, name in names]
    for source, name in names:
        if not name:
            return _result(gate, "unknown", f"MLflow doesn't say who the {source}'s author is.", read)
        if name not in terms.authors.machines and not directory.known_as(name):
            sentence = (
                f"Nobody here is known as “{name[:80]}”, who MLflow names as author ({source}). Add the name to "
                "people.yaml, or to the service's machines."
            )
            return _result(gate, "unknown", sentence, read)
    return _result(gate, "passed", "Everybody who made this is known, and none of them can approve it.", read)


def _run(gate: GateTerms, evidence: Evidence) -> Result:
    version, run = evidence.candidate, _candidate_run(evidence)
    if version is None or run is None:
        return _unknown(gate, _why_no_run(evidence))
    read: JsonValue = {"run": run.id, "status": run.status, "version": version.status}
    if run.status != "FINISHED":
        return _result(gate, "failed", f"The run is {run.status}, not FINISHED.", read, run.status)
    if version.status != "READY":
        return _result(gate, "failed", f"The version is {version.status}, not READY.", read, version.status)
    return _result(gate, "passed", "The run has FINISHED.", read, run.status)


def _artifact(gate: GateTerms, evidence: Evidence) -> Result:
    version = evidence.candidate
    if version is None or version.artifact is None:
        reason = version.troubles.get("artifact", "") if version else ""
        return _unknown(gate, reason or "The artifact can't be read.")
    artifact = version.artifact
    read: JsonValue = {"digest": artifact.digest, "size": artifact.size}
    missing = [name for name in gate.files if name not in artifact.files]
    if not artifact.count or missing:
        lacks = f"lacks {', '.join(missing)}" if missing else "is empty"
        return _result(gate, "failed", f"The artifact {lacks}.", read)
    sentence = f"{artifact.count} files, SHA-256 {artifact.digest[:12]}."
    return _result(gate, "passed", sentence, read)


def _metric(gate: GateTerms, evidence: Evidence) -> Result:
    run = _observed_run(gate, evidence) if gate.observed_in else _candidate_run(evidence)
    if run is None:
        if gate.observed_in:
            return _unknown(gate, f"No finished run in “{gate.observed_in}” is about this version.")
        return _unknown(gate, _why_no_run(evidence))
    value, trouble = _value(run, gate.metric)
    read: JsonValue = {"run": run.id, "metric": gate.metric, "logged": _logged(run, gate.metric)}
    if value is None:
        return _result(gate, "unknown", trouble, read)
    low = gate.at_least is not None and value < Decimal(gate.at_least)
    high = gate.at_most is not None and value > Decimal(gate.at_most)
    needs = " and ".join(
        f"{word} {limit}" for word, limit in (("at least", gate.at_least), ("at most", gate.at_most)) if limit
    )
    sentence = f"{gate.metric} is {spell(value)}; it has to be {needs}."
    return _result(gate, "failed" if low or high else "passed", sentence, read, spell(value))


def _champion(gate: GateTerms, evidence: Evidence) -> Result:
    run = _candidate_run(evidence)
    if run is None:
        return _unknown(gate, _why_no_run(evidence))
    value, trouble = _value(run, gate.metric)
    if value is None:
        return _result(gate, "unknown", trouble, {"logged": _logged(run, gate.metric)})
    if evidence.live is None:
        read: JsonValue = {"run": run.id, "value": spell(value), "champion": None}
        return _result(
            gate, "passed", "Nothing is live yet, so there is nothing to be worse than.", read, spell(value)
        )
    theirs = evidence.champion.run if evidence.champion else None
    best, why = _value(theirs, gate.metric) if theirs else (None, "its run can't be read")
    if theirs is None or best is None:
        return _unknown(gate, f"Version {evidence.live}, which is live, can't be compared with: {why}")
    return _compared(gate, run, theirs, value, best, evidence.live)


def _compared(gate: GateTerms, run: Run, theirs: Run, value: Decimal, best: Decimal, live: str) -> Result:
    worse = best - value if gate.better == "higher" else value - best
    read: JsonValue = {
        "metric": gate.metric,
        "run": run.id,
        "logged": _logged(run, gate.metric),
        "champion": live,
        "champion_run": theirs.id,
        "champion_logged": _logged(theirs, gate.metric),
    }
    allowed = f", worse by {gate.worse_by} at most" if Decimal(gate.worse_by) else ""
    sentence = f"{gate.metric} is {spell(value)}; version {live}, which is live, has {spell(best)}{allowed}."
    verdict: Verdict = "failed" if worse > Decimal(gate.worse_by) else "passed"
    return _result(gate, verdict, sentence, read, spell(value), spell(best))


def _model_card(gate: GateTerms, evidence: Evidence) -> Result:
    version = evidence.candidate
    if version is None:
        return _unknown(gate, "The registry doesn't have this version.")
    there = {section.casefold() for section in version.card.sections}
    missing = [section for section in gate.sections if section.casefold() not in there]
    read: JsonValue = {"card": version.card.digest}
    if missing:
        lacks = ", ".join(f"“{section}”" for section in missing)
        return _result(gate, "failed", f"The model card lacks {lacks}, with text under it.", read)
    return _result(gate, "passed", "The model card has every section that is asked for.", read)


def _incidents(gate: GateTerms, evidence: Evidence) -> Result:
    if evidence.incidents is None:
        return _unknown(gate, "Daypass can't tell which incidents are open on this service.")
    severe = [one for one in evidence.incidents if one.partition(" ")[0] in gate.severities]
    if severe:
        return _result(gate, "failed", f"Open on this service: {', '.join(severe[:5])}.", list(severe))
    return _result(gate, "passed", f"No open incident of {' or '.join(gate.severities)}.", [])


def _freeze(gate: GateTerms, freezes: Sequence[FreezeTerms], evidence: Evidence, now: datetime) -> Result:
    if evidence.frozen:
        sentence = f"Stopped by an incident: {', '.join(evidence.frozen[:5])}."
        return Result(gate=gate.name, verdict="failed", sentence=sentence)
    freeze = freeze_at(freezes, now)
    if freeze is None:
        return Result(gate=gate.name, verdict="passed", sentence="No freeze is in force.")
    until = f" until {freeze.ends:%Y-%m-%d %H:%M} UTC" if freeze.ends else " all of today (UTC)"
    sentence = f"The freeze “{freeze.name}” is in force{until}: {freeze.because}"
    return Result(gate=gate.name, verdict="failed", sentence=sentence)


_KINDS: dict[str, Callable[[GateTerms, Evidence], Result]] = {
    "run": _run,
    "artifact": _artifact,
    "metric": _metric,
    "champion": _champion,
    "model-card": _model_card,
    "incidents": _incidents,
}


def _candidate_run(evidence: Evidence) -> Run | None:
    return evidence.candidate.run if evidence.candidate else None


def _why_no_run(evidence: Evidence) -> str:
    if evidence.candidate is None:
        return "The registry doesn't have this version."
    return evidence.candidate.troubles.get("run") or "The run of this version can't be read."


def _observed_run(gate: GateTerms, evidence: Evidence) -> Run | None:
    return next((one.run for one in evidence.observed if one.experiment == gate.observed_in), None)


def _logged(run: Run, metric: str) -> JsonValue:
    logged = run.metric(metric)
    return {"count": logged.count, "values": [*logged.values]}


def _value(run: Run, metric: str) -> tuple[Decimal | None, str]:
    """The one value of the metric, or why there is none to go by."""
    logged = run.metric(metric)
    if not logged.values:
        return None, f"The metric {metric} was never logged."
    if logged.count > 1:
        return (
            None,
            f"The metric {metric} was logged {logged.count} times, so it isn't clear which value counts.",
        )
    try:
        value = Decimal(logged.values[0])
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        return None, f"The metric {metric} is {logged.values[0][:40]}, which is no number to compare."
    return value, ""


def spell(value: Decimal) -> str:
    """At most six places behind the point."""
    rounded = round(value, 6)
    return f"{rounded.normalize():f}"
