"""The conditions of an entitlement: those of all its levels, compiled."""

from collections.abc import Collection
from dataclasses import replace

from workflows.policy.bundle import LoadedCondition
from workflows.policy.conditions import Compiled, ConditionError, compile_condition, place_of
from workflows.policy.document import Document, Path
from workflows.policy.loading.level import Level, Merging
from workflows.policy.on_call.seen import schedules_named
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.rules import Condition

MAX_CONDITIONS = 32
"""Conditions of one entitlement: even compiled anew, they have to fit into the time for one request."""


def merge_conditions(merging: Merging) -> tuple[LoadedCondition, ...]:
    loaded: dict[str, LoadedCondition] = {}
    for level in merging.levels:
        for index, condition in enumerate(level.rule.when):
            if condition.name in loaded:
                what = (
                    f"the condition “{condition.name}” is already defined at {loaded[condition.name].source}"
                )
                problem = level.problem(
                    ("when", index, "name"), what, "choose another name; both conditions will apply"
                )
                merging.problems.append(problem)
                continue
            if len(loaded) == MAX_CONDITIONS:
                what = f"there are more than {MAX_CONDITIONS} conditions across all levels"
                merging.problems.append(level.problem(("when", index, "name"), what, "use fewer conditions"))
                return tuple(loaded.values())
            one = _condition(merging, level, index, condition)
            if one is not None:
                loaded[condition.name] = one
    return tuple(loaded.values())


def merge_stage_conditions(merging: Merging, others: int) -> tuple[LoadedCondition, ...]:
    """When stages are needed, by their names; `others` is how many conditions the rule has besides.

    Only the level that brings a stage says when it's needed: of two expressions nobody can tell which is tighter.
    """
    loaded: dict[str, LoadedCondition] = {}
    brought: set[str] = set()
    for level in merging.levels:
        for index, stage in enumerate(level.rule.stages):
            path: Path = ("stages", index, "when")
            if stage.when is not None and stage.name in brought:
                what = f"a level above already says when the stage “{stage.name}” is needed"
                merging.problems.append(level.problem(path, what, "remove this line"))
            elif stage.when is not None and others + len(loaded) == MAX_CONDITIONS:
                what = f"there are more than {MAX_CONDITIONS} conditions across all levels"
                merging.problems.append(level.problem(path, what, "use fewer conditions"))
            elif stage.when is not None and (compiled := _compiled(merging, level, path, stage.when)):
                source = level.document.at((*level.path, *path))
                loaded[stage.name] = LoadedCondition(stage.name, False, compiled, "", source)
            brought.add(stage.name)
    return tuple(loaded.values())


def _condition(merging: Merging, level: Level, index: int, condition: Condition) -> LoadedCondition | None:
    kind = "allow" if condition.allow is not None else "deny"
    path: Path = ("when", index, kind)
    compiled = _compiled(merging, level, path, condition.allow or condition.deny or "")
    if compiled is None:
        return None
    source = level.document.at((*level.path, *path))
    return LoadedCondition(condition.name, kind == "deny", compiled, condition.because, source)


def _compiled(merging: Merging, level: Level, inner: Path, source: str) -> Compiled | None:
    try:
        compiled = compile_condition(source, merging.inputs)
        _refuse_unknown_schedules(source, merging.schedules)
        return compiled
    except ConditionError as error:
        merging.problems.append(placed(level.document, (*level.path, *inner), error))
        return None


def _refuse_unknown_schedules(source: str, schedules: Collection[str]) -> None:
    """One that doesn't exist would have nobody on call, and nobody would be told. Raises ConditionError."""
    for name, offset in schedules_named(source):
        if name not in schedules:
            what, meant = undefined("on-call schedule", name, schedules)
            raise ConditionError(what, meant, *place_of(source, offset))


def placed(document: Document, path: Path, error: ConditionError) -> Problem:
    """At the place inside the expression when YAML kept its lines, otherwise at its beginning."""
    problem = document.problem(path, error.what, error.meant)
    mark = document.value(path)
    if mark.style == "|":
        line = mark.line + error.line
        written = document.text.splitlines()[line - 1 : line]
        indent = len(written[0]) - len(written[0].lstrip()) if written else 0
        return replace(problem, line=line, column=indent + error.column)
    if mark.style == ">" or error.line > 1:
        return problem
    quote = 1 if mark.style else 0
    return replace(problem, column=mark.column + quote + error.column - 1)
