"""Break-glass of an entitlement: what its levels say of it, merged, each only tightening the one above."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.durations import spell_duration
from workflows.policy.document import Path
from workflows.policy.groups import source_of
from workflows.policy.loading.level import ONLY_TIGHTER, Level, Merging
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.rules import Rule
from workflows.policy.terms.access import StageTerms
from workflows.policy.terms.break_glass import BreakGlassIncident, BreakGlassTerms

AFTER_DENIAL_SECONDS = 3_600
MOST_UNREVIEWED = 3
MIN_REASON_CHARS = 20
FIELD = "break_glass"


@dataclass(frozen=True)
class _Limit:
    """A field of which only some values are tighter; `meant` says which, given the upper value."""

    path: tuple[str, ...]
    tighter: Callable[[Any, Any], bool]
    meant: Callable[[Any], str]


def _inside(mine: tuple[str, ...], upper: tuple[str, ...]) -> bool:
    return set(mine) <= set(upper)


def _some_of(upper: Sequence[str]) -> str:
    return f"use only groups from {', '.join(upper)}"


_LIMITS = (
    _Limit(("allowed",), lambda mine, upper: upper or not mine, lambda _: "remove this line"),
    _Limit(("taken_by",), _inside, _some_of),
    _Limit(("longest",), lambda mine, upper: mine <= upper, lambda one: f"use at most {spell_duration(one)}"),
    _Limit(("min_length",), lambda mine, upper: mine >= upper, lambda one: f"use at least {one}"),
    _Limit(
        ("after_denial",),
        lambda mine, upper: mine >= upper,
        lambda one: f"use at least {spell_duration(one)}",
    ),
    _Limit(("most_unreviewed",), lambda mine, upper: mine <= upper, lambda one: f"use at most {one}"),
    _Limit(("review", "reviewers"), _inside, _some_of),
    _Limit(
        ("review", "within"),
        lambda mine, upper: mine <= upper,
        lambda one: f"use at most {spell_duration(one)}",
    ),
    _Limit(("review", "escalate", "to"), _inside, _some_of),
)


def merge_break_glass(
    merging: Merging, stages: Sequence[StageTerms], automatic: bool, longest: int
) -> BreakGlassTerms | None:
    """What its levels allow together; None where nobody may take it, or `merging.problems` says what is wrong."""
    said = [level for level in merging.levels if level.rule.break_glass]
    if not said:
        return None
    _check_begin(merging, said[0])
    found = {limit.path: _narrowest(merging, said, limit) for limit in _LIMITS}
    if found[("allowed",)] is False:
        return None
    lowest = said[-1]
    faults = _faults(lowest, found, automatic, longest)
    if faults:
        merging.problems += faults if lowest is merging.levels[-1] else ()
        return None
    channel = _last(said, ("channel",)) or ""
    escalate = _last(said, ("review", "escalate"))
    incident = _last(said, ("incident",))
    terms = BreakGlassTerms(
        taken_by=found[("taken_by",)],
        longest=min(found[("longest",)], longest),
        min_length=found[("min_length",)] or MIN_REASON_CHARS,
        channel=merging.channels.get(channel, merging.channels["approvals"]),
        after_denial=found[("after_denial",)] or AFTER_DENIAL_SECONDS,
        most_unreviewed=found[("most_unreviewed",)] or MOST_UNREVIEWED,
        reviewers=found[("review", "reviewers")] or (),
        review_within=found[("review", "within")],
        escalate_after=escalate.after if escalate else None,
        escalate_to=escalate.to if escalate else (),
        incident=BreakGlassIncident(severity=incident.severity, service=incident.service)
        if incident
        else None,
    )
    _check_reviewers(merging, lowest, stages, terms)
    return terms


def break_glass_groups(rule: Rule) -> Iterator[tuple[Path, str]]:
    """The groups that it names, each with where."""
    said = rule.break_glass
    review = said.review if said else None
    escalate = review.escalate if review else None
    named: tuple[tuple[Path, Sequence[str]], ...] = (
        (("taken_by",), (said.taken_by if said else None) or ()),
        (("review", "reviewers"), (review.reviewers if review else None) or ()),
        (("review", "escalate", "to"), escalate.to if escalate else ()),
    )
    for path, names in named:
        for n, name in enumerate(names):
            yield (FIELD, *path, n), name


def break_glass_incident_problems(
    level: Level, severities: Sequence[str], services: Sequence[str]
) -> Iterator[Problem]:
    """Names of the incident that it opens which nobody defined."""
    incident = level.rule.break_glass.incident if level.rule.break_glass else None
    if incident is None:
        return
    if incident.severity not in severities:
        fault = undefined("severity", incident.severity, severities)
        yield level.problem((FIELD, "incident", "severity"), *fault)
    if incident.service is not None and incident.service not in services:
        fault = undefined("service", incident.service, services)
        yield level.problem((FIELD, "incident", "service"), *fault)


def _check_begin(merging: Merging, first: Level) -> None:
    """A level below one that requires approval can't let people do without it."""
    above = merging.levels[: list(merging.levels).index(first)]
    staged = next((level for level in above if level.rule.stages), None)
    if staged is not None:
        what = f"this skips the approval that {staged.at(('stages',))} requires; {ONLY_TIGHTER}"
        merging.problems.append(first.problem((FIELD,), what, f"allow it there: add {FIELD} to that rule"))


