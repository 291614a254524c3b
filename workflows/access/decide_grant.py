"""Holding and ending: credentials under a grant, and a grant's end, early or in time."""

from collections.abc import Collection
from datetime import datetime, timedelta

from workflows.access import refusals
from workflows.access.commands import (
    CancelExtension,
    ReportEnded,
    ReportMinted,
    ReportMissing,
    ReportNotEnded,
    ReportNotMinted,
    RequestCredential,
    Revoke,
)
from workflows.access.credentials import BY_VALIDITY, Credential
from workflows.access.events import (
    AccessEvent,
    CredentialEnded,
    CredentialEnding,
    CredentialFoundMissing,
    CredentialLeftToExpire,
    CredentialMinted,
    CredentialNotEnded,
    CredentialNotMinted,
    CredentialRequested,
    GrantEnded,
    GrantEnding,
    Withdrawn,
)
from workflows.access.state import Access, How
from workflows.access.taking import unsigned_taking
from workflows.access.vault_quorum.decide import collect, waiting
from workflows.approval.approvers import deciders
from workflows.policy.engines.kv import BY_CHANGE
from workflows.workflow import Actor, Decision, NoChange, World

SHORTEST_MINTING = timedelta(seconds=2)
"""With less than this left, a credential would be dead on arrival: Vault counts whole seconds."""
NOTICEABLE = timedelta(seconds=5)
"""Vault cuts to whole seconds, call by call; what it cuts off more than this, a role or a mount did."""

ENDS_ANYWAY = timedelta(seconds=60)
"""How long before a grant's end nobody is told that a credential of it is missing."""


def request_credential(state: Access, command: RequestCredential, actor: Actor, now: datetime) -> Decision:
    """A credential is asked for; the intent is an event before Vault is asked."""
    if actor.id != state.requester:
        return refusals.NOT_YOUR_CREDENTIALS
    if state.grant is None:
        return refusals.no_credentials(state)
    if state.grant.status == "scheduled":
        return refusals.NOT_STARTED
    if state.grant.status != "active" or now >= state.grant.ends_at - SHORTEST_MINTING:
        return refusals.OVER
    if state.credential(command.credential):
        return NoChange()
    if waits := waiting(state):
        return collect(waits, command.window, now)
    if any(credential.status == "minting" for credential in state.credentials):
        return NoChange()
    if refusal := unsigned_taking(state, now):
        return refusal
    most = state.terms.credentials
    if most is not None and sum(credential.delivered for credential in state.credentials) >= most:
        return refusals.too_many(most)
    return (CredentialRequested(credential=command.credential, window=command.window, at=now),)


def reported(
    state: Access,
    command: ReportMinted | ReportNotMinted | ReportEnded | ReportNotEnded | ReportMissing,
    now: datetime,
) -> Decision:
    """What Vault answered about one of its credentials."""
    match command:
        case ReportMinted():
            return minted(state, command)
        case ReportNotMinted():
            return not_minted(state, command, now)
        case ReportEnded():
            return ended(state, command, now)
        case ReportNotEnded():
            return not_ended(state, command)
        case ReportMissing():
            return missing(state, command, now)


def minted(state: Access, command: ReportMinted) -> Decision:
    """Vault has minted. What isn't wanted any more, or could not be handed over, is ended at once."""
    credential = state.credential(command.credential)
    if credential is None or credential.was_minted:
        return NoChange()
    minted = CredentialMinted(
        credential=credential.id,
        accessor=command.accessor,
        lease_id=command.lease_id,
        wrapping_accessor=command.wrapping_accessor,
        delivered=command.delivered,
        expires_at=command.expires_at,
        valid_until=command.valid_until,
        account=command.account,
    )
    wanted = credential.status == "minting" and state.status == "active" and command.delivered
    return (minted,) if wanted else (minted, CredentialEnding(credential=credential.id))


def not_minted(state: Access, command: ReportNotMinted, now: datetime) -> Decision:
    """Vault has not minted, or nobody knows what it did."""
    credential = state.credential(command.credential)
    if credential is None or credential.status != "minting":
        return NoChange()
    failed = CredentialNotMinted(
        credential=credential.id,
        reason=command.reason,
        lost=command.lost,
        valid_until=_may_work_until(state, command),
    )
    if command.lost:
        return (failed, CredentialEnding(credential=credential.id))
    return (failed, *_end_of_grant(state, {credential.id}, now))


def _may_work_until(state: Access, command: ReportNotMinted) -> datetime | None:
    """What was lost of an engine that can't take back was asked for with the grant's end."""
    if not command.lost or state.grant is None:
        return None
    if command.valid_until or state.terms.vault.revocable or state.terms.vault.static:
        return command.valid_until
    return state.grant.ends_at


def ended(state: Access, command: ReportEnded, now: datetime) -> Decision:
    """Vault has ended what it could. What works until its validity is over isn't ended before (P7).

    An end that began before the minting was known has confirmed nothing about what was minted.
    """
    credential = state.credential(command.credential)
    if credential is None or not credential.in_vault or credential.accessor != command.accessor:
        return NoChange()
    if not confirms(state, command.confirmed_by):
        return NoChange()
    until = credential.valid_until
    if until is None:
        return _ended(state, [credential], command.confirmed_by, now)
    if now >= until:
        return _ended(state, [credential], BY_VALIDITY, now)
    return (
        CredentialLeftToExpire(
            credential=credential.id, valid_until=until, confirmed_by=command.confirmed_by
        ),
    )


