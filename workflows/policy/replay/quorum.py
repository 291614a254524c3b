"""Approvers and verdicts of a recorded request under a draft's stages, as far as they are on record."""

from collections.abc import Callable, Mapping, Sequence

from workflows.policy.evaluation.quorum import Review as Vote
from workflows.policy.evaluation.quorum import enough_people, verdict
from workflows.policy.replay.known_groups import KnownGroups
from workflows.policy.replay.recorded import RecordedRequest, RecordedReview, RecordedStage, Settled
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory


def enough_approvers(
    request: RecordedRequest,
    stages: Sequence[StageTerms],
    groups: KnownGroups,
    identities: Mapping[str, str],
) -> bool | None:
    """Whether enough people could have approved; None if the record doesn't say."""
    if not request.refused and all(_asks_no_more(stage, request.stages, groups) for stage in stages):
        return True
    found = [_people(stage, request.stages, groups) for stage in stages]
    members = {_seat(stage): people for stage, (people, _) in zip(stages, found, strict=True)}
    alone = [stage.model_copy(update={"approvers": (_seat(stage),), "escalate_to": ()}) for stage in stages]
    if enough_people(alone, Directory(groups=members, identities=dict(identities)), ()):
        return True
    return False if all(exact for _, exact in found) else None


def settled_by(request: RecordedRequest, stages: Sequence[StageTerms], groups: KnownGroups) -> Settled | None:
    """What the recorded verdicts amount to; None if that depends on who is in a new or changed group."""
    if not stages:
        return "approved"
    lowest = _settled(request, stages, groups.surely)
    return lowest if not groups.changed or lowest == _settled(request, stages, groups.perhaps) else None


def _settled(
    request: RecordedRequest,
    stages: Sequence[StageTerms],
    groups_of: Callable[[tuple[str, ...]], frozenset[str]],
) -> Settled:
    """One verdict after the other, as each would have counted when it was given; the first decision stands."""
    votes: dict[str, Vote] = {}
    for review in request.reviews:
        votes.pop(review.reviewer, None)
        if review.verdict != "taken back":
            votes[review.reviewer] = (review.reviewer, review.verdict, "")
        directory = _directory({who: groups_of(theirs) for who, theirs in review.groups.items()})
        escalated = _escalated(request, review, stages)
        progress = verdict(stages, directory, request.excluded, list(votes.values()), escalated)
        if progress.denied_by:
            return "denied"
        if progress.satisfied:
            return "approved"
    return "open"


def _directory(groups: Mapping[str, frozenset[str]]) -> Directory:
    names = frozenset[str]().union(*groups.values())
    return Directory(
        groups={name: frozenset(who for who, theirs in groups.items() if name in theirs) for name in names}
    )


def _escalated(request: RecordedRequest, review: RecordedReview, stages: Sequence[StageTerms]) -> list[str]:
    """Stages that would have been escalated by then: by the draft's own time, or because they were."""
    waited = (review.at - (request.asked_at or request.at)).total_seconds()
    return [
        stage.name
        for stage in stages
        if stage.name in review.escalated
        or (stage.escalate_after is not None and waited >= stage.escalate_after)
    ]


def _asks_no_more(stage: StageTerms, recorded: Sequence[RecordedStage], groups: KnownGroups) -> bool:
    """Whether the stage of this name asked for as much, of fewer people: enough of them were there."""
    return any(
        one.name == stage.name
        and one.quorum >= stage.quorum
        and set(one.approvers) <= set(stage.approvers) - groups.changed
        and set(one.escalate_to) <= set(stage.escalate_to) - groups.changed
        for one in recorded
    )


def _people(
    stage: StageTerms, recorded: Sequence[RecordedStage], groups: KnownGroups
) -> tuple[frozenset[str], bool]:
    """Who could have approved for sure, and whether that is everybody."""
    wanted = {*stage.approvers, *stage.escalate_to}
    within = [one for one in recorded if set(one.approvers) <= wanted - groups.changed]
    covered = {name for one in within for name in one.approvers}
    people = frozenset[str]().union(*(one.people for one in within))
    return people, covered == wanted and all(one.whole for one in within)


def _seat(stage: StageTerms) -> str:
    """A group of its own for each stage: its members are known, whichever groups they came from."""
    return f"stage {stage.name}"
