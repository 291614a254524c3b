"""Finding in Vault what Daypass has no handles of: tokens by their metadata, leases by their path."""

import re
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from integrations.vault.connection import Connection
from integrations.vault.ending import lease_is_gone, token_is_gone
from integrations.vault.errors import Failure

_MOMENT = 1.0
"""Seconds."""
_LOOK_UP = "auth/token/lookup-accessor"
_OF_A_TOKEN = re.compile(r"h[0-9a-f]{64}(\.|$)")
"""Vault keeps a wrapping token's own lease under the path that was read: that of a request to approve, for one."""


@dataclass(frozen=True)
class FoundToken:
    """A live token made through one of Daypass's token roles."""

    accessor: str
    credential: str
    grant: str
    made_at: datetime


@dataclass(frozen=True)
class FoundLease:
    """A live lease; `issued_at` is by Vault's clock."""

    lease_id: str
    issued_at: datetime


@dataclass(frozen=True)
class IrrevocableLease:
    """A lease that Vault has given up revoking."""

    lease_id: str
    reason: str


def clock_ahead(vault: Connection, clock: Callable[[], datetime]) -> timedelta:
    """By how much Vault's clock is ahead of ours, to a second. Raises Failure."""
    told = vault.health().at
    return told - clock() if told else timedelta()


def asked_between(asked_at: datetime, ahead: timedelta) -> tuple[datetime, datetime]:
    """When something was asked of Vault, by its own clock: at the earliest, and at the latest.

    `asked_at` is by our clock, of which only is known by how much Vault's is `ahead` of it now: it may have been set since.
    """
    return asked_at + min(ahead, timedelta()), asked_at + max(ahead, timedelta())


class TokenSearch:
    """The tokens of some roles, found among all that Vault has.

    A token is looked up no earlier than a moment after it was listed: looking one up between its making and
    the making of its lease destroys it (OpenBao 2.7 takes it for a leftover), and it may be anybody's.
    """

    def __init__(self, vault: Connection, roles: Collection[str]) -> None:
        self._vault = vault
        self._made_by = tuple(f"auth/token/create/{role}" for role in roles)
        self._of_others: frozenset[str] = frozenset()
        self._looking = threading.Lock()

    def accessors(self) -> frozenset[str]:
        """The accessors of every token that Vault has. Raises Failure."""
        return frozenset(_listed(self._vault, "auth/token/accessors"))

    def find(self, listed: frozenset[str], known: Collection[str] = ()) -> list[FoundToken]:
        """Live tokens of the roles, out of those just `listed`, but for the accessors `known`. Raises Failure.

        Each token of others is looked up once ever, however many search at a time.
        """
        time.sleep(_MOMENT)
        with self._looking:
            of_others = self._of_others & listed
            unknown = sorted(listed - of_others - frozenset(known))
            documents = self._vault.each(partial(_token, self._vault), unknown)
            found = dict(zip(unknown, documents, strict=True))
            others = {
                accessor for accessor, document in found.items() if document and not self._is_ours(document)
            }
            self._of_others = of_others | others
        return [_found_token(document) for document in documents if document and self._is_ours(document)]

    def _is_ours(self, document: Mapping[str, Any]) -> bool:
        """A role may put a suffix behind the path."""
        path = str(document.get("path"))
        return any(path == made_by or path.startswith(f"{made_by}/") for made_by in self._made_by)


def list_leases(vault: Connection, path: str) -> frozenset[str]:
    """The ids of every credential's lease under `path`. Raises Failure."""
    names = _listed(vault, f"sys/leases/lookup/{path}")
    return frozenset(f"{path}/{name}" for name in names if not is_of_token(name))


def is_of_token(name: str) -> bool:
    """Whether a lease, by the last part of its id, is a token's and no credential's."""
    return _OF_A_TOKEN.match(name) is not None


def find_leases(vault: Connection, listed: Collection[str], known: Collection[str]) -> list[FoundLease]:
    """Those of the leases just `listed` that live and aren't among `known`. Raises Failure."""
    unknown = sorted(set(listed) - set(known))
    documents = vault.each(lambda lease_id: _lease(vault, lease_id), unknown)
    return [
        FoundLease(document["id"], datetime.fromisoformat(document["issue_time"]))
        for document in documents
        if document
    ]


def find_irrevocable(vault: Connection, paths: Collection[str]) -> list[IrrevocableLease]:
    """Leases under `paths` that Vault has given up on. Raises Failure."""
    data = vault.own("get", "sys/leases?type=irrevocable")["data"]
    return [
        IrrevocableLease(lease["lease_id"], " ".join(str(lease.get("error", "")).split()))
        for lease in data.get("leases") or []
        if lease["lease_id"].rpartition("/")[0] in paths
    ]


def _listed(vault: Connection, path: str) -> list[str]:
    """By GET, as Vault's own clients do: not everything in front of a Vault lets LIST through."""
    try:
        return list(vault.own("get", f"{path}?list=true")["data"]["keys"])
    except Failure as failure:
        if failure.refused(404):
            return []
        raise


def _token(vault: Connection, accessor: str) -> dict[str, Any] | None:
    """None if it went between listing and looking, or is going: then Vault denies that anybody may look."""
    try:
        return dict(vault.own("post", _LOOK_UP, {"accessor": accessor})["data"])
    except Failure as failure:
        if token_is_gone(failure) or (failure.refused(403) and _may(vault, _LOOK_UP)):
            return None
        raise


def _may(vault: Connection, path: str) -> bool:
    """Whether Daypass's own policy lets it write there."""
    answer = vault.own("post", "sys/capabilities-self", {"paths": [path]})["data"]
    return bool({"update", "root"} & set(answer["capabilities"]))


def _lease(vault: Connection, lease_id: str) -> dict[str, Any] | None:
    """None if it went between listing and looking."""
    try:
        return dict(vault.own("put", "sys/leases/lookup", {"lease_id": lease_id})["data"])
    except Failure as failure:
        if lease_is_gone(failure):
            return None
        raise


def _found_token(document: Mapping[str, Any]) -> FoundToken:
    meta = document.get("meta") or {}
    return FoundToken(
        accessor=document["accessor"],
        credential=meta.get("credential", ""),
        grant=meta.get("grant", ""),
        made_at=datetime.fromtimestamp(document["creation_time"], UTC),
    )