def _narrowest(merging: Merging, said: Sequence[Level], limit: _Limit) -> Any:
    upper, upper_level = None, said[0]
    for level in said:
        mine = _get(level.rule, limit.path)
        if mine is None:
            continue
        if upper is not None and not limit.tighter(mine, upper):
            what = f"this is looser than {upper_level.at((FIELD, *limit.path))}; {ONLY_TIGHTER}"
            merging.problems.append(level.problem((FIELD, *limit.path), what, limit.meant(upper)))
            continue
        upper, upper_level = mine, level
    return upper


def _faults(
    lowest: Level, found: Mapping[tuple[str, ...], Any], automatic: bool, longest: int
) -> list[Problem]:
    """Why nobody may take it. What only a level above says is a bound, and no fault of an entitlement that says nothing."""
    if automatic:
        what = "this is approved automatically, so nobody needs break-glass"
        return [lowest.problem((FIELD,), what, "remove this block, or list stages")]
    missing = (
        (("taken_by",), "nobody may take it", "list groups under taken_by"),
        (("longest",), "it has no time limit", "set longest, such as 30m"),
        (("review", "within"), "its review has no deadline", "set within, such as 1d"),
    )
    problems = [
        lowest.problem((FIELD, *path), f"{what} on any level", f"{meant}, here or on a level above")
        for path, what, meant in missing
        if found[path] is None
    ]
    own = _get(lowest.rule, ("longest",))
    if own is not None and longest and own > longest:
        what = f"{spell_duration(own)} is longer than an approved request may be"
        problems.append(
            lowest.problem(
                (FIELD, "longest"), what, f"use at most {spell_duration(longest)}, for a short time"
            )
        )
    return problems


def _check_reviewers(
    merging: Merging, level: Level, stages: Sequence[StageTerms], terms: BreakGlassTerms
) -> None:
    """Only where everybody is listed in the bundle: how many a Slack user group has isn't known here."""
    reviewing = [name for stage in stages for name in stage.approvers]
    reviewers = _listed(merging, [*reviewing, *terms.reviewers, *terms.escalate_to])
    takers = _listed(merging, terms.taken_by)
    if reviewers is None or takers is None:
        return
    alone = sorted(one for one in takers if not reviewers - {one})
    if alone:
        what = f"nobody could review what {alone[0]} takes: no other person approves or reviews it"
        meant = "add another group to review.reviewers; nobody reviews their own"
        merging.problems.append(level.problem((FIELD, "review"), what, meant))


def _listed(merging: Merging, names: Sequence[str]) -> set[str] | None:
    """All members of the groups, if the bundle lists them; groups that nobody defined are faults already."""
    groups = [merging.groups[name] for name in names if name in merging.groups]
    listed = [source_of(group).listed(group) for group in groups]
    if any(one is None for one in listed):
        return None
    return {member.casefold() for names in listed for member in names or ()}


def _last(said: Sequence[Level], path: Sequence[str]) -> Any:
    found = [value for level in said if (value := _get(level.rule, path)) is not None]
    return found[-1] if found else None


def _get(rule: Rule, path: Sequence[str]) -> Any:
    value: Any = rule.break_glass
    for name in path:
        value = getattr(value, name, None)
    return value
