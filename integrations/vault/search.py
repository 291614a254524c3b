"""Finding in Vault what Daypass has no handles of: tokens by their metadata, leases by their path."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.vault.connection import Connection
from integrations.vault.ending import lease_is_gone, token_is_gone
from integrations.vault.failure import Failure


@dataclass(frozen=True)
class FoundToken:
    """A live token made through Daypass's token role."""

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
    told = vault.health().json().get("server_time_utc")
    return datetime.fromtimestamp(told, UTC) - clock() if told else timedelta()


def find_tokens(vault: Connection, token_role: str) -> list[FoundToken]:
    """Every live token of the role. One lookup for each token in Vault. Raises Failure."""
    accessors = _listed(vault, "auth/token/accessors")
    documents = vault.each(lambda accessor: _token(vault, accessor), accessors)
    made_by = f"auth/token/create/{token_role}"
    return [_found_token(document) for document in documents if document and document.get("path") == made_by]


def find_leases(vault: Connection, path: str, known: Collection[str]) -> list[FoundLease]:
    """Live leases under `path` that aren't among `known`. Raises Failure."""
    ids = [f"{path}/{name}" for name in _listed(vault, f"sys/leases/lookup/{path}")]
    documents = vault.each(lambda lease_id: _lease(vault, lease_id), [i for i in ids if i not in known])
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
    try:
        return list(vault.own("list", path)["data"]["keys"])
    except Failure as failure:
        if failure.status == 404:
            return []
        raise


def _token(vault: Connection, accessor: str) -> dict[str, Any] | None:
    """None if it went between listing and looking."""
    try:
        return dict(vault.own("post", "auth/token/lookup-accessor", {"accessor": accessor})["data"])
    except Failure as failure:
        if token_is_gone(failure):
            return None
        raise


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
