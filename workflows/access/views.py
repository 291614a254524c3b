"""What can be said of an access request to whoever looks at it: who sees its cards, who can decide."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from workflows.access.model import Access, Credential
from workflows.policy.quorum import who_can_decide
from workflows.policy.terms import StageTerms
from workflows.ports import Directory, Handles

Role = Literal["requester", "approver", "alarm"]
CONFIRMED_WITHIN = timedelta(seconds=30)
"""In which Vault has confirmed an end, if nothing is wrong."""


@dataclass(frozen=True)
class Audience:
    """Somebody a card is for. `place` is `person:<id>` or `channel:<id or #name>`."""

    role: Role
    place: str


def approvers_of(stage: StageTerms, state: Access, directory: Directory) -> frozenset[str]:
    """Who may decide in the stage, those it was escalated to included; never the requester."""
    own = frozenset[str]().union(*(directory.accounts_of(one) for one in state.askers))
    groups = stage.approvers + (stage.escalate_to if stage.name in state.escalated else ())
    return frozenset[str]().union(*(directory.members(group) for group in groups)) - own


def deciders(state: Access, directory: Directory) -> frozenset[str]:
    """Everybody who is an approver in one of the stages; never the requester."""
    return frozenset[str]().union(*(approvers_of(stage, state, directory) for stage in state.terms.stages))


def still_needed(state: Access, directory: Directory) -> dict[str, frozenset[str]]:
    """For each stage, whose verdict would bring a pending request forward now."""
    if state.status != "pending":
        return {}
    return who_can_decide(state.terms.stages, directory, state.askers, state.votes, state.escalated)


def waits_for(state: Access, directory: Directory, person: str) -> bool:
    """Whether this person's verdict would move the request on."""
    return any(person in people for people in still_needed(state, directory).values())


def concerns(state: Access, directory: Directory, person: str) -> bool:
    """Whether it is any of their business: who asked or stands behind it, decided, or may decide."""
    theirs = {*state.askers, *(review.reviewer for review in state.reviews)}
    if not state.private:
        theirs |= deciders(state, directory)
    return bool(theirs & directory.accounts_of(person))


def held_over(state: Access) -> tuple[datetime, datetime | None] | None:
    """From when until when it was held; it is until Vault has confirmed that every credential is gone."""
    grant = state.grant
    return (grant.starts_at, grant.ended_at) if grant else None


def troubled(state: Access) -> bool:
    """Whether access is over and a credential under it can't be ended."""
    return state.status == "ending" and any(
        credential.trouble and credential.status == "ending" for credential in state.credentials
    )


def overdue(state: Access, directory: Directory, now: datetime) -> bool:
    """A decision that was to be escalated by now, or an end that Vault has not confirmed in time."""
    if state.status == "pending":
        waiting = still_needed(state, directory)
        late = [
            one.escalate_after for one in state.terms.stages if one.escalate_after and one.name in waiting
        ]
        return bool(late) and now >= state.asked_at + timedelta(seconds=min(late))
    if state.status != "ending":
        return False
    return troubled(state) or (state.grant is not None and now >= state.grant.ends_at + CONFIRMED_WITHIN)


def audiences(state: Access, directory: Directory, alarms: str) -> tuple[Audience, ...]:
    """Whose cards the request has, in the order in which they are drawn; `alarms` is the alarms channel."""
    told = sorted(directory.told_for(state.requester))
    found = [Audience("requester", f"person:{one}") for one in told]
    for stage in () if state.private else state.terms.stages:
        if stage.notify in ("channel", "both"):
            found.append(Audience("approver", f"channel:{stage.channel}"))
        if stage.notify in ("people", "both"):
            people = approvers_of(stage, state, directory)
            found += [Audience("approver", f"person:{one}") for one in sorted(people)]
    if troubled(state):
        found.append(Audience("alarm", f"channel:{alarms}"))
    return tuple(dict.fromkeys(found))


def handles_of(state: Access, credential: Credential) -> Handles:
    """What Vault knows the credential by."""
    return Handles(
        credential=credential.id,
        path=state.terms.vault.path,
        accessor=credential.accessor,
        lease_id=credential.lease_id,
        wrapping_accessor=credential.wrapping_accessor,
        asked_at=credential.asked_at,
    )
