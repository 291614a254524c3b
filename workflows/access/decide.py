"""The rules of access, as pure functions: what a command means here and now.

`decide` answers with events, with a refusal, or that it is already so. Nothing here reads a clock, a
database or the network; `world` and `now` are arguments.
"""

from datetime import datetime, timedelta
from typing import assert_never

from workflows.access.model import (
    Access,
    AccessCommand,
    AccessEvent,
    Approved,
    Credential,
    CredentialEnded,
    CredentialEnding,
    CredentialMinted,
    CredentialNotEnded,
    CredentialNotMinted,
    CredentialRequested,
    Denied,
    EndAnnounced,
    Escalated,
    GiveBack,
    Granted,
    GrantEnded,
    GrantEnding,
    How,
    Lapsed,
    Reassess,
    ReportEnded,
    ReportMinted,
    ReportNotEnded,
    ReportNotMinted,
    RequestAccess,
    RequestCredential,
    Requested,
    Reviewed,
    ReviewRequest,
    Revoke,
    TermsRevised,
    Withdraw,
    Withdrawn,
    request_digest,
)
from workflows.access.views import deciders
from workflows.policy.assess import Ask, Assessment, assess
from workflows.policy.quorum import verdict
from workflows.policy.terms import stricter
from workflows.workflow import Actor, Decision, NoChange, Refused, TimePassed, World

SHORTEST_MINTING = timedelta(seconds=2)
"""With less than this left, a credential would be dead on arrival: Vault counts whole seconds."""


