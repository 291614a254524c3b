"""Who can still decide, and whether enough have: stages are ANDed, people counted once over all of them.

A person in the groups of two stages counts where they are needed: approvals are assigned to stages by
a maximum bipartite matching, so no set of people that suffices is ever refused.

A delegate sits where the approver who asked them sits. They are one person all the same, and so is the approver: who
decides themself needs no delegate, and of several who decide for one approver the first counts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from workflows.policy.evaluation.matching import assign
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory

Choice = Literal["approve", "deny"]
Stages = Sequence[StageTerms]
Review = tuple[str, Choice, str]
"""Person, choice, and the stage whose card they used: a preference for where they count, no more."""
Delegated = Mapping[str, Sequence[tuple[str, Collection[str]]]]
"""Reviewer → for whom they reviewed, each approver with the groups for which they could."""
NOBODY: Delegated = {}


@dataclass(frozen=True)
class StageProgress:
    """`counted` are those whose approval counts here, at most `quorum`."""

    name: str
    quorum: int
    counted: tuple[str, ...]

    @property
    def missing(self) -> int:
        return self.quorum - len(self.counted)


@dataclass(frozen=True)
class Progress:
    """How far a decision has come. Automatic terms are satisfied from the start."""

    stages: tuple[StageProgress, ...]
    denied_by: str | None

    @property
    def satisfied(self) -> bool:
        return self.denied_by is None and not self.open

    @property
    def open(self) -> tuple[StageProgress, ...]:
        return tuple(stage for stage in self.stages if stage.missing > 0)


def verdict(
    stages: Stages,
    directory: Directory,
    excluded: Collection[str],
    reviews: Sequence[Review],
    escalated: Collection[str] = (),
    delegated: Delegated = NOBODY,
) -> Progress:
    """What the reviews amount to now. `escalated`: names of stages whose escalation has begun.

    Reviews by the excluded (whoever asked, whoever authored), or by people who are in no stage's groups (any more), don't
    count; nor do those for an approver of whom that is so.
    """
    seated = _table(stages, directory, excluded, escalated).voting(reviews, delegated)
    able = _everybody(seated)
    denied = [person for person, choice, _ in reviews if choice == "deny" and person in able]
    preferred = _approvals(directory, [review for review in reviews if review[0] in able])
    assigned = _assign(stages, seated, preferred)
    return Progress(
        stages=tuple(
            StageProgress(
                name=stage.name,
                quorum=stage.quorum,
                counted=tuple(sorted(person for person, name in assigned.items() if name == stage.name)),
            )
            for stage in stages
        ),
        denied_by=denied[0] if denied else None,
    )


def who_can_decide(
    stages: Stages,
    directory: Directory,
    excluded: Collection[str],
    reviews: Sequence[Review] = (),
    escalated: Collection[str] = (),
    delegated: Delegated = NOBODY,
) -> dict[str, frozenset[str]]:
    """Stage name → those whose approval would bring the request forward, and who haven't reviewed it.

    Somebody can stand under a stage that has its quorum: approving, they free another for an open one.
    """
    table = _table(stages, directory, excluded, escalated)
    seated = table.now()
    reviewed = directory.all_who_may_be(person for person, _, _ in reviews)

    def approvals(*more: str) -> int:
        every: list[Review] = [*reviews, *((person, "approve", "") for person in more)]
        asked = {**delegated, **{one: table.asked_by(one) for one in more}} if directory.away else delegated
        return len(_assign(stages, table.voting(every, asked), _approvals(directory, every)))

    before = approvals()
    useful = {person for person in _everybody(seated) - reviewed if approvals(person) > before}
    return {name: members & useful for name, members in seated.items()}


def short_of_people(
    stages: Stages,
    directory: Directory,
    excluded: Collection[str],
    reviews: Sequence[Review],
    escalated: Collection[str],
    delegated: Delegated = NOBODY,
) -> tuple[str, ...]:
    """Names of the stages that stay open though everybody approves who still can, with what was approved before."""
    table = _table(stages, directory, excluded, escalated)
    able = _everybody(table.voting(reviews, delegated))
    counted = [review for review in reviews if review[0] in able]
    everybody = [*counted, *_all_approve(table.regular)]
    seated = table.voting(everybody, delegated)
    placed = list(_assign(stages, seated, _approvals(directory, everybody)).values())
    return tuple(stage.name for stage in stages if placed.count(stage.name) < stage.quorum)


def enough_people(stages: Stages, directory: Directory, excluded: Collection[str]) -> bool:
    """Whether the request could be approved at all, by everyone who may, escalations included.

    Delegates make no difference: whom they decide for could approve as well.
    """
    seated = _table(stages, directory, excluded, [stage.name for stage in stages]).regular
    everybody = _approvals(directory, _all_approve(seated))
    return len(_assign(stages, seated, everybody)) == sum(stage.quorum for stage in stages)


def seats(
    stages: Stages, directory: Directory, excluded: Collection[str], escalated: Collection[str]
) -> dict[str, frozenset[str]]:
    """Stage name → who may decide in it now, delegates included: nobody who is excluded, under none of their accounts."""
    return _table(stages, directory, excluded, escalated).now()


def asked_by(
    stages: Stages, directory: Directory, excluded: Collection[str], escalated: Collection[str], person: str
) -> tuple[tuple[str, frozenset[str]], ...]:
    """For whom this person would decide now where they are no approver themself, with the groups for which they may."""
    return _table(stages, directory, excluded, escalated).asked_by(person)


def seat_groups(
    stages: Stages,
    directory: Directory,
    excluded: Collection[str],
    reviews: Sequence[Review],
    escalated: Collection[str],
    delegated: Delegated,
) -> dict[str, frozenset[str]]:
    """Reviewer → the groups by which they count: their own, and those of whom they decided for."""
    table = _table(stages, directory, excluded, escalated)
    found = {person: directory.groups_of(person) for person, _, _ in reviews}
    for person, approver, groups in _voices(directory, reviews, delegated):
        found[person] |= table.shared(person, approver, groups)
    return found


def may_stand_in(directory: Directory, person: str, group: str) -> bool:
    """Whether the policy lets this person decide for a member of the group."""
    return any(person in directory.members(one) for one in directory.stand_in.get(group, ()))


@dataclass(frozen=True)
class _Table:
    """The stages with their groups and members; `barred` is who never sits anywhere."""

    directory: Directory
    groups: Mapping[str, tuple[str, ...]]
    regular: dict[str, frozenset[str]]
    barred: frozenset[str]

    def now(self) -> dict[str, frozenset[str]]:
        """With the delegates of those who are away."""
        return self._with(
            (away.delegate, approver, away.groups)
            for approver, away in self.directory.away.items()
            if away.delegate
        )

    def voting(self, reviews: Sequence[Review], delegated: Delegated) -> dict[str, frozenset[str]]:
        """With the delegates who reviewed."""
        return self._with(_voices(self.directory, reviews, delegated)) if delegated else self.regular

    def asked_by(self, person: str) -> tuple[tuple[str, frozenset[str]], ...]:
        return tuple(self._asked.get(person, ()))

    @cached_property
    def _asked(self) -> Mapping[str, list[tuple[str, frozenset[str]]]]:
        """Delegate → for whom they would decide now where they are no approver themself, with the groups."""
        found: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for approver, away in sorted(self.directory.away.items()):
            if away.delegate is None:
                continue
            groups = self.shared(away.delegate, approver, away.groups)
            if any(away.delegate not in self.regular[one] for one in self._stages(approver, groups)):
                found[away.delegate].append((approver, groups))
        return found

    def shared(self, delegate: str, approver: str, groups: Collection[str]) -> frozenset[str]:
        """Those of the groups by which the delegate sits for the approver in some stage."""
        if {delegate, approver} & self.barred:
            return frozenset()
        named = {group for stage in self.groups.values() for group in stage}
        directory = self.directory
        return frozenset(
            group
            for group in named.intersection(groups)
            if approver in directory.members(group) and may_stand_in(directory, delegate, group)
        )

    def _stages(self, approver: str, groups: Collection[str]) -> Iterator[str]:
        for stage, named in self.groups.items():
            if approver in self.regular[stage] and set(named) & set(groups):
                yield stage

    def _with(self, delegates: Iterable[tuple[str, str, Collection[str]]]) -> dict[str, frozenset[str]]:
        found = dict(self.regular)
        for delegate, approver, groups in delegates:
            for stage in self._stages(approver, self.shared(delegate, approver, groups)):
                found[stage] |= {delegate}
        return found


def _table(
    stages: Stages, directory: Directory, excluded: Collection[str], escalated: Collection[str]
) -> _Table:
    barred = directory.all_who_may_be(excluded)
    groups = {
        stage.name: stage.approvers + (stage.escalate_to if stage.name in escalated else ())
        for stage in stages
    }
    regular = {name: directory.all_members_of(named) - barred for name, named in groups.items()}
    return _Table(directory, groups, regular, barred)


def _voices(
    directory: Directory, reviews: Sequence[Review], delegated: Delegated
) -> Iterator[tuple[str, str, Collection[str]]]:
    """Delegate, approver and groups of each review for someone: no approver is decided for twice, or beside themself."""
    heard = {directory.identity(person) for person, _, _ in reviews}
    for person, _, _ in reviews:
        for approver, groups in delegated.get(person, ()):
            if directory.identity(approver) not in heard:
                heard.add(directory.identity(approver))
                yield person, approver, groups


def _all_approve(seated: Mapping[str, frozenset[str]]) -> list[Review]:
    return [(person, "approve", "") for person in sorted(_everybody(seated))]


def _everybody(seated: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*seated.values())


def _assign(
    stages: Stages, seated: Mapping[str, frozenset[str]], preferred: Mapping[str, str]
) -> dict[str, str]:
    return assign({stage.name: stage.quorum for stage in stages}, seated, preferred)


def _approvals(directory: Directory, reviews: Sequence[Review]) -> dict[str, str]:
    """Person → preferred stage; of somebody with several accounts the first that approved."""
    first: dict[str, tuple[str, str]] = {}
    for person, choice, stage in reviews:
        if choice == "approve":
            first.setdefault(directory.identity(person), (person, stage))
    return dict(first.values())
