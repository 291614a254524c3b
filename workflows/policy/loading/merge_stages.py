"""How an entitlement is decided: the stages of its levels, merged by name, or automatically."""

from workflows.durations import spell_duration
from workflows.policy.fields import MANAGER
from workflows.policy.groups import ON_CALL, source_of
from workflows.policy.loading.level import ONLY_TIGHTER, Level, Merging
from workflows.policy.schema.rules import Group, Stage
from workflows.policy.terms.access import StageTerms


def merge_stages(merging: Merging) -> tuple[StageTerms, ...]:
    merged: dict[str, StageTerms] = {}
    for level in merging.levels:
        names = [stage.name for stage in level.rule.stages]
        for index, stage in enumerate(level.rule.stages):
            if stage.name in names[:index]:
                what = f"a level above already has a stage “{stage.name}”"
                merging.problems.append(level.problem(("stages", index, "name"), what, "choose another name"))
                continue
            upper = merged.get(stage.name)
            _check_stage(merging, level, index, upper)
            merged[stage.name] = _merged_stage(merging, stage, upper)
            _check_quorum(merging, level, index, merged[stage.name])
            _check_somebody_surely(merging, level, index, merged[stage.name])
    return tuple(merged.values())


def _merged_stage(merging: Merging, stage: Stage, upper: StageTerms | None) -> StageTerms:
    upper = upper or StageTerms(name=stage.name, approvers=(), channel=merging.channels["approvals"])
    return StageTerms(
        name=stage.name,
        approvers=stage.approvers or upper.approvers,
        quorum=stage.quorum or upper.quorum,
        escalate_after=stage.escalate.after if stage.escalate else upper.escalate_after,
        escalate_to=stage.escalate.to if stage.escalate else upper.escalate_to,
        notify=stage.notify or upper.notify,
        channel=merging.channels.get(stage.channel or "", upper.channel),
    )


def _check_stage(merging: Merging, level: Level, index: int, upper: StageTerms | None) -> None:
    stage = level.rule.stages[index]
    looser: list[tuple[bool, tuple[str, ...], str]] = []
    if upper is None:
        if stage.approvers is None:
            what, meant = f"the stage “{stage.name}” has no approvers", "list groups under approvers"
            merging.problems.append(level.problem(("stages", index, "approvers"), what, meant))
        return
    if stage.approvers is not None:
        looser.append(
            (not set(stage.approvers) <= set(upper.approvers), ("approvers",), _some_of(upper.approvers))
        )
    if stage.quorum is not None:
        looser.append((stage.quorum < upper.quorum, ("quorum",), f"use at least {upper.quorum}"))
    if stage.escalate is not None:
        wider = upper.escalate_after is None or not set(stage.escalate.to) <= set(upper.escalate_to)
        sooner = stage.escalate.after < (upper.escalate_after or 0)
        looser.append((wider, ("escalate", "to"), _some_of(upper.escalate_to or ("none",))))
        looser.append(
            (sooner, ("escalate", "after"), f"use at least {spell_duration(upper.escalate_after or 0)}")
        )
    what = f"this is looser than the stage “{stage.name}” on a level above; {ONLY_TIGHTER}"
    merging.problems += [
        level.problem(("stages", index, *path), what, meant) for is_looser, path, meant in looser if is_looser
    ]


def _check_quorum(merging: Merging, level: Level, index: int, stage: StageTerms) -> None:
    """Only where everybody is listed in the bundle: how many a Slack user group has isn't known here."""
    groups = _groups(merging, stage.approvers + stage.escalate_to)
    listed = [names for group in groups if (names := source_of(group).listed(group)) is not None]
    people = {member.casefold() for names in listed for member in names}
    if groups and len(listed) == len(stage.approvers + stage.escalate_to) and len(people) < stage.quorum:
        what = f"it needs {stage.quorum} approvals, but its groups have only {len(people)} people"
        meant = f"use at most {len(people)}; the requester never counts"
        merging.problems.append(level.problem(("stages", index, "quorum"), what, meant))


def _check_somebody_surely(merging: Merging, level: Level, index: int, stage: StageTerms) -> None:
    """Nobody may be on call, or manage the requester: somebody else has to be able to approve, now or after a while."""
    names = stage.approvers + stage.escalate_to
    groups = _groups(merging, names)
    if (groups or MANAGER in names) and all(source_of(group) is ON_CALL for group in groups):
        who = [
            *(["people on call"] if groups else []),
            *(["the requester's manager"] if MANAGER in names else []),
        ]
        what = f"only {' and '.join(who)} could approve the stage “{stage.name}”"
        meant = "add another group to approvers or to escalate.to; there may be nobody on call"
        if MANAGER in names:
            meant = "add another group to approvers or to escalate.to; some people have no manager"
        merging.problems.append(level.problem(("stages", index, "approvers"), what, meant))


def _groups(merging: Merging, names: tuple[str, ...]) -> list[Group]:
    """Those that are defined."""
    return [merging.groups[name] for name in names if name in merging.groups]


def is_automatic(
    merging: Merging, stages: tuple[StageTerms, ...], conditional: frozenset[str] = frozenset()
) -> bool:
    """Whether a request is approved that needs no stage; `conditional` names the stages that not all requests need."""
    staged = None
    for level in merging.levels:
        needed = [stage for stage in level.rule.stages if stage.name not in conditional]
        staged = level if needed else staged
        if level.rule.decision == "automatic" and staged is not None:
            what = f"this is automatic, but {staged.at(('stages',))} requires approval; {ONLY_TIGHTER}"
            merging.problems.append(level.problem(("decision",), what, "remove this line"))
    automatic = any(level.rule.decision == "automatic" for level in merging.levels)
    if stages and not automatic and conditional.issuperset(stage.name for stage in stages):
        what = "every stage has a condition, so some requests would need no approval"
        meant = "remove “when” from one stage, or set decision: automatic if that's what you want"
        merging.problems.append(merging.levels[-1].problem(("stages",), what, meant))
    return automatic and conditional.issuperset(stage.name for stage in stages)


def _some_of(groups: tuple[str, ...]) -> str:
    return f"use only groups from {', '.join(groups)}"
