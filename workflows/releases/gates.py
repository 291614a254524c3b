"""Gates: what each one makes of the evidence. Pure, total; what can't be evaluated isn't passed."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Literal

from pydantic import JsonValue

from workflows.policy.terms.releases import FreezeTerms, GateTerms, ReleaseTerms
from workflows.ports import MACHINE, Directory
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


def author_names(version: Version | None) -> tuple[tuple[str, str], ...]:
    """Source and name of everybody whom the registry names as author, whatever the terms ask for."""
    return tuple((author.source, author.name) for author in version.authors) if version else ()


def authors(version: Version | None, requester: str, directory: Directory) -> frozenset[str]:
    """Every Slack account of everybody whom anything names as author: none of them approves it."""
    named = frozenset[str]().union(*(accounts_named(name, directory) for _, name in author_names(version)))
    return named | directory.may_be(requester)


def accounts_named(name: str, directory: Directory) -> frozenset[str]:
    """The accounts of whoever may be meant: rather one too many, for none of them approves."""
    found = frozenset[str]()
    for form in _forms(name):
        machine = f"{MACHINE}{form}"
        found |= directory.known_as(form)
        found |= directory.accounts_of(machine) if machine in directory.machines else frozenset()
    return found


def _forms(name: str) -> Iterator[str]:
    """As it stands, as one compares it by eye (NFKC, no spaces around), and the address in `Ada <ada@…>`."""
    yield name
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    yield plain
    yield from re.findall(r"[^\s<>]+@[^\s<>]+", plain)


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
        return _unknown(gate, _NO_VERSION)
    if "run" in terms.authors.sources and evidence.candidate.run is None:
        return _unknown(gate, evidence.candidate.troubles.get("run", _NO_RUN))
    names = author_names(evidence.candidate)
    asks = terms.authors.mlflow == "authenticated"
    read: JsonValue = [[list(pair) for pair in names], evidence.login if asks else "claimed"]
    for source in terms.authors.sources:
        if trouble := _why_unknown(source, names, terms, directory):
            return _result(gate, "unknown", trouble, read)
    if asks and evidence.login != "required":
        return _result(gate, "unknown", _NO_LOGIN, read)
    return _result(gate, "passed", _KNOWN if asks else _CLAIMED, read)


_NO_VERSION = "MLflow has no such version."
_NO_RUN = "This version's MLflow run can't be read."
_KNOWN = "All authors are known, and none of them can approve."
_CLAIMED = (
    "All authors named by MLflow are known, and none of them can approve. MLflow doesn't verify these names."
)
_NO_LOGIN = (
    "MLflow doesn't require a login, or Daypass can't tell, so the authors could have been set by anyone. "
    "Turn on MLflow's login, or accept unverified names in the policy (authors: mlflow: claimed)."
)


def _why_unknown(
    source: str, names: Sequence[tuple[str, str]], terms: ReleaseTerms, directory: Directory
) -> str:
    """What is missing for everybody of this source to be known; empty if nothing is."""
    if source == "requester":
        return ""
    found = [name for of, name in names if of == source]
    if not found:
        return f"MLflow names no author for the {source}."
    strangers = (name for name in found if name not in terms.authors.machines)
    unknown = next((name for name in strangers if not accounts_named(name, directory)), None)
    if unknown is None:
        return ""
    return (
        f"MLflow names “{unknown[:80]}” as author ({source}), who is unknown here. Add the name to people.yaml, or to "
        "the service's machines."
    )


def _run(gate: GateTerms, evidence: Evidence) -> Result:
    version, run = evidence.candidate, _candidate_run(evidence)
    if version is None or run is None:
        return _unknown(gate, _why_no_run(evidence.candidate))
    read: JsonValue = {"run": run.id, "status": run.status, "version": version.status}
    if run.status != "FINISHED":
        return _result(gate, "failed", f"The run is {run.status}, not FINISHED.", read, run.status)
    if version.status != "READY":
        return _result(gate, "failed", f"The version is {version.status}, not READY.", read, version.status)
    return _result(gate, "passed", "The run is FINISHED.", read, run.status)


def _artifact(gate: GateTerms, evidence: Evidence) -> Result:
    version = evidence.candidate
    if version is None or version.artifact is None:
        reason = version.troubles.get("artifact", "") if version else ""
        return _unknown(gate, reason or "The artifact can't be read.")
    artifact = version.artifact
    read: JsonValue = {"digest": artifact.digest, "size": artifact.size}
    missing = [name for name in gate.files if name not in artifact.files]
    if not artifact.count or missing:
        lacks = f"is missing {', '.join(missing)}" if missing else "is empty"
        return _result(gate, "failed", f"The artifact {lacks}.", read)
    sentence = f"{artifact.count} files, SHA-256 {artifact.digest[:12]}."
    return _result(gate, "passed", sentence, read)


def _metric(gate: GateTerms, evidence: Evidence) -> Result:
    run = _observed_run(gate, evidence) if gate.observed_in else _candidate_run(evidence)
    if run is None:
        if gate.observed_in:
            return _unknown(gate, f"No finished run in “{gate.observed_in}” covers this version.")
        return _unknown(gate, _why_no_run(evidence.candidate))
    value, trouble = _value(run, gate.metric)
    read: JsonValue = {"run": run.id, "metric": gate.metric, "logged": _logged(run, gate.metric)}
    if value is None:
        return _result(gate, "unknown", trouble, read)
    low = gate.at_least is not None and value < Decimal(gate.at_least)
    high = gate.at_most is not None and value > Decimal(gate.at_most)
    needs = " and ".join(
        f"{word} {limit}" for word, limit in (("at least", gate.at_least), ("at most", gate.at_most)) if limit
    )
    sentence = f"{gate.metric} is {spell(value)} (required: {needs})."
    return _result(gate, "failed" if low or high else "passed", sentence, read, spell(value))


def _champion(gate: GateTerms, evidence: Evidence) -> Result:
    run = _candidate_run(evidence)
    if run is None:
        return _unknown(gate, _why_no_run(evidence.candidate))
    value, trouble = _value(run, gate.metric)
    if value is None:
        return _result(gate, "unknown", trouble, {"logged": _logged(run, gate.metric)})
    if evidence.live is None:
        read: JsonValue = {"run": run.id, "value": spell(value), "champion": None}
        return _result(
            gate, "passed", "Nothing is live yet, so there is nothing to compare with.", read, spell(value)
        )
    theirs = evidence.champion.run if evidence.champion else None
    best, why = _value(theirs, gate.metric) if theirs else (None, _why_no_run(evidence.champion))
    if theirs is None or best is None:
        return _unknown(gate, f"Can't compare with the live version {evidence.live}: {why}")
    return _compared(gate, run, theirs, value, best, evidence.live)


def _compared(gate: GateTerms, run: Run, theirs: Run, value: Decimal, best: Decimal, live: str) -> Result:
    worse = _EXACT.subtract(best, value) if gate.better == "higher" else _EXACT.subtract(value, best)
    read: JsonValue = {
        "metric": gate.metric,
        "run": run.id,
        "logged": _logged(run, gate.metric),
        "champion": live,
        "champion_run": theirs.id,
        "champion_logged": _logged(theirs, gate.metric),
    }
    allowed = f", allowed drop {gate.worse_by}" if Decimal(gate.worse_by) else ""
    sentence = f"{gate.metric} is {spell(value)} (live version {live}: {spell(best)}{allowed})."
    verdict: Verdict = "failed" if worse > Decimal(gate.worse_by) else "passed"
    return _result(gate, verdict, sentence, read, spell(value), spell(best))


def _model_card(gate: GateTerms, evidence: Evidence) -> Result:
    version = evidence.candidate
    if version is None:
        return _unknown(gate, _NO_VERSION)
    if version.card.trouble:
        return _unknown(gate, version.card.trouble)
    there = {section.casefold() for section in version.card.sections}
    missing = [section for section in gate.sections if section.casefold() not in there]
    read: JsonValue = {"card": version.card.digest}
    if missing:
        lacks = ", ".join(f"“{section}”" for section in missing)
        return _result(gate, "failed", f"The model card is missing {lacks}, or has no text there.", read)
    return _result(gate, "passed", "The model card has every required section.", read)


def _incidents(gate: GateTerms, evidence: Evidence) -> Result:
    if evidence.incidents is None:
        return _unknown(gate, "Open incidents on this service can't be read.")
    severe = [one for one in evidence.incidents if one.partition(" ")[0] in gate.severities]
    if severe:
        return _result(gate, "failed", f"Open on this service: {', '.join(severe[:5])}.", list(severe))
    return _result(gate, "passed", f"No open incident of {' or '.join(gate.severities)}.", [])


def _freeze(gate: GateTerms, freezes: Sequence[FreezeTerms], evidence: Evidence, now: datetime) -> Result:
    if evidence.frozen:
        sentence = f"Releases are stopped by incident {', '.join(evidence.frozen[:5])}."
        return Result(gate=gate.name, verdict="failed", sentence=sentence)
    freeze = freeze_at(freezes, now)
    if freeze is None:
        return Result(gate=gate.name, verdict="passed", sentence="No freeze is active.")
    until = f" until {freeze.ends:%Y-%m-%d %H:%M} UTC" if freeze.ends else " all day (UTC)"
    sentence = f"Freeze “{freeze.name}”{until}: {freeze.because}"
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


def _why_no_run(version: Version | None) -> str:
    if version is None:
        return _NO_VERSION
    return version.troubles.get("run") or _NO_RUN


def _observed_run(gate: GateTerms, evidence: Evidence) -> Run | None:
    return next((one.run for one in evidence.observed if one.experiment == gate.observed_in), None)


def _logged(run: Run, metric: str) -> JsonValue:
    logged = run.metric(metric)
    return {"count": logged.count, "values": [*logged.values]}


def _value(run: Run, metric: str) -> tuple[Decimal | None, str]:
    """The one value of the metric, or why there is none to go by."""
    logged = run.metric(metric)
    if logged.trouble:
        return None, logged.trouble
    if not logged.values:
        return None, f"The metric {metric} wasn't logged."
    if logged.count > 1:
        return (
            None,
            f"The metric {metric} was logged {logged.count} times; log it once.",
        )
    value = _number(logged.values[0])
    if value is None:
        return None, f"The metric {metric} is {logged.values[0][:40]}, which isn't a number."
    return value, ""


_EXACT = Context(prec=1_000)
"""Digits enough for the difference of any two doubles, which span from 1.8e308 down to 4.9e-324."""
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
"""A number of JSON (RFC 8259), no longer than a double is written."""


def _number(text: str) -> Decimal | None:
    """What a double may be; None for NaN, infinities and anything else."""
    value = Decimal(text) if _NUMBER.fullmatch(text) else None
    return value if value is not None and abs(float(value)) <= _LARGEST else None


_LARGEST = float.fromhex("0x1.fffffffffffffp+1023")


def spell(value: Decimal) -> str:
    """At most six places behind the point; what is very large or small with its power of ten."""
    if value and not -6 <= value.adjusted() < 15:
        return f"{value:.6e}"
    rounded = round(value, 6) + 0  # which takes the sign of a zero away
    return f"{rounded.normalize():f}"
