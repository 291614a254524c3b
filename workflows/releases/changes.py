"""What changed between two versions: metrics, artifact, model card, authors, gates and rules, as both were read for approval."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflows.releases.evidence import Artifact, ModelCard, Run, Version
from workflows.releases.gates.gate import Result
from workflows.releases.gates.numbers import EXACT, number_in, spell
from workflows.releases.state import Release

NOTHING = "nothing"
CARD_CHANGED = "text changed"


@dataclass(frozen=True)
class Change:
    """Something that differs, with what it was and is; `by` is the difference of two numbers, with its sign, else empty."""

    what: str
    before: str
    after: str
    by: str = ""


def changed_versions(before: Version, after: Version) -> tuple[Change, ...]:
    """What differs between two versions, as their registry had them when each was first read."""
    return (
        *_metrics(before.run, after.run),
        *_artifact(before.artifact, after.artifact),
        *_card(before.card, after.card),
        *_differing("authors", _names(before), _names(after)),
    )


def changed_releases(before: Release, after: Release) -> tuple[Change, ...]:
    """What differs between two releases: their versions, how their gates came out, and the rule they were held to."""
    old = before.evidence.candidate if before.evidence else None
    new = after.evidence.candidate if after.evidence else None
    return (
        *(changed_versions(old, new) if old and new else ()),
        *_gates(before.results, after.results),
        *_differing("policy", before.terms.digest[:12], after.terms.digest[:12]),
    )


def changed_since_live(state: Release) -> tuple[Change, ...]:
    """What differs from the version that was live when this one was proposed, as that one was approved; empty if unknown."""
    candidate = state.evidence.candidate if state.evidence else None
    return changed_versions(state.before, candidate) if state.before and candidate else ()


def _differing(what: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(what, before or NOTHING, after or NOTHING)


def _metrics(before: Run | None, after: Run | None) -> Iterator[Change]:
    keys = sorted({metric.key for run in (before, after) if run for metric in run.metrics})
    for key in keys:
        old, new = _value(before, key), _value(after, key)
        for change in _differing(f"metric {key}", old, new):
            yield Change(change.what, change.before, change.after, _difference(old, new))


def _value(run: Run | None, key: str) -> str:
    """The values as they were logged, numbers spelled for people; empty if there are none."""
    values: Sequence[str] = run.metric(key).values if run else ()
    return ", ".join(spell(number) if (number := number_in(one)) is not None else one[:40] for one in values)


def _difference(before: str, after: str) -> str:
    old, new = number_in(before), number_in(after)
    if old is None or new is None:
        return ""
    by: Decimal = EXACT.subtract(new, old)
    return f"{'+' if by > 0 else '-'}{spell(abs(by))}"


def _artifact(before: Artifact | None, after: Artifact | None) -> Iterator[Change]:
    if before and after:
        yield from _differing("artifact", before.digest[:12], after.digest[:12])
        yield from _differing("size in bytes", str(before.size), str(after.size))
        yield from _differing("number of files", str(before.count), str(after.count))


def _card(before: ModelCard, after: ModelCard) -> Iterator[Change]:
    """Its headings; or, if they are the same, that its text isn't."""
    if before.sections != after.sections:
        yield from _differing("model card", ", ".join(before.sections), ", ".join(after.sections))
    elif before.digest != after.digest:
        yield Change("model card", before.digest[:12], f"{after.digest[:12]} ({CARD_CHANGED})")


def _names(version: Version) -> str:
    return ", ".join(sorted({one.name for one in version.authors}))


def _gates(before: Sequence[Result], after: Sequence[Result]) -> Iterator[Change]:
    old, new = ({one.gate: one for one in results} for results in (before, after))
    for gate in dict.fromkeys((*old, *new)):
        yield from _differing(f"check {gate}", _outcome(old.get(gate)), _outcome(new.get(gate)))


def _outcome(result: Result | None) -> str:
    if result is None:
        return ""
    return f"{result.verdict}, {result.value}" if result.value else result.verdict
