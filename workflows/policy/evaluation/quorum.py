"""Who can still decide, and whether enough have: stages are ANDed, people counted once over all of them.

A person in the groups of two stages counts where they are needed: approvals are assigned to stages by
a maximum bipartite matching, so no set of people that suffices is ever refused.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory

Choice = Literal["approve", "deny"]
Stages = Sequence[StageTerms]
Review = tuple[str, Choice, str]
"""Person, choice, and the stage whose card they used: a preference for where they count, no more."""


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
) -> Progress:
    """What the reviews amount to now. `escalated`: names of stages whose escalation has begun.

    Reviews by the excluded (whoever asked, whoever authored), or by people who are in no stage's groups (any more), don't count.
    """
    seated = seats(stages, directory, excluded, escalated)
    able = frozenset[str]().union(*seated.values())
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
) -> dict[str, frozenset[str]]:
    """Stage name → those whose approval would bring the request forward, and who haven't reviewed it.

    Somebody can stand under a stage that has its quorum: approving, they free another for an open one.
    """
    seated = seats(stages, directory, excluded, escalated)
    preferred = _approvals(directory, reviews)
    reviewed = directory.all_who_may_be(person for person, _, _ in reviews)
    before = len(_assign(stages, seated, preferred))
    useful = {
        person
        for person in frozenset[str]().union(*seated.values()) - reviewed
        if len(_assign(stages, seated, preferred | {person: ""})) > before
    }
    return {name: members & useful for name, members in seated.items()}


def short_of_people(
    stages: Stages,
    directory: Directory,
    excluded: Collection[str],
    reviews: Sequence[Review],
    escalated: Collection[str],
) -> tuple[str, ...]:
    """Names of the stages that stay open though everybody approves who still can, with what was approved before."""
    seated = seats(stages, directory, excluded, escalated)
    able = frozenset[str]().union(*seated.values())
    counted = [review for review in reviews if review[0] in able]
    everybody = [*counted, *((person, "approve", "") for person in sorted(able))]
    placed = list(_assign(stages, seated, _approvals(directory, everybody)).values())
    return tuple(stage.name for stage in stages if placed.count(stage.name) < stage.quorum)


def enough_people(stages: Stages, directory: Directory, excluded: Collection[str]) -> bool:
    """Whether the request could be approved at all, by everybody who may, escalations included."""
    seated = seats(stages, directory, excluded, [stage.name for stage in stages])
    everybody = _approvals(
        directory, [(person, "approve", "") for person in sorted(frozenset[str]().union(*seated.values()))]
    )
    return len(_assign(stages, seated, everybody)) == sum(stage.quorum for stage in stages)


def seats(
    stages: Stages, directory: Directory, excluded: Collection[str], escalated: Collection[str]
) -> dict[str, frozenset[str]]:
    """Stage name → who may decide in it: nobody who is excluded, under none of their accounts."""
    barred = directory.all_who_may_be(excluded)
    return {
        stage.name: _members(
            directory, stage.approvers + (stage.escalate_to if stage.name in escalated else ())
        )
        - barred
        for stage in stages
    }


def _approvals(directory: Directory, reviews: Sequence[Review]) -> dict[str, str]:
    """Person → preferred stage; of somebody with several accounts the first that approved."""
    first: dict[str, tuple[str, str]] = {}
    for person, choice, stage in reviews:
        if choice == "approve":
            first.setdefault(directory.identity(person), (person, stage))
    return dict(first.values())


def _members(directory: Directory, groups: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*(directory.members(group) for group in groups))


def _assign(
    stages: Stages, seats: Mapping[str, frozenset[str]], preferred: Mapping[str, str]
) -> dict[str, str]:
    """Person → the stage they count in: as many people as possible, each in one stage (Kuhn's method)."""
    quorums = {stage.name: stage.quorum for stage in stages}
    holders: dict[str, list[str]] = {name: [] for name in quorums}
    for person, wish in preferred.items():
        _seat(person, wish, seats, quorums, holders, set())
    return {person: name for name, people in holders.items() for person in people}


def _seat(
    person: str,
    wish: str,
    seats: Mapping[str, frozenset[str]],
    quorums: Mapping[str, int],
    holders: dict[str, list[str]],
    tried: set[str],
) -> bool:
    names = sorted((name for name in quorums if person in seats[name]), key=lambda name: name != wish)
    for name in names:
        if name in tried:
            continue
        tried.add(name)
        if len(holders[name]) < quorums[name]:
            holders[name].append(person)
            return True
        for holder in tuple(holders[name]):
            if _seat(holder, "", seats, quorums, holders, tried):
                holders[name].remove(holder)
                holders[name].append(person)
                return True
    return False
