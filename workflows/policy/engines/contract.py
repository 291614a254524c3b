"""What Daypass has to know of a secrets engine of Vault, before it gives anything of it to anybody.

An engine is plain data and pure functions of Vault's answers: nothing here asks Vault or a target.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

CLOCKS_DIFFER_SECONDS = 2
"""By how much a target's clock may differ from Vault's or Daypass's."""


class Unfit(Exception):
    """The answer isn't what the engine is expected to make. The message is a sentence, for an operator.

    `lasting`: something was made that nothing can take back; a target accepts it until `validity`, if known.
    """

    def __init__(self, sentence: str, *, lasting: bool = False, validity: datetime | None = None) -> None:
        super().__init__(sentence)
        self.lasting = lasting
        self.validity = validity


@dataclass(frozen=True)
class Made:
    """What an answer says of the credential in it."""

    account: str | None = None
    """Its name at the target; no secret."""
    validity: datetime | None = None
    """Until when a target accepts it without asking Vault. None if the lease alone says it."""


def _nothing(data: Mapping[str, Any]) -> Made:
    return Made()


@dataclass(frozen=True)
class Engine:
    """One kind of secrets engine."""

    name: str
    """As a bundle writes it: `vault.engine`."""
    paths: tuple[str, ...]
    """What an entitlement's path usually begins with; the longest that fits says the engine."""
    verbs: tuple[str, ...]
    """What stands before the role in a path that makes a credential: `creds` in `database/creds/my-role`."""
    makes: str
    """What it makes, in the plural: “SSH certificates”."""
    revocable: bool = True
    """Whether revoking the lease ends what it made. If not, that works until its validity is over."""
    leased: bool = True
    """Whether an answer without a lease is refused."""
    takes_ttl: bool = False
    """Whether it is asked for what is left of the grant. Else the lease is renewed to it."""
    shortest: int = 1
    """Seconds: it makes nothing that ends sooner."""
    grace: int = 0
    """Seconds for which a target may accept it after its validity: clocks differ."""
    read: Callable[[Mapping[str, Any]], Made] = _nothing
    """Reads an answer's data. Raises Unfit."""
    never: str | None = None
    """Why nothing of it is ever given, in a sentence."""

    def makes_at(self, path: str) -> bool:
        """Whether a credential is made at such a path; a write to any other may change what is there."""
        mount, _, role = path.rpartition("/")
        return bool(role) and "/" in mount and mount.rpartition("/")[2] in self.verbs

    @property
    def shortest_grant(self) -> int:
        """Seconds: with less left than that, nothing is asked of it."""
        return self.shortest + self.grace
