"""What can be said of an access request to whoever looks at it: whose business it is, who sees its cards."""

from datetime import datetime, timedelta

from pydantic import TypeAdapter

from workflows.access.break_glass.decide import unreviewed
from workflows.access.break_glass.reviewers import reviewers
from workflows.access.credentials import BY_VALIDITY, Credential
from workflows.access.state import Access
from workflows.approval.approvers import deciders, late
from workflows.approval.audiences import Audience
from workflows.approval.audiences import audiences as staged_audiences
from workflows.ports import CredentialHandles, Directory

HANDLES = TypeAdapter(CredentialHandles)
"""How handles are kept with what is still to be done."""
CONFIRMED_WITHIN = timedelta(seconds=30)
"""In which Vault has confirmed an end, and a scheduled grant has started, if nothing is wrong."""


def concerns(state: Access, directory: Directory, person: str) -> bool:
    """Whether it is any of their business: who asked or stands behind it, decided, or may decide."""
    theirs = {*state.askers, *(review.reviewer for review in state.reviews)}
    if not state.private and not state.unaccepted:
        theirs |= deciders(state, directory) | reviewers(state, directory)
    return bool(theirs & directory.accounts_of(person))


def held_over(state: Access) -> tuple[datetime, datetime | None] | None:
    """From when until when it was held; it is until Vault has confirmed that every credential is gone.

    None for what has not begun, or was ended before it had.
    """
    grant = state.grant
    if grant is None or not grant.started:
        return None
    return grant.starts_at, grant.ended_at


def troubled(state: Access) -> bool:
    """Whether access is over and a credential under it can't be ended."""
    return state.status == "ending" and any(
        credential.trouble and credential.status == "ending" for credential in state.credentials
    )


def works_until(state: Access) -> datetime | None:
    """Until when an ending grant works on, if nothing is left to be done but to wait until that has expired."""
    if state.status != "ending" or any(one.in_vault for one in state.credentials):
        return None
    ends = [one.valid_until for one in state.credentials if one.left_to_expire and not one.over]
    return max((end for end in ends if end), default=None)


def overdue(state: Access, directory: Directory, now: datetime) -> bool:
    """A decision that was to be escalated by now, or a start or an end that didn't come in time.

    What works until a known time isn't overdue before that.
    """
    if state.status == "pending":
        return late(state, directory, now)
    if state.status == "scheduled" and state.grant:
        return now >= state.grant.starts_at + CONFIRMED_WITHIN
    if unreviewed(state) and state.break_glass and now >= state.break_glass.review_by:
        return True
    if state.status != "ending" or state.grant is None:
        return False
    ends = works_until(state) or state.grant.ends_at
    return troubled(state) or now >= ends + CONFIRMED_WITHIN


def confirmed_by(state: Access) -> tuple[str, ...]:
    """What has confirmed the end of every credential, such as `vault`, `database`; Vault if there was none."""
    named = [one.confirmed_by for one in state.credentials if one.confirmed_by]
    common = tuple(by for by in (named[0] if named else ()) if all(by in each for each in named))
    return common or (BY_VALIDITY if BY_VALIDITY in named else ("vault",))


def audiences(state: Access, directory: Directory, alarms: str) -> tuple[Audience, ...]:
    """Whose cards the request has, in the order in which they are drawn; `alarms` is the alarms channel."""
    found = (
        *staged_audiences(state, directory, alone=state.private or state.unaccepted),
        *_told_of_break_glass(state, directory),
    )
    found = tuple(dict.fromkeys(found))
    return (*found, Audience("alarm", f"channel:{alarms}")) if troubled(state) else found


def _told_of_break_glass(state: Access, directory: Directory) -> tuple[Audience, ...]:
    """What was taken without approval is announced: in its channel, and to everybody who could have approved it."""
    terms = state.terms.break_glass
    if state.break_glass is None or terms is None:
        return ()
    people = sorted(reviewers(state, directory))
    return (
        Audience("approver", f"channel:{terms.channel}"),
        *(Audience("approver", f"person:{one}") for one in people),
    )


def handles_of(state: Access, credential: Credential) -> CredentialHandles:
    """What Vault knows the credential by: while its approvers are asked, the request that they authorize."""
    asked = credential.asked_of_vault
    return CredentialHandles(
        credential=credential.id,
        path=state.terms.vault.path,
        accessor=credential.accessor,
        lease_id=credential.lease_id,
        wrapping_accessor=credential.wrapping_accessor or (asked.accessor if asked else None),
        asked_at=credential.asked_at,
        expires_at=credential.expires_at,
        valid_until=credential.valid_until,
        account=credential.account,
        target=state.terms.vault.target,
        secrets_engine=state.terms.vault.secrets_engine,
    )
