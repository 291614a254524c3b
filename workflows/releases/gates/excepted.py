"""What an exception covers: one gate, failing as it did when the exception was asked for, until its time is up."""

from collections.abc import Sequence
from datetime import datetime

from workflows.policy.terms.exceptions import ExceptionTerms
from workflows.releases.evidence import digest_of
from workflows.releases.exceptions.state import GateException
from workflows.releases.gates.gate import Result


def cause_of(result: Result) -> str:
    """The digest of how a gate failed: what it says, and what it read."""
    return digest_of([result.gate, result.sentence, result.evidence])


def heeding(
    exceptions: Sequence[GateException],
    terms: ExceptionTerms | None,
    results: Sequence[Result],
    now: datetime,
) -> tuple[Result, ...]:
    """The results, with `excepted` for each that failed and is covered now. What can't be checked never is."""
    covered = _covered(exceptions, now)
    if terms is None or not covered:
        return tuple(results)
    return tuple(
        one.model_copy(update={"verdict": "excepted"})
        if one.verdict == "failed" and one.gate in terms.gates and (one.gate, cause_of(one)) in covered
        else one
        for one in results
    )


def are_covered(exceptions: Sequence[GateException], results: Sequence[Result], now: datetime) -> bool:
    """Whether what the results call excepted was asked for, and holds now."""
    covered = _covered(exceptions, now)
    return all((one.gate, cause_of(one)) in covered for one in results if one.verdict == "excepted")


def _covered(exceptions: Sequence[GateException], now: datetime) -> set[tuple[str, str]]:
    """Gate and cause of those that hold now."""
    return {(one.gate, one.cause) for one in exceptions if one.at <= now < one.until}
