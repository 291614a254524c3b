"""What can be said of an access request to whoever looks at it: whose business it is, who sees its cards."""

from datetime import UTC, date, datetime, timedelta

from workflows import deciding
from workflows.access.model import Access, Credential
from workflows.deciding import Audience, deciders
from workflows.deciding import waits_for as waits_for
from workflows.ports import Directory, Handles
from workflows.workflow import Found


def concerns(state: Access, directory: Directory, person: str) -> bool:
    """Whether it is any of their business: who asked or stands behind it, decided, or may decide."""
    theirs = {*state.askers, *(review.reviewer for review in state.reviews)}
    if not state.private:
        theirs |= deciders(state, directory)
    return bool(theirs & directory.accounts_of(person))


def found_by(state: Access, action: str) -> Found:
    """Who has to do with it, what it is access to, and, with its end, on which days it was held."""
    reviewers = {review.reviewer for review in state.reviews}
    return Found(
        people=frozenset({*state.askers, *reviewers}),
        resources=(state.terms.resource, state.terms.entitlement),
        incident=state.incident if state.private else None,
        held=_days(state) if action == "grant-ended" else (),
    )


def _days(state: Access) -> tuple[date, ...]:
    """The days (UTC) from the grant's start to its confirmed end."""
    held = held_over(state)
    if held is None or held[1] is None:
        return ()
    first, last = held[0].astimezone(UTC).date(), held[1].astimezone(UTC).date()
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def held_over(state: Access) -> tuple[datetime, datetime | None] | None:
    """From when until when it was held; it is until Vault has confirmed that every credential is gone."""
    grant = state.grant
    return (grant.starts_at, grant.ended_at) if grant else None


def troubled(state: Access) -> bool:
    """Whether access is over and a credential under it can't be ended."""
    return state.status == "ending" and any(
        credential.trouble and credential.status == "ending" for credential in state.credentials
    )


def audiences(state: Access, directory: Directory, alarms: str) -> tuple[Audience, ...]:
    """Whose cards the request has, in the order in which they are drawn; `alarms` is the alarms channel."""
    found = deciding.audiences(state, directory, alone=state.private)
    return (*found, Audience("alarm", f"channel:{alarms}")) if troubled(state) else found


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
