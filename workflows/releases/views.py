"""What can be said of a release to whoever looks at it: who made it, who sees its card, who can decide."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from workflows.policy.quorum import who_can_decide
from workflows.policy.terms import StageTerms
from workflows.ports import Directory
from workflows.releases import gates
from workflows.releases.model import Release

Role = Literal["requester", "approver"]


@dataclass(frozen=True)
class Audience:
    """Somebody a card is for. `place` is `person:<id>` or `channel:<id or #name>`."""

    role: Role
    place: str


def authors(state: Release, directory: Directory) -> frozenset[str]:
    """Every account of everybody who made it; none of them approves it."""
    candidate = state.evidence.candidate if state.evidence else None
    behind = frozenset[str]().union(*(directory.accounts_of(one) for one in state.behind))
    return gates.authors(state.terms, candidate, state.requester, directory) | behind


def approvers_of(stage: StageTerms, state: Release, directory: Directory) -> frozenset[str]:
    """Who may decide in the stage, those it was escalated to included; never an author."""
    groups = stage.approvers + (stage.escalate_to if stage.name in state.escalated else ())
    return frozenset[str]().union(*(directory.members(group) for group in groups)) - authors(state, directory)


def deciders(state: Release, directory: Directory) -> frozenset[str]:
    """Everybody who is an approver in one of the stages; never an author."""
    return frozenset[str]().union(*(approvers_of(stage, state, directory) for stage in state.terms.stages))


def still_needed(state: Release, directory: Directory) -> dict[str, frozenset[str]]:
    """For each stage, whose verdict would bring a pending release forward now."""
    if state.status != "pending":
        return {}
    return who_can_decide(
        state.terms.stages, directory, authors(state, directory), state.votes, state.escalated
    )


def waits_for(state: Release, directory: Directory, person: str) -> bool:
    """Whether this person's verdict would move the release on."""
    return any(person in people for people in still_needed(state, directory).values())


def concerns(state: Release, directory: Directory, person: str) -> bool:
    """Whether it is any of their business: who made it, decided, or may decide."""
    reviewers = {review.reviewer for review in state.reviews}
    theirs = authors(state, directory) | deciders(state, directory) | reviewers
    return bool(theirs & directory.accounts_of(person))


def overdue(state: Release, directory: Directory, now: datetime) -> bool:
    """A decision that was to be escalated by now, or a move that can't be made."""
    if state.move is not None and state.move.trouble:
        return True
    waiting = still_needed(state, directory)
    late = [one.escalate_after for one in state.terms.stages if one.escalate_after and one.name in waiting]
    return bool(late) and now >= state.proposed_at + timedelta(seconds=min(late))


def audiences(state: Release, directory: Directory) -> tuple[Audience, ...]:
    """Whose cards the release has, in the order in which they are drawn."""
    told = sorted(directory.told_for(state.requester))
    found = [Audience("requester", f"person:{one}") for one in told]
    for stage in state.terms.stages:
        if stage.notify in ("channel", "both"):
            found.append(Audience("approver", f"channel:{stage.channel}"))
        if stage.notify in ("people", "both"):
            people = approvers_of(stage, state, directory)
            found += [Audience("approver", f"person:{one}") for one in sorted(people)]
    return tuple(dict.fromkeys(found))
