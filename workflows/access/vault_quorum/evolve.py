"""What each event makes of a credential that waits for Vault's own approvers."""

from workflows.access.credentials import Credential
from workflows.access.vault_quorum.events import (
    CredentialCollected,
    VaultAsked,
    VaultAuthorized,
    VaultQuorumEvent,
)
from workflows.access.vault_quorum.state import VaultRequest


def evolve_vault_quorum(
    credentials: tuple[Credential, ...], event: VaultQuorumEvent
) -> tuple[Credential, ...]:
    """The credentials after the event."""
    return tuple(
        one.model_copy(update={"asked_of_vault": _after(one.asked_of_vault, event)})
        if one.id == event.credential
        else one
        for one in credentials
    )


def _after(asked: VaultRequest | None, event: VaultQuorumEvent) -> VaultRequest:
    if isinstance(event, VaultAsked):
        return VaultRequest(
            accessor=event.accessor, until=event.until, approvals=event.approvals, groups=event.groups
        )
    assert asked is not None, f"{event.action} before vault-asked"
    match event:
        case VaultAuthorized(authorized_by=by, enough=enough):
            return asked.model_copy(update={"authorized_by": by, "enough": enough})
        case CredentialCollected(window=window):
            return asked.model_copy(update={"window": window})
