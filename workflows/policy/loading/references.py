"""Names that a rule or a test uses and nobody defined."""

from collections.abc import Collection, Iterator, Mapping
from typing import get_args

from workflows.policy.document import Document, Path
from workflows.policy.fields import MANAGER, UNKNOWN_HISTORY, Signal
from workflows.policy.loading.level import Level
from workflows.policy.loading.merge_break_glass import break_glass_groups
from workflows.policy.problems import Problem, no_channel, undefined
from workflows.policy.schema.rules import BundleTest, Group, Settings, Stage


def references(level: Level, groups: Mapping[str, Group], channels: Mapping[str, str]) -> Iterator[Problem]:
    """Of one level's rule."""
    for path, name in _group_names(level):
        if name not in groups:
            yield level.problem(path, *undefined("group", name, groups))
    for index, stage in enumerate(level.rule.stages):
        if stage.channel is not None and stage.channel not in channels:
            yield level.problem(("stages", index, "channel"), *no_channel(stage.channel, channels))
    said = level.rule.break_glass
    if said and said.channel is not None and said.channel not in channels:
        yield level.problem(("break_glass", "channel"), *no_channel(said.channel, channels))


def console_problems(
    document: Document, settings: Settings, groups: Mapping[str, Group]
) -> Iterator[Problem]:
    """Of who reads everything."""
    for field in ("auditors", "operators"):
        for n, name in enumerate(getattr(settings.console, field)):
            if name not in groups:
                yield document.problem(("console", field, n), *undefined("group", name, groups))


def bundle_test_references(
    document: Document,
    path: Path,
    bundle_test: BundleTest,
    entitlements: Collection[str],
    groups: Mapping[str, Group],
    schedules: Collection[str],
) -> Iterator[Problem]:
    """Of one of the bundle's own tests; one that expects `unknown` may name what isn't there."""
    if bundle_test.entitlement not in entitlements and bundle_test.expect.code != "unknown":
        fault = undefined("entitlement", bundle_test.entitlement, entitlements)
        yield document.problem((*path, "entitlement"), *fault)
    for n, name in enumerate(bundle_test.holds):
        if name not in entitlements:
            yield document.problem((*path, "holds", n), *undefined("entitlement", name, entitlements))
    for n, name in enumerate(bundle_test.groups):
        if name not in groups:
            yield document.problem((*path, "groups", n), *undefined("group", name, groups))
    for n, name in enumerate(bundle_test.on_call):
        if name not in schedules:
            yield document.problem((*path, "on_call", n), *undefined("on-call schedule", name, schedules))
    signals = (*get_args(Signal), UNKNOWN_HISTORY)
    for n, name in enumerate(bundle_test.signals):
        if name not in signals:
            yield document.problem((*path, "signals", n), *undefined("signal", name, signals))


def _group_names(level: Level) -> Iterator[tuple[Path, str]]:
    for n, name in enumerate(level.rule.eligible or ()):
        yield ("eligible", n), name
    for index, stage in enumerate(level.rule.stages):
        yield from ((("stages", index, *path), name) for path, name in _approving(stage) if name != MANAGER)
    yield from break_glass_groups(level.rule)


def _approving(stage: Stage) -> Iterator[tuple[Path, str]]:
    for n, name in enumerate(stage.approvers or ()):
        yield ("approvers", n), name
    for n, name in enumerate(stage.escalate.to if stage.escalate else ()):
        yield ("escalate", "to", n), name
