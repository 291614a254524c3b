"""What Daypass has to know of a secrets engine of Vault, before it gives anything of it to anybody.

An engine is plain data and pure functions of Vault's answers: nothing here asks Vault or a target.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

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


Sessions = Literal["closed", "continue", "none"]
"""What becomes of a session that is open when its credential ends: closed with it by the recipes of examples/vault; it
continues until somebody closes it; there is none, because each call is let in by itself."""


def _nothing(data: Mapping[str, Any]) -> Made:
    return Made()


def _as_it_is(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return data


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
    static: bool = False
    """Whether it hands out a secret that is there anyway: it works until somebody changes it, whatever expires.

    A bundle has to say `static: true`; a grant is ended when the secret has been changed.
    """
    sessions: Sessions = "continue"
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
    secret: Callable[[Mapping[str, Any]], Mapping[str, Any]] = _as_it_is
    """What of an answer's data the requester gets."""
    bounds: tuple[str, ...] = ("{mount}/roles/{role}",)
    """Where Vault keeps how long its credentials can last; the first exists wherever the role does."""
    never: str | None = None
    """Why nothing of it is ever given, in a sentence."""

    @property
    def waits(self) -> bool:
        """Whether one can be asked for now and made later, and still end with its grant: its lease alone bounds it."""
        return self.leased and self.revocable and not self.takes_ttl

    @property
    def lasts(self) -> str:
        """How long what can't be revoked works, to go after “SSH certificates”."""
        return "work until someone changes them" if self.static else "work until they expire"

    def makes_at(self, path: str) -> bool:
        """Whether a credential is made at such a path; a write to any other may change what is there."""
        return self.split(path) is not None

    def split(self, path: str) -> tuple[str, str] | None:
        """The mount and the role of such a path; None if no credential is made there."""
        if self.static:
            mount, verb, role = path.partition(f"/{self.verbs[0]}/")
            return (mount, role) if mount and verb and role else None
        before, _, role = path.rpartition("/")
        mount, _, verb = before.rpartition("/")
        return (mount, role) if mount and role and verb in self.verbs else None

    def bounds_of(self, path: str) -> tuple[str, ...]:
        """Where Vault says how long credentials of a path can last; nowhere if none are made there."""
        if (found := self.split(path)) is None:
            return ()
        mount, role = found
        return tuple(one.format(mount=mount, role=role) for one in self.bounds)

    @property
    def shortest_grant(self) -> int:
        """Seconds: with less left than that, nothing is asked of it."""
        return self.shortest + self.grace
