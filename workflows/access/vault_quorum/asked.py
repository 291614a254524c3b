"""What is asked of Vault where its own approvers guard a credential, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from workflows.ports import Minted, MintOrder


@dataclass(frozen=True)
class Asked:
    """A credential that Vault makes once its own approvers have authorized it.

    The two tokens stand nowhere but in memory; `accessor` is what approvers authorize, and no secret.
    """

    accessor: str
    until: datetime
    """Vault waits for them until then."""
    approvals: int
    """How many have to, as Vault's policy has it."""
    groups: tuple[str, ...]
    """Whose members they are, as Vault calls them."""
    grant_accessor: str
    grant_token: SecretStr
    request_token: SecretStr


@dataclass(frozen=True)
class Authorized:
    """What Vault has by now: authorized `by` whom, in its own names, and whether they are enough."""

    by: tuple[str, ...] = ()
    enough: bool = False


class VaultQuorum(Protocol):
    """Credentials that Vault itself waits with, until its approvers have authorized each."""

    async def ask(self, order: MintOrder, approvals: int) -> Asked:
        """Ask Vault for one, which makes nothing yet; at least so many have to authorize it.

        Raises Retryable or Permanent, as `Vault.mint` does.
        """

    async def authorized(self, asked: Asked) -> Authorized:
        """What Vault has by now. Raises Permanent if it waits no more, Retryable if it can't be told."""

    async def collect(self, order: MintOrder, asked: Asked) -> Minted:
        """Have it made. Raises as `Vault.mint` does."""

    async def give_up(self, asked: Asked) -> None:
        """Return only when nothing can be made of it any more. Raises Retryable."""