def decide(
    state: Access | None, command: AccessCommand | TimePassed, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means for this request, at this moment, in this world."""
    if isinstance(command, RequestAccess):
        return NoChange() if state else _request(command, actor, world, now)
    if state is None:
        return Refused("unknown", "Daypass knows no such request. Ask again with /access.")
    match command:
        case ReviewRequest():
            return _review(state, command, actor, world, now)
        case Withdraw():
            return _withdraw(state, actor, now)
        case Reassess():
            return _revision(state, world, now) or NoChange()
        case RequestCredential():
            return _request_credential(state, command, actor, now)
        case ReportMinted():
            return _minted(state, command)
        case ReportNotMinted():
            return _not_minted(state, command, now)
        case ReportEnded():
            return _ended(state, command, now)
        case ReportNotEnded():
            return _not_ended(state, command)
        case GiveBack():
            return _give_back(state, actor, now)
        case Revoke():
            return _revoke(state, command, actor, world, now)
        case TimePassed():
            return _time_passed(state, now)
        case _:
            assert_never(command)


def due(state: Access) -> datetime | None:
    """When time alone will next mean something to this request."""
    if state.status == "pending":
        return min([state.lapses_at, *(at for _, at in _escalations(state))])
    if state.grant and state.grant.status == "active":
        return min(at for at in (_warns_at(state), state.grant.ends_at) if at)
    return None


def _request(command: RequestAccess, actor: Actor, world: World, now: datetime) -> Decision:
    ask = Ask(actor.id, command.entitlement, command.seconds, command.justification, command.ticket or "")
    seen = assess(world.bundle, world.directory, ask, now)
    if seen.problems or seen.terms is None:
        return _not_allowed(seen)
    requested = Requested(
        id=command.subject,
        requester=actor.id,
        seconds=command.seconds,
        justification=command.justification,
        ticket=command.ticket,
        terms=seen.terms,
        digest=request_digest(
            command.subject, actor.id, seen.terms, command.seconds, command.justification, command.ticket
        ),
        at=now,
        seen=seen.facts(),
    )
    return (requested, *_approval(command.seconds, now)) if seen.terms.automatic else (requested,)


def _not_allowed(seen: Assessment) -> Refused:
    fields: dict[str, str] = {}
    for problem in seen.problems:
        fields[problem.field] = " ".join(
            [fields[problem.field], problem.sentence] if problem.field in fields else [problem.sentence]
        )
    codes = ",".join(dict.fromkeys(problem.code for problem in seen.problems))
    return Refused(codes, " ".join(fields.values()), fields=fields)


def _approval(seconds: int, now: datetime) -> tuple[AccessEvent, ...]:
    return (Approved(at=now), Granted(starts_at=now, ends_at=now + timedelta(seconds=seconds)))


def _review(state: Access, command: ReviewRequest, actor: Actor, world: World, now: datetime) -> Decision:
    if any(review.reviewer == actor.id and review.verdict == command.verdict for review in state.reviews):
        return NoChange()
    revision = _revision(state, world, now) or ()
    refusal = _unreviewable(state, command, actor, world, now, revision)
    if refusal:
        return refusal
    again = _assess_again(state, world, now)
    if command.verdict == "approve" and (objections := _objections(state, again)):
        return Refused("no-longer-allowed", f"This request can't be approved any more. {objections}")
    reviewed = Reviewed(
        reviewer=actor.id,
        verdict=command.verdict,
        reason=command.reason,
        digest=state.digest,
        at=now,
        seen=again.facts() | {"reviewer_groups": sorted(world.directory.groups_of(actor.id))},
    )
    if command.verdict == "deny":
        return (reviewed, Denied(at=now))
    votes = [*state.votes, (actor.id, command.verdict, "")]
    if verdict(state.terms, world.directory, state.requester, votes, state.escalated).satisfied:
        return (reviewed, *_approval(state.seconds, now))
    return (reviewed,)


def _unreviewable(
    state: Access,
    command: ReviewRequest,
    actor: Actor,
    world: World,
    now: datetime,
    revision: tuple[AccessEvent, ...],
) -> Refused | None:
    if actor.id == state.requester:
        return Refused(
            "own-request", "You asked for this yourself, so somebody else has to decide. Nothing changed."
        )
    if state.status != "pending":
        return Refused("decided", f"This request is already {state.status}, so your click changed nothing.")
    if now >= state.lapses_at:
        return Refused(
            "lapsed",
            "This request lapsed before your click; nothing changed. If it is still needed, it has to be asked for again.",
            (Lapsed(at=now),),
        )
    if actor.id not in deciders(state, world.directory):
        return Refused(
            "not-an-approver", "You are not among those who can decide this request. Nothing changed."
        )
    if any(review.reviewer == actor.id for review in state.reviews):
        return Refused("reviewed", "You have already decided on this request; one person counts once.")
    if revision or (command.digest, command.policy) != (state.digest, state.terms.digest):
        return Refused(
            "stale",
            "The card you clicked no longer showed the truth, so nothing was decided. Look at the fresh card and decide again.",
            revision,
        )
    return None


def _assess_again(state: Access, world: World, now: datetime) -> Assessment:
    ask = Ask(
        state.requester, state.terms.entitlement, state.seconds, state.justification, state.ticket or ""
    )
    return assess(world.bundle, world.directory, ask, now)


def _objections(state: Access, again: Assessment) -> str:
    """Why the rules of this moment forbid what was asked for, if they do."""
    if again.terms and again.terms.vault != state.terms.vault:
        return "Its credential would now be made in another way than the card shows, so it has to be asked for again."
    return " ".join(problem.sentence for problem in again.problems)


def _revision(state: Access, world: World, now: datetime) -> tuple[AccessEvent, ...] | None:
    """A pending request under a new bundle: its terms, where either asks for more, by the stricter."""
    if state.status != "pending" or state.terms.digest == world.bundle.digest:
        return None
    again = _assess_again(state, world, now)
    if again.terms is None:
        return None
    terms = stricter(state.terms, again.terms)
    return (
        TermsRevised(
            terms=terms,
            digest=request_digest(
                state.id, state.requester, terms, state.seconds, state.justification, state.ticket
            ),
        ),
    )


def _withdraw(state: Access, actor: Actor, now: datetime) -> Decision:
    if actor.id != state.requester:
        return Refused("not-yours", "Only the person who asked can withdraw a request. Nothing changed.")
    if state.status == "withdrawn":
        return NoChange()
    if state.status != "pending":
        return Refused("decided", f"This request is already {state.status}; it can't be withdrawn any more.")
    return (Withdrawn(at=now),)


def _request_credential(state: Access, command: RequestCredential, actor: Actor, now: datetime) -> Decision:
    if actor.id != state.requester:
        return Refused("not-yours", "Credentials go only to the person the access was granted to.")
    if state.grant is None:
        return Refused(
            "not-granted", f"This request is {state.status}: there is no grant to mint credentials under."
        )
    if state.grant.status != "active" or now >= state.grant.ends_at - SHORTEST_MINTING:
        return Refused(
            "over", "This grant has ended or is about to. Ask again with /access if you need more time."
        )
    if any(credential.status == "minting" for credential in state.credentials):
        return NoChange()
    most = state.terms.credentials
    if most is not None and sum(credential.was_minted for credential in state.credentials) >= most:
        return Refused(
            "too-many", f"A grant of this kind allows {most} credentials, and you have had them all."
        )
    return (CredentialRequested(credential=command.credential, window=command.window, at=now),)


def _minted(state: Access, command: ReportMinted) -> Decision:
    credential = state.credential(command.credential)
    if credential is None or credential.was_minted:
        return NoChange()
    minted = CredentialMinted(
        credential=credential.id,
        accessor=command.accessor,
        lease_id=command.lease_id,
        wrapping_accessor=command.wrapping_accessor,
        delivered=command.delivered,
    )
    wanted = credential.status == "minting" and state.status == "active" and command.delivered
    return (minted,) if wanted else (minted, CredentialEnding(credential=credential.id))


def _not_minted(state: Access, command: ReportNotMinted, now: datetime) -> Decision:
    credential = state.credential(command.credential)
    if credential is None or credential.status != "minting":
        return NoChange()
    failed = CredentialNotMinted(credential=credential.id, reason=command.reason, lost=command.lost)
    if command.lost:
        return (failed, CredentialEnding(credential=credential.id))
    return (failed, *_end_of_grant(state, credential.id, now))


def _ended(state: Access, command: ReportEnded, now: datetime) -> Decision:
    """An end that began before the minting was known has confirmed nothing about what was minted."""
    credential = state.credential(command.credential)
    if credential is None or credential.over or credential.accessor != command.accessor:
        return NoChange()
    return (CredentialEnded(credential=credential.id, at=now), *_end_of_grant(state, credential.id, now))


def _end_of_grant(state: Access, last: str, now: datetime) -> tuple[AccessEvent, ...]:
    """The grant is over when it was ending and `last` was the last of its credentials."""
    others = [credential for credential in state.credentials if credential.id != last]
    if state.status != "ending" or not all(credential.over for credential in others):
        return ()
    return (_grant_ended(state.credentials, now),)


def _grant_ended(credentials: tuple[Credential, ...], now: datetime) -> GrantEnded:
    return GrantEnded(at=now, minted=sum(credential.was_minted for credential in credentials))


def _not_ended(state: Access, command: ReportNotEnded) -> Decision:
    credential = state.credential(command.credential)
    if credential is None or credential.over or credential.trouble == command.reason:
        return NoChange()
    return (CredentialNotEnded(credential=credential.id, reason=command.reason),)


def _give_back(state: Access, actor: Actor, now: datetime) -> Decision:
    if actor.id != state.requester:
        return Refused(
            "not-yours", "Only the person who holds this access can give it back. Nothing changed."
        )
    return _end_early(state, "given back", actor, None, now)


def _revoke(state: Access, command: Revoke, actor: Actor, world: World, now: datetime) -> Decision:
    if actor.is_person and actor.id not in deciders(state, world.directory):
        return Refused("not-an-approver", "You are not among those who can end this access. Nothing changed.")
    return _end_early(state, "revoked", actor, command.reason, now)


def _end_early(state: Access, how: How, actor: Actor, reason: str | None, now: datetime) -> Decision:
    if state.grant is None:
        return Refused("not-granted", f"This request is {state.status}: there is nothing to end.")
    if state.grant.status != "active":
        return NoChange()
    return _ending(state, how, actor.id, reason, now)


def _ending(state: Access, how: How, by: str, reason: str | None, now: datetime) -> tuple[AccessEvent, ...]:
    ending = GrantEnding(how=how, by=by, reason=reason)
    live = [credential for credential in state.credentials if credential.status == "live"]
    if all(credential.over for credential in state.credentials):
        return (ending, _grant_ended(state.credentials, now))
    return (ending, *(CredentialEnding(credential=credential.id) for credential in live))


def _time_passed(state: Access, now: datetime) -> Decision:
    if state.status == "pending":
        if now >= state.lapses_at:
            return (Lapsed(at=now),)
        return tuple(_escalate(state, name) for name, at in _escalations(state) if now >= at) or NoChange()
    if state.grant is None or state.grant.status != "active":
        return NoChange()
    if now >= state.grant.ends_at:
        return _ending(state, "expired", "daypass:clockwork", None, now)
    warns_at = _warns_at(state)
    if warns_at and now >= warns_at:
        return (EndAnnounced(ends_at=state.grant.ends_at),)
    return NoChange()


def _escalate(state: Access, name: str) -> Escalated:
    return Escalated(
        stage=name, to=next(stage.escalate_to for stage in state.terms.stages if stage.name == name)
    )


def _escalations(state: Access) -> list[tuple[str, datetime]]:
    """The stages that are still to be escalated, with when."""
    return [
        (stage.name, state.asked_at + timedelta(seconds=stage.escalate_after))
        for stage in state.terms.stages
        if stage.escalate_after is not None and stage.name not in state.escalated
    ]


def _warns_at(state: Access) -> datetime | None:
    """When to say that the end is near; never for a grant so short that it would only be noise."""
    warn = timedelta(seconds=state.terms.warn)
    if state.grant is None or state.warned or state.seconds < 2 * state.terms.warn:
        return None
    return state.grant.ends_at - warn
