"""Environment → resource → entitlement: merging their rules, and proving that each level only tightens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.durations import spell_duration
from workflows.policy.bundle import EffectiveRule
from workflows.policy.fields import Assurance, stronger
from workflows.policy.loading.level import ONLY_TIGHTER, Merging
from workflows.policy.loading.merge_break_glass import merge_break_glass
from workflows.policy.loading.merge_conditions import merge_conditions, merge_stage_conditions
from workflows.policy.loading.merge_stages import is_automatic, merge_stages
from workflows.policy.loading.merge_tickets import merge_ticket
from workflows.policy.schema.rules import Defaults, Rule


@dataclass(frozen=True)
class Limit:
    """A field of which only some values are tighter; `meant` says which, given the upper value."""

    path: tuple[str, ...]
    tighter: Callable[[Any, Any], bool]
    meant: Callable[[Any], str]


def _at_most(spell: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda upper: f"use at most {spell(upper)}"


def _at_least(spell: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda upper: f"use at least {spell(upper)}"


def _no_more(mine: int, upper: int) -> bool:
    return mine <= upper


def _no_less(mine: int, upper: int) -> bool:
    return mine >= upper


def _the_same(mine: str, upper: str) -> bool:
    return mine == upper


def _inside(mine: tuple[str, ...], upper: tuple[str, ...]) -> bool:
    return set(mine) <= set(upper)


def _inside_any_case(mine: tuple[str, ...], upper: tuple[str, ...]) -> bool:
    return {one.casefold() for one in mine} <= {one.casefold() for one in upper}


def _as_strong(mine: Assurance, upper: Assurance) -> bool:
    return stronger(mine, upper) == mine


def _some_of(upper: tuple[str, ...]) -> str:
    return f"use only groups from {', '.join(upper)}"


LIMITS = (
    Limit(("eligible",), _inside, _some_of),
    Limit(("longest",), _no_more, _at_most(spell_duration)),
    Limit(("shortest",), _no_less, _at_least(spell_duration)),
    Limit(("justification", "min_length"), _no_less, _at_least(str)),
    Limit(("justification", "max_length"), _no_more, _at_most(str)),
    *(
        Limit(("ticket", name), _no_less, lambda _: "set it to true or leave it out")
        for name in ("required", "own_project", "must_be_open", "ends_access")
    ),
    Limit(
        ("ticket", "projects"),
        _inside_any_case,
        lambda upper: f"use only projects from {', '.join(upper)}",
    ),
    Limit(("ticket", "source"), _the_same, lambda upper: f"use {upper} or leave it out"),
    Limit(("lapse",), _no_more, _at_most(spell_duration)),
    Limit(("credentials",), _no_more, _at_most(str)),
    Limit(("ahead",), _no_more, _at_most(spell_duration)),
    Limit(("assurance",), _as_strong, lambda upper: f"use {upper}, or something stronger"),
)


def merge(merging: Merging, defaults: Defaults) -> EffectiveRule | None:
    """The rule that holds, or None when `merging.problems` says why there is none."""
    found = {limit.path: _narrowest(merging, limit) for limit in LIMITS}
    conditions, stages = merge_conditions(merging), merge_stages(merging)
    stage_conditions = merge_stage_conditions(merging, len(conditions))
    automatic = is_automatic(merging, stages, frozenset(one.name for one in stage_conditions))
    _require(merging, found, bool(stages) or automatic)
    shortest, longest = _window(merging, found, defaults)
    break_glass = merge_break_glass(merging, stages, automatic, longest)
    ticket = merge_ticket(merging, {path[1]: value for path, value in found.items() if path[0] == "ticket"})
    if merging.problems:
        return None
    return EffectiveRule(
        eligible=found[("eligible",)],
        longest=longest,
        shortest=shortest,
        default=min(max(_last(merging, ("default",), defaults.duration), shortest), longest),
        justification_min=found[("justification", "min_length")] or 0,
        justification_max=found[("justification", "max_length")] or 1_000,
        ticket=ticket,
        conditions=conditions,
        automatic=automatic,
        stages=stages,
        stage_conditions=stage_conditions,
        lapse=found[("lapse",)] or defaults.lapse,
        warn=_last(merging, ("warn_before_end",), defaults.warn_before_end),
        credentials=found[("credentials",)],
        ahead=found[("ahead",)] or defaults.ahead,
        break_glass=break_glass,
        assurance=found[("assurance",)] or "click",
    )


def _get(rule: Rule, path: Sequence[str]) -> Any:
    value: Any = rule
    for name in path:
        value = getattr(value, name, None)
    return value


def _last(merging: Merging, path: Sequence[str], otherwise: Any) -> Any:
    said = [value for level in merging.levels if (value := _get(level.rule, path)) is not None]
    return said[-1] if said else otherwise


def _narrowest(merging: Merging, limit: Limit) -> Any:
    upper, upper_level = None, merging.levels[0]
    for level in merging.levels:
        mine = _get(level.rule, limit.path)
        if mine is None:
            continue
        if upper is not None and not limit.tighter(mine, upper):
            what = f"this is looser than {upper_level.at(limit.path)}; {ONLY_TIGHTER}"
            merging.problems.append(level.problem(limit.path, what, limit.meant(upper)))
            continue
        upper, upper_level = mine, level
    return upper


def _require(merging: Merging, found: Mapping[tuple[str, ...], Any], decided: bool) -> None:
    missing = [
        ("eligible", found[("eligible",)], "nobody can request this", "list groups under eligible"),
        ("longest", found[("longest",)], "it has no time limit", "set longest, such as 8h"),
        ("stages", decided or None, "it has no stages", "list stages, or set decision: automatic"),
    ]
    lowest = merging.levels[-1]
    merging.problems += [
        lowest.problem((name,), f"{what} on any level", f"{meant}, here or on a level above")
        for name, value, what, meant in missing
        if value is None and not any(_get(level.rule, (name,)) for level in merging.levels)
    ]


def _window(merging: Merging, found: Mapping[tuple[str, ...], Any], defaults: Defaults) -> tuple[int, int]:
    longest = found[("longest",)] or 0
    shortest = found[("shortest",)] or min(defaults.shortest, longest)
    lowest = merging.levels[-1]
    if longest and shortest > longest:
        what = f"the shortest duration, {spell_duration(shortest)}, is above the longest, {spell_duration(longest)}"
        merging.problems.append(lowest.problem(("shortest",), what, "make shortest at most longest"))
    default = lowest.rule.default
    if longest and default is not None and not shortest <= default <= longest:
        meant = f"use {spell_duration(shortest)} to {spell_duration(longest)}"
        what = f"{spell_duration(default)} is outside the allowed durations"
        merging.problems.append(lowest.problem(("default",), what, meant))
    least, most = found[("justification", "min_length")] or 0, found[("justification", "max_length")] or 1_000
    if least > most:
        what = f"the minimum, {least} characters, is above the maximum, {most}"
        merging.problems.append(lowest.problem(("justification", "min_length"), what, f"use at most {most}"))
    return shortest, longest
