"""Could this have happened to an access request? Told from what its events recorded, without asking anybody."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from workflows.access.decide_grant import SHORTEST_MINTING, expires_at
from workflows.access.events import (
    Approved,
    CredentialEnded,
    CredentialEnding,
    CredentialFoundMissing,
    CredentialLeftToExpire,
    CredentialMinted,
    CredentialNotEnded,
    CredentialNotMinted,
    CredentialRequested,
    Denied,
    EndAnnounced,
    Escalated,
    Granted,
    GrantEnded,
    GrantEnding,
    Lapsed,
    Requested,
    Reviewed,
    TermsRevised,
    Withdrawn,
)
from workflows.access.state import Access, Credential, request_digest
from workflows.approval import (
    ApproversFound,
    ApproversMissing,
    impossible_check,
    impossible_escalation,
    recorded_quorum,
    recorded_seat,
)
from workflows.policy.bundle import Entitlement, terms_of
from workflows.policy.terms.access import Terms, stricter
from workflows.workflow import Event, Occurred, World, unmet

Why = str | None
Past = Sequence[Occurred]


def impossible(state: Access | None, past: Past, now: Occurred) -> Why:
    """Why this could not have happened to a request in this state, after this past; None if it could."""
    if isinstance(now.event, Requested):
        return _requested(state, now, now.event)
    if state is None:
        return "nobody had requested it"
    if state.status == "approved" and not isinstance(now.event, Granted):
        return "it was approved, and the grant that follows at once is missing"
    judge = _JUDGES.get(type(now.event))
    return judge(state, past, now, now.event) if judge else None


def run_as_review(state: Access, event: Reviewed) -> bool:
    """Whether running an incident's step stood for the approval."""
    by_incident = state.incident is not None and event.seen.get("incident") == state.incident
    return by_incident and event.reviewer == state.asked_by


def reviews_in(story: Past) -> list[Reviewed]:
    return [one.event for one in story if isinstance(one.event, Reviewed)]


def approved_by(state: Access, story: Past, terms: Terms) -> bool:
    """Whether the recorded reviews are what these terms ask for."""
    reviews = reviews_in(story)
    if terms.automatic:
        return True
    groups = reviews[-1].seen.get("reviewers") if reviews else None
    return isinstance(groups, Mapping) and recorded_quorum(
        terms.stages, groups, state.askers, state.votes, state.escalated
    )


CHANGED = "The policy changed after this was approved. Request it again."


def objection(state: Access, story: Past, credential: str, world: World) -> str | None:
    """Why no credential is made under a grant that its events bear out; None if one may be.

    Its terms are only what its first event claims: what the bundle in force gives, and whom it asks, wins where
    it is stricter.
    """
    entitlement = world.bundle.entitlements.get(state.terms.entitlement)
    if entitlement is None:
        return "The policy no longer has what was granted, so no credential was made."
    terms = terms_of(world.bundle, entitlement)
    approvers = {one.reviewer for one in state.reviews}
    asked = state.credential(credential)
    return unmet(
        (asked is not None and asked.status == "minting", "This credential was made, or given up, before."),
        (state.status == "active", "The grant ended before the credential was made."),
        (terms.vault == state.terms.vault, f"Its credential is made in another way now. {CHANGED}"),
        (state.seconds <= terms.longest, f"It is given for a shorter time now. {CHANGED}"),
        (
            _by_playbook(state, story, entitlement)
            or approved_by(state, story, stricter(state.terms, terms)),
            f"It needs more or other approvals now. {CHANGED}",
        ),
        (
            not approvers & world.directory.accounts_of(state.requester),
            "One of its approvers is another account of whoever requested it, so no credential was made.",
        ),
    )


def _by_playbook(state: Access, story: Past, entitlement: Entitlement) -> bool:
    """Whether running a step approved it, by a rule that the bundle in force has."""
    rule = entitlement.in_incident
    return rule is not None and any(
        run_as_review(state, one)
        and one.seen.get("severity") in rule.severities
        and one.seen.get("role") in rule.roles
        and rule.approver in _listed(one.seen.get("reviewer_roles"))
        and (rule.longest is None or state.seconds <= rule.longest)
        for one in reviews_in(story)
    )


def _listed(given: Any) -> Sequence[Any]:
    return given if isinstance(given, list | tuple) else ()


def _requested(state: Access | None, now: Occurred, event: Requested) -> Why:
    terms = event.terms
    return unmet(
        (state is None, "it had been requested before"),
        (event.id == now.subject, "it names another request"),
        (
            now.actor.is_daypass if event.incident else now.actor.id == event.requester,
            "somebody else than the requester made the request",
        ),
        (
            terms.shortest <= event.seconds <= terms.longest,
            f"it is for {event.seconds} seconds, and its terms allow {terms.shortest} to {terms.longest}",
        ),
        (terms.digest == now.policy, "its terms are of another policy than the one in force"),
        (not event.seen.get("problems"), "the policy refused it"),
        (
            bool(now.erased)
            or event.digest
            == request_digest(
                event.id, event.requester, terms, event.seconds, event.justification, event.ticket
            ),
            "its digest isn't that of what was requested",
        ),
    )


