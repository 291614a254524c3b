"""Whether a static secret that was handed out has been changed since: nothing else ends what its holder knows.

Only the metadata is read, which holds no secret (https://openbao.org/api-docs/secret/kv/kv-v2/#read-secret-metadata).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.vault.connection import Connection
from integrations.vault.ending import not_yet
from integrations.vault.errors import Failure
from workflows.policy.engines import Engine
from workflows.policy.engines.kv import VERSION
from workflows.ports import CredentialHandles, Retryable

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def refuse_unless_changed(
    vault: Connection, engine: Engine, handles: CredentialHandles, read_by: datetime | None
) -> None:
    """Return if the secret was changed after it was read for this credential. Blocks. Raises Retryable.

    `read_by` is when it had been read at the latest, by Vault's clock: it counts where nobody learned the version.
    """
    (where,) = engine.bounds_of(handles.path)
    try:
        metadata = vault.own("get", where)["data"]
    except Failure as failure:
        if failure.refused(404):
            raise Retryable(_unchanged(handles, "is no longer in Vault, so nobody can tell")) from None
        raise not_yet(failure, handles.path) from None
    if not changed(metadata, handles.account, read_by):
        raise Retryable(_unchanged(handles, "hasn't been changed since"))


def changed(metadata: Mapping[str, Any], account: str | None, read_by: datetime | None) -> bool:
    """Whether the current version is newer than the one that was read. A secret made anew is. Pure."""
    current = int(metadata.get("current_version") or 0)
    if account and current > int(account.removeprefix(VERSION)):
        return True
    versions = metadata.get("versions") or {}
    newest = _moment((versions.get(str(current)) or {}).get("created_time"))
    made_anew = _moment(metadata.get("created_time"))
    since = made_anew if account else newest
    return read_by is not None and since > read_by


def _moment(told: object) -> datetime:
    """Vault says nanoseconds, of which Python reads the first six digits."""
    try:
        return datetime.fromisoformat(str(told))
    except ValueError:
        return _LONG_AGO


def _unchanged(handles: CredentialHandles, how: str) -> str:
    read = "was read" if handles.account else "may have been read"
    return (
        f"{handles.path} can't be taken back: it {read}, and {how}. Whoever manages it has to change it where it is used "
        "and write the new one to Vault; then this access ends."
    )
