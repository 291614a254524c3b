"""What a reading of a live metric means: passed, failed, or can't be evaluated. Pure, and total."""

from decimal import Decimal

from pydantic import JsonValue

from workflows.policy.schema.live_checks import LiveCheckTerms
from workflows.releases.evidence import digest_of
from workflows.releases.gates.gate import Result, Verdict
from workflows.releases.gates.numbers import EXACT, number_in, spell
from workflows.releases.live_checks.source import Measured


def evaluate_live(
    check: LiveCheckTerms, found: Measured, before: Measured | None = None, version_before: str | None = None
) -> Result:
    """Evaluate the value of what is live, beside that of the version before if the check compares the two."""
    value, trouble = _number(check, found)
    if value is None:
        return _result(check, "unknown", trouble, found, before)
    if check.worse_by is None:
        return _judged(check, found, value)
    if before is None or version_before is None:
        return _result(
            check, "unknown", "No version was live before, so there is none to compare with.", found, before
        )
    best, why = _number(check, before)
    if best is None:
        sentence = f"Can't compare with version {version_before}: {why}"
        return _result(check, "unknown", sentence, found, before, spell(value))
    return _judged(check, found, value, before, best, version_before)


def _judged(
    check: LiveCheckTerms,
    found: Measured,
    value: Decimal,
    before: Measured | None = None,
    best: Decimal | None = None,
    version_before: str | None = None,
) -> Result:
    low = check.at_least is not None and value < Decimal(check.at_least)
    high = check.at_most is not None and value > Decimal(check.at_most)
    needs = [
        f"{word} {limit}"
        for word, limit in (("at least", check.at_least), ("at most", check.at_most))
        if limit
    ]
    worse = False
    if best is not None and check.worse_by is not None:
        by = EXACT.subtract(best, value) if check.better == "higher" else EXACT.subtract(value, best)
        worse = by > Decimal(check.worse_by)
        needs.append(f"worse than version {version_before} ({spell(best)}) by at most {check.worse_by}")
    sentence = f"{check.name} is {spell(value)} (required: {', '.join(needs)})."
    verdict: Verdict = "failed" if low or high or worse else "passed"
    return _result(
        check, verdict, sentence, found, before, spell(value), spell(best) if best is not None else ""
    )


def _number(check: LiveCheckTerms, found: Measured) -> tuple[Decimal | None, str]:
    """The value as a number, or a sentence why there is none."""
    if found.trouble:
        return None, found.trouble
    value = number_in(found.value)
    return value, "" if value is not None else f"{check.name} is {found.value[:40]}, which isn't a number."


def _result(
    check: LiveCheckTerms,
    verdict: Verdict,
    sentence: str,
    found: Measured,
    before: Measured | None,
    value: str = "",
    champion: str = "",
) -> Result:
    read: JsonValue = {
        "check": check.model_dump(mode="json"),
        "value": [found.value, found.trouble],
        "before": [before.value, before.trouble] if before else None,
    }
    return Result(
        gate=check.name,
        verdict=verdict,
        sentence=sentence,
        value=value,
        champion=champion,
        evidence=digest_of(read),
    )
