"""One minting under a grant, as its events have made it."""

from datetime import datetime
from typing import Literal

from workflows.access.vault_quorum.state import VaultRequest
from workflows.workflow import Part

BY_VALIDITY = ("validity",)
"""What confirms the end of a credential that nothing can take back."""


class Credential(Part):
    """One minting. `minting` is written before Vault is asked, so that no credential is without a row."""

    id: str
    status: Literal["minting", "live", "ending", "ended", "failed"]
    asked_at: datetime
    accessor: str | None = None
    lease_id: str | None = None
    wrapping_accessor: str | None = None
    expires_at: datetime | None = None
    """When it ends by itself, as Vault or its engine said."""
    valid_until: datetime | None = None
    """Set where nothing can take it back: until then it works, whatever is revoked."""
    account: str | None = None
    """Its name at the target, such as a database role."""
    delivered: bool = False
    """Whether it was handed over. What nobody saw is ended, and doesn't count."""
    left_to_expire: bool = False
    """Nothing is left to be done: Vault knows it no more, and it works until `valid_until`."""
    trouble: str | None = None
    """Why it can't be ended yet, or why it was not minted."""
    ended_at: datetime | None = None
    confirmed_by: tuple[str, ...] = ()
    """What confirmed its end: `vault`, the target (such as `database`), or its own `validity`."""

    asked_of_vault: VaultRequest | None = None
    """Set once Vault's own approvers are asked to authorize it."""

    @property
    def over(self) -> bool:
        return self.status in ("ended", "failed")

    @property
    def in_vault(self) -> bool:
        """Whether Vault may still know it."""
        return not self.over and not self.left_to_expire

    @property
    def was_minted(self) -> bool:
        return self.accessor is not None
