"""Could this have happened to a grant and its credentials?"""

from collections.abc import Mapping

from workflows.access.credentials import Credential
from workflows.access.decide_grant import SHORTEST_MINTING, confirms, expires_at
from workflows.access.events import (
    CredentialEnded,
    CredentialEnding,
    CredentialFoundMissing,
    CredentialLeftToExpire,
    CredentialMinted,
    CredentialNotEnded,
    CredentialNotMinted,
    CredentialRequested,
    EndAnnounced,
    GrantEnded,
    GrantEnding,
    GrantStarted,
)
from workflows.access.runs import RunEnded
from workflows.access.state import Access, How
from workflows.access.taking import TakingSigned, impossible_taking, lacks_signature
from workflows.access.tickets import TicketClosed
from workflows.access.vault_quorum.replay import not_authorized
from workflows.audit.possibility import Judges, Past, Why
from workflows.workflow import Event, Occurred, unmet


def _credential_requested(state: Access, past: Past, now: Occurred, event: CredentialRequested) -> Why:
    most = state.terms.credentials
    had = sum(one.delivered for one in state.credentials)
    grant = state.grant
    return unmet(
        (grant is not None, "it had not been granted"),
        (grant is not None and grant.status == "active", f"it was {state.status} already"),
        (grant is not None and now.at < grant.ends_at - SHORTEST_MINTING, "it had ended by then"),
        (now.actor.id == state.requester, "someone else than the requester asked for a credential"),
        (state.credential(event.credential) is None, "this credential had been requested before"),
        (all(one.status != "minting" for one in state.credentials), "another one was being made"),
        (most is None or had < most, f"its terms allow {most} credentials"),
        (not lacks_signature(state, now.at), "the requester hadn't signed for it with a passkey"),
    )


def _minted(state: Access, past: Past, now: Occurred, event: CredentialMinted) -> Why:
    credential = state.credential(event.credential)
    return unmet(
        (credential is not None, "nobody had asked for this credential"),
        (credential is not None and not credential.was_minted, "this credential had been made before"),
    ) or not_authorized(state, event.credential)


def _not_minted(state: Access, past: Past, now: Occurred, event: CredentialNotMinted) -> Why:
    return unmet((_status(state, event.credential) == "minting", "this credential was not being made"))


def _found_missing(state: Access, past: Past, now: Occurred, event: CredentialFoundMissing) -> Why:
    return unmet(
        (
            _status(state, event.credential) == "live",
            "this credential was not live, so it can't have been missed",
        ),
        (now.actor.is_daypass, "someone else than Daypass compared Vault with the ledger"),
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
        (confirms(state, event.confirmed_by), "it is a static secret, which nobody had changed"),
    )


def _announced(state: Access, past: Past, now: Occurred, event: EndAnnounced) -> Why:
    return unmet(
        (state.status == "active" and not state.warned, "there was no end to announce"),
        (state.grant is not None and event.ends_at == state.grant.ends_at, "the grant ends at another time"),
    )


def _started(state: Access, past: Past, now: Occurred, event: GrantStarted) -> Why:
    return unmet(
        (state.status == "scheduled", f"it was {state.status}, so there was no grant to start"),
        (state.grant is not None and now.at >= state.grant.starts_at, "it was to start later"),
        (now.actor.is_daypass, "someone else than Daypass started it"),
    )


def _grant_ending(state: Access, past: Past, now: Occurred, event: GrantEnding) -> Why:
    return unmet(
        (
            state.status in ("scheduled", "active"),
            f"it was {state.status}, so there was no grant to end",
        ),
        (now.actor.id == event.by, "someone else ended it"),
        (
            event.how != "expired" or (state.grant is not None and now.at >= state.grant.ends_at),
            "its time was not over yet",
        ),
        (
            event.how != "cancelled" or (state.status == "scheduled" and now.actor.is_daypass),
            "only Daypass cancels a grant, and only before it starts",
        ),
        (
            event.how not in _ENDED_WITH or _just(_ENDED_WITH[event.how], past, now),
            "what it ends with had not just ended",
        ),
    )


_ENDED_WITH: Mapping[How, type[Event]] = {"run ended": RunEnded, "ticket closed": TicketClosed}


def _just(event: type[Event], past: Past, now: Occurred) -> bool:
    return isinstance(past[-1].event, event) and past[-1].version == now.version


def _grant_ended(state: Access, past: Past, now: Occurred, event: GrantEnded) -> Why:
    return unmet(
        (state.status == "ending", f"it was {state.status}, so its end can't have been confirmed"),
        (all(one.over for one in state.credentials), "a credential under it had not ended"),
        (
            event.minted == sum(one.was_minted for one in state.credentials),
            "it counts other credentials than were made",
        ),
    )


def _status(state: Access, id: str) -> str | None:
    credential: Credential | None = state.credential(id)
    return credential.status if credential else None


def _is_ending(state: Access, id: str) -> bool:
    return _status(state, id) == "ending"


JUDGES: Judges = {
    TakingSigned: impossible_taking,
    CredentialRequested: _credential_requested,
    CredentialMinted: _minted,
    CredentialNotMinted: _not_minted,
    CredentialFoundMissing: _found_missing,
    CredentialEnding: _ending,
    CredentialLeftToExpire: _left_to_expire,
    CredentialEnded: _ended,
    CredentialNotEnded: _not_ended,
    EndAnnounced: _announced,
    GrantStarted: _started,
    GrantEnding: _grant_ending,
    GrantEnded: _grant_ended,
}
