"""What a kind of gate is, and what comes of one: a verdict with its sentence, its numbers and the hash of what it read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import FreezeTerms
from workflows.releases.evidence import Evidence, EvidencePart, digest_of
from workflows.releases.exceptions.state import GateException

Verdict = Literal["passed", "failed", "unknown", "excepted"]


class Result(EvidencePart):
    """One gate's outcome. `unknown`: it couldn't be evaluated; `excepted`: it failed, and may.

    `value` stands beside the `champion`'s.
    `evidence` is the SHA-256 of what the gate read; a freeze reads only the clock and has none.
    """

    gate: str
    verdict: Verdict
    sentence: str
    value: str = ""
    champion: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Facts:
    """What gates look at: what was read of the versions, and the policy's freezes at this moment."""

    evidence: Evidence
    freezes: Sequence[FreezeTerms]
    now: datetime


@dataclass(frozen=True)
class GateKind:
    """A kind of gate, by its name in the policy. `evaluate` is pure and total: what it can't tell is `unknown`."""

    name: str
    evaluate: Callable[[GateTerms, Facts], Result]
    compares_with_live: bool = False
    """Whether it also reads the version that is live."""


def all_passed(results: Sequence[Result]) -> bool:
    """Whether none stands against it: each has passed, or is excepted."""
    return bool(results) and all(result.verdict in ("passed", "excepted") for result in results)


def evidence_digest(
    results: Sequence[Result], evidence: Evidence, exceptions: Sequence[GateException] = ()
) -> str:
    """Over what all gates read, their outcomes left out: a freeze changes them and not the evidence. And the exceptions."""
    read: list[JsonValue] = [[result.gate, result.evidence] for result in results]
    excepted: dict[str, JsonValue] = {"exceptions": [one.bound for one in exceptions]} if exceptions else {}
    return digest_of({"live": evidence.live, "read": read, **excepted})


def result(
    gate: GateTerms, verdict: Verdict, sentence: str, read: JsonValue, value: str = "", champion: str = ""
) -> Result:
    """Make an outcome; `read` is what the gate went by, and only its hash is kept."""
    return Result(
        gate=gate.name,
        verdict=verdict,
        sentence=sentence,
        value=value,
        champion=champion,
        evidence=digest_of(read),
    )


def unknown(gate: GateTerms, reason: str) -> Result:
    """Make the outcome of a gate that can't be evaluated, for this reason."""
    return result(gate, "unknown", reason, {"unknown": reason})