def _revised(state: Access, past: Past, now: Occurred, event: TermsRevised) -> Why:
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (
            stricter(state.terms, event.terms) == event.terms,
            "the new terms allow what the old ones didn't",
        ),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
    )


def _reviewed(state: Access, past: Past, now: Occurred, event: Reviewed) -> Why:
    common = unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (event.digest == state.digest, "the review is bound to another request than this"),
        (
            all(one.reviewer != event.reviewer for one in state.reviews),
            f"{event.reviewer} had reviewed it before",
        ),
        (now.at < state.lapses_at, "it had expired by then"),
    )
    if common or run_as_review(state, event):
        return common or _run(state, now, event)
    return unmet(
        (now.actor.id == event.reviewer, "somebody else than the reviewer gave the review"),
        (not now.actor.is_machine, "a machine reviewed it"),
        (event.reviewer not in state.askers, f"{event.reviewer} reviewed their own request"),
        (
            event.verdict == "deny" or state.terms.digest == now.policy,
            "it was approved under another policy than the one in force",
        ),
        (
            recorded_seat(state.terms.stages, event.reviewer, event.seen, state.escalated),
            f"{event.reviewer} was not among its approvers, or is another account of whoever requested it",
        ),
    )


def _run(state: Access, now: Occurred, event: Reviewed) -> Why:
    return unmet(
        (now.actor.is_daypass, "no playbook ran it"),
        (event.verdict == "approve", "a playbook denied it"),
        (event.reviewer != state.requester, f"{event.reviewer} approved their own access"),
        (len(state.reviews) == 0, "a playbook approved it after others had reviewed it"),
    )


def _approved(state: Access, past: Past, now: Occurred, event: Approved) -> Why:
    last = past[-1]
    decisive = isinstance(last.event, Requested) or _is_review(last, "approve")
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (decisive and last.version == now.version, "no review, and no rule, had just approved it"),
        (
            any(run_as_review(state, one) for one in reviews_in(past))
            or approved_by(state, past, state.terms),
            "too few of its approvers had approved it",
        ),
    )


def _granted(state: Access, past: Past, now: Occurred, event: Granted) -> Why:
    return unmet(
        (state.status == "approved", "it had not been approved"),
        (past[-1].version == now.version, "it was not granted when it was approved"),
        (event.starts_at == now.at, "it starts at another time than it was granted"),
        (
            event.ends_at - event.starts_at == timedelta(seconds=state.seconds),
            "it lasts for another time than was requested",
        ),
        (state.seconds <= state.terms.longest, "it lasts longer than its terms allow"),
    )


def _denied(state: Access, past: Past, now: Occurred, event: Denied) -> Why:
    last = past[-1]
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (_is_review(last, "deny") and last.version == now.version, "nobody had just denied it"),
    )


def _withdrawn(state: Access, past: Past, now: Occurred, event: Withdrawn) -> Why:
    return unmet((state.status == "pending", f"it was {state.status} already"))


def _lapsed(state: Access, past: Past, now: Occurred, event: Lapsed) -> Why:
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (now.at >= state.lapses_at, "it had not expired by then"),
    )


def _approvers(state: Access, past: Past, now: Occurred, event: ApproversMissing | ApproversFound) -> Why:
    return impossible_check(state, event)


def _escalated(state: Access, past: Past, now: Occurred, event: Escalated) -> Why:
    return unmet((state.status == "pending", f"it was {state.status} already")) or impossible_escalation(
        state, event.stage, event.to, now.at
    )


def _credential_requested(state: Access, past: Past, now: Occurred, event: CredentialRequested) -> Why:
    most = state.terms.credentials
    had = sum(one.delivered for one in state.credentials)
    grant = state.grant
    return unmet(
        (grant is not None, "it had not been granted"),
        (grant is not None and grant.status == "active", f"it was {state.status} already"),
        (grant is not None and now.at < grant.ends_at - SHORTEST_MINTING, "it had ended by then"),
        (now.actor.id == state.requester, "somebody else than the requester asked for a credential"),
        (state.credential(event.credential) is None, "this credential had been asked for before"),
        (all(one.status != "minting" for one in state.credentials), "another one was being made"),
        (most is None or had < most, f"its terms allow {most} credentials"),
    )


def _minted(state: Access, past: Past, now: Occurred, event: CredentialMinted) -> Why:
    credential = state.credential(event.credential)
    return unmet(
        (credential is not None, "nobody had asked for this credential"),
        (credential is not None and not credential.was_minted, "this credential had been made before"),
    )


