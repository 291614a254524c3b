"""What can happen to a credential that Vault's own approvers guard, before it is made."""

from datetime import datetime

from workflows.workflow import Event


class VaultAsked(Event):
    """Vault waits for its approvers; nothing has been made."""

    action = "vault-asked"
    credential: str
    accessor: str
    """What approvers authorize in Vault; no secret."""
    until: datetime
    approvals: int
    """How many have to, as Vault's policy has it."""
    groups: tuple[str, ...]


class VaultAuthorized(Event):
    """What Vault has by now, in its own names."""

    action = "vault-authorized"
    credential: str
    authorized_by: tuple[str, ...]
    enough: bool


class CredentialCollected(Event):
    """Its requester wants what Vault's approvers have authorized; from here on it is made."""

    action = "credential-collected"
    credential: str
    window: str
    at: datetime


VaultQuorumEvent = VaultAsked | VaultAuthorized | CredentialCollected