def confirms(state: Access, confirmed_by: tuple[str, ...]) -> bool:
    """Whether this can confirm an end: of a static secret, only a change of it does."""
    return not state.terms.vault.static or confirmed_by == BY_CHANGE


def expires_at(state: Access, credential: Credential) -> datetime | None:
    """When time alone ends the credential: its validity is over, or it was cut shorter than its grant."""
    if credential.left_to_expire and not credential.over:
        return credential.valid_until
    if credential.status == "live" and cut_short(state, credential):
        return credential.expires_at
    return None


def cut_short(state: Access, credential: Credential) -> bool:
    """Whether it ends so long before its grant that its holder would notice."""
    ends_at = state.grant.ends_at if state.grant else None
    return bool(ends_at and credential.expires_at and credential.expires_at < ends_at - NOTICEABLE)


def expired(state: Access, now: datetime) -> tuple[AccessEvent, ...]:
    """What has become of the credentials that have expired by themselves."""
    over = [one for one in state.credentials if (at := expires_at(state, one)) and now >= at]
    waited = [one for one in over if one.left_to_expire]
    live = [one for one in over if not one.left_to_expire]
    return (
        *(_ended(state, waited, BY_VALIDITY, now) if waited else ()),
        *(CredentialEnding(credential=one.id) for one in live),
    )


def _ended(
    state: Access, over: list[Credential], confirmed_by: tuple[str, ...], now: datetime
) -> tuple[AccessEvent, ...]:
    events = [CredentialEnded(credential=one.id, at=now, confirmed_by=confirmed_by) for one in over]
    return (*events, *_end_of_grant(state, {one.id for one in over}, now))


def _end_of_grant(state: Access, last: Collection[str], now: datetime) -> tuple[AccessEvent, ...]:
    """The grant is over when it was ending and `last` were the last of its credentials."""
    others = [credential for credential in state.credentials if credential.id not in last]
    if state.status != "ending" or not all(credential.over for credential in others):
        return ()
    return (_grant_ended(state.credentials, now),)


def _grant_ended(credentials: tuple[Credential, ...], now: datetime) -> GrantEnded:
    return GrantEnded(at=now, minted=sum(credential.was_minted for credential in credentials))


def not_ended(state: Access, command: ReportNotEnded) -> Decision:
    """A credential can't be ended yet; each reason is an event once."""
    credential = state.credential(command.credential)
    if credential is None or not credential.in_vault or credential.trouble == command.reason:
        return NoChange()
    return (CredentialNotEnded(credential=credential.id, reason=command.reason),)


def missing(state: Access, command: ReportMissing, now: datetime) -> Decision:
    """Vault no longer has it: it is ended as any other, so that what is left of it goes and the end is confirmed.

    One that has an end coming anyway is let be: Vault ends it a moment before Daypass does.
    """
    credential = state.credential(command.credential)
    if credential is None or credential.status != "live" or state.grant is None:
        return NoChange()
    if state.grant.status != "active" or now >= state.grant.ends_at - ENDS_ANYWAY:
        return NoChange()
    return (CredentialFoundMissing(credential=credential.id), CredentialEnding(credential=credential.id))


def cancel_extension(state: Access, command: CancelExtension, actor: Actor, now: datetime) -> Decision:
    """What extends a grant that ended early doesn't begin; if it has begun, it ends."""
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_REVOKE
    if state.extends is None:
        return NoChange()
    if state.status == "pending":
        return (Withdrawn(at=now, why=command.reason),)
    return _end_early(state, "revoked", actor, command.reason, now)


def give_back(state: Access, actor: Actor, world: World, now: datetime) -> Decision:
    """The requester ends it early; for a machine, its owners may as well."""
    if actor.id not in world.directory.accounts_of(state.requester):
        return refusals.NOT_YOURS_TO_GIVE_BACK
    return _end_early(state, "given back", actor, None, now)


def revoke(state: Access, command: Revoke, actor: Actor, world: World, now: datetime) -> Decision:
    """An approver, or Daypass itself, ends it early."""
    if not actor.is_daypass and actor.id not in deciders(state, world.directory):
        return refusals.NOT_YOURS_TO_REVOKE
    return _end_early(state, "revoked", actor, command.reason, now)


def _end_early(state: Access, how: How, actor: Actor, reason: str | None, now: datetime) -> Decision:
    if state.grant is None:
        return refusals.nothing_to_end(state)
    if state.grant.status not in ("scheduled", "active"):
        return NoChange()
    return ending(state, how, actor.id, reason, now)


def ending(state: Access, how: How, by: str, reason: str | None, now: datetime) -> tuple[AccessEvent, ...]:
    """The grant ends: every live credential is to be ended, and it is over when they all are."""
    ending = GrantEnding(how=how, by=by, reason=reason)
    live = [credential for credential in state.credentials if credential.status == "live"]
    if all(credential.over for credential in state.credentials):
        return (ending, _grant_ended(state.credentials, now))
    return (ending, *(CredentialEnding(credential=credential.id) for credential in live))
