"""What Vault's own approvers have been asked about one credential, as its events have it."""

from datetime import datetime

from workflows.workflow import Part


class VaultRequest(Part):
    """A credential that Vault makes once its own approvers have authorized it, and its requester collects it."""

    accessor: str
    """What they authorize; no secret."""
    until: datetime
    """Vault waits for them until then."""
    approvals: int
    """How many of them have to, as Vault's policy has it."""
    groups: tuple[str, ...]
    """Whose members they are, in Vault."""
    authorized_by: tuple[str, ...] = ()
    """Who has authorized it by now, as Vault calls them."""
    enough: bool = False
    """Whether they are enough, as Vault says."""
    window: str | None = None
    """Where its requester waits for it now."""
