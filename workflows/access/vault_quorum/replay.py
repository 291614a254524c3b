"""Could this have happened to a credential that Vault's own approvers guard?"""

from workflows.access.decide_grant import SHORTEST_MINTING
from workflows.access.state import Access
from workflows.access.vault_quorum.events import CredentialCollected, VaultAsked, VaultAuthorized
from workflows.audit.possibility import Judges, Past, Why
from workflows.workflow import Occurred, unmet


def _asked(state: Access, past: Past, now: Occurred, event: VaultAsked) -> Why:
    credential = state.credential(event.credential)
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass asked Vault"),
        (state.terms.assurance == "vault", "its terms don't ask for Vault's approvers"),
        (credential is not None and credential.status == "minting", "this credential was not being made"),
        (credential is not None and credential.asked_of_vault is None, "Vault had been asked before"),
        (
            event.approvals >= state.terms.approvals,
            f"its terms ask for {state.terms.approvals} approvals, and Vault for fewer",
        ),
    )


def _authorized(state: Access, past: Past, now: Occurred, event: VaultAuthorized) -> Why:
    credential = state.credential(event.credential)
    asked = credential.asked_of_vault if credential else None
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass said who had authorized it"),
        (credential is not None and credential.status == "minting", "this credential was not being made"),
        (asked is not None, "Vault had not been asked"),
        (
            asked is None or (asked.authorized_by, asked.enough) != (event.authorized_by, event.enough),
            "this was known before",
        ),
        (
            asked is None or not event.enough or len(set(event.authorized_by)) >= asked.approvals,
            "too few had authorized it",
        ),
    )


def _collected(state: Access, past: Past, now: Occurred, event: CredentialCollected) -> Why:
    credential, grant = state.credential(event.credential), state.grant
    asked = credential.asked_of_vault if credential else None
    return unmet(
        (now.actor.id == state.requester, "someone else than the requester collected it"),
        (credential is not None and credential.status == "minting", "this credential was not being made"),
        (asked is not None and asked.enough, "Vault's approvers had not authorized it"),
        (grant is not None and grant.status == "active", f"it was {state.status} already"),
        (grant is not None and now.at < grant.ends_at - SHORTEST_MINTING, "it had ended by then"),
    )


def not_authorized(state: Access, id: str) -> Why:
    """Why this credential could not have been made; None if its terms don't guard it, or Vault's approvers let it."""
    credential = state.credential(id)
    asked = credential.asked_of_vault if credential else None
    collected = asked is not None and asked.enough and asked.window is not None
    return unmet(
        (state.terms.assurance != "vault" or collected, "Vault's approvers had not authorized it"),
    )


JUDGES: Judges = {VaultAsked: _asked, VaultAuthorized: _authorized, CredentialCollected: _collected}