def _not_minted(state: Access, past: Past, now: Occurred, event: CredentialNotMinted) -> Why:
    return unmet((_status(state, event.credential) == "minting", "this credential was not being made"))


def _found_missing(state: Access, past: Past, now: Occurred, event: CredentialFoundMissing) -> Why:
    return unmet(
        (
            _status(state, event.credential) == "live",
            "this credential was not live, so it can't have been missed",
        ),
        (now.actor.is_daypass, "somebody else than Daypass compared Vault with the ledger"),
    )


def _ending(state: Access, past: Past, now: Occurred, event: CredentialEnding) -> Why:
    credential, last = state.credential(event.credential), past[-1]
    by_itself = (
        isinstance(last.event, CredentialMinted | CredentialNotMinted | CredentialFoundMissing)
        and last.event.credential == event.credential
    )
    follows = last.version == now.version and (
        by_itself or isinstance(last.event, GrantEnding | CredentialEnding)
    )
    expiry = expires_at(state, credential) if credential else None
    return unmet(
        (_status(state, event.credential) in ("live", "failed"), "this credential was not there to be ended"),
        (
            follows or (expiry is not None and now.at >= expiry),
            "nothing had called for the end of this credential",
        ),
    )


def _left_to_expire(state: Access, past: Past, now: Occurred, event: CredentialLeftToExpire) -> Why:
    credential = state.credential(event.credential)
    return unmet(
        (_is_ending(state, event.credential), "this credential was not being ended"),
        (
            credential is not None and credential.valid_until == event.valid_until,
            "it was made to work until another time",
        ),
    )


def _not_ended(state: Access, past: Past, now: Occurred, event: CredentialNotEnded) -> Why:
    credential = state.credential(event.credential)
    return unmet(
        (_is_ending(state, event.credential), "this credential was not being ended"),
        (
            credential is not None and credential.trouble != event.reason,
            "the same reason had been given before",
        ),
    )


def _ended(state: Access, past: Past, now: Occurred, event: CredentialEnded) -> Why:
    credential = state.credential(event.credential)
    until = credential.valid_until if credential else None
    return unmet(
        (_is_ending(state, event.credential), "this credential was not being ended"),
        (until is None or now.at >= until, "it still worked, for nothing can take it back"),
    )


def _announced(state: Access, past: Past, now: Occurred, event: EndAnnounced) -> Why:
    return unmet(
        (state.status == "active" and not state.warned, "there was no end to announce"),
        (state.grant is not None and event.ends_at == state.grant.ends_at, "the grant ends at another time"),
    )


def _grant_ending(state: Access, past: Past, now: Occurred, event: GrantEnding) -> Why:
    return unmet(
        (state.status == "active", f"it was {state.status}, so there was no grant to end"),
        (now.actor.id == event.by, "somebody else ended it"),
        (
            event.how != "expired" or (state.grant is not None and now.at >= state.grant.ends_at),
            "its time was not over yet",
        ),
    )


def _grant_ended(state: Access, past: Past, now: Occurred, event: GrantEnded) -> Why:
    return unmet(
        (state.status == "ending", f"it was {state.status}, so its end can't have been confirmed"),
        (all(one.over for one in state.credentials), "a credential under it had not ended"),
        (
            event.minted == sum(one.was_minted for one in state.credentials),
            "it counts other credentials than were made",
        ),
    )


def _is_review(one: Occurred, verdict: str) -> bool:
    return isinstance(one.event, Reviewed) and one.event.verdict == verdict


def _status(state: Access, id: str) -> str | None:
    credential: Credential | None = state.credential(id)
    return credential.status if credential else None


def _is_ending(state: Access, id: str) -> bool:
    return _status(state, id) == "ending"


_JUDGES: Mapping[type[Event], Callable[[Access, Past, Occurred, Any], Why]] = {
    TermsRevised: _revised,
    Reviewed: _reviewed,
    Approved: _approved,
    Granted: _granted,
    Denied: _denied,
    Withdrawn: _withdrawn,
    Lapsed: _lapsed,
    Escalated: _escalated,
    ApproversMissing: _approvers,
    ApproversFound: _approvers,
    CredentialRequested: _credential_requested,
    CredentialMinted: _minted,
    CredentialNotMinted: _not_minted,
    CredentialFoundMissing: _found_missing,
    CredentialEnding: _ending,
    CredentialLeftToExpire: _left_to_expire,
    CredentialEnded: _ended,
    CredentialNotEnded: _not_ended,
    EndAnnounced: _announced,
    GrantEnding: _grant_ending,
    GrantEnded: _grant_ended,
}
"""Who judges which event; one that isn't named here is possible whenever there is a request."""
