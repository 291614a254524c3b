"""Ending a credential so that it is known to be gone, not only said to be (P7)."""

from collections.abc import Callable

from integrations.vault.connection import Connection
from integrations.vault.errors import Failure, explained
from workflows.ports import CredentialHandles, Retryable


def end_known(vault: Connection, handles: CredentialHandles, reach: Callable[[str], None]) -> None:
    """End a credential by its handles, and confirm it. Blocks. Raises Retryable with Vault's reason.

    The wrapping token goes first: what wasn't unwrapped yet never will be, even while the lease holds
    out. The token goes last: its death would only move the lease into Vault's background queue.
    """
    try:
        if handles.wrapping_accessor:
            revoke_token(vault, handles.wrapping_accessor)
        if handles.lease_id:
            revoke_lease(vault, handles.lease_id)
            reach("vault.revoked")
        if handles.accessor:
            revoke_token(vault, handles.accessor)
        still_there = handles.lease_id is not None and lease_exists(vault, handles.lease_id)
    except Failure as failure:
        raise not_yet(failure, handles.path) from None
    if still_there:
        raise Retryable(f"Vault confirmed revoking the credential of {handles.path} but still has its lease.")


def not_yet(failure: Failure, path: str) -> Retryable:
    """However bad the reason, an ending is tried until it is confirmed."""
    remedy = "An operator has to check Daypass's own policy in Vault."
    return Retryable(str(explained(failure, f"revoke the credential of {path} yet", remedy)))


def revoke_lease(vault: Connection, lease_id: str) -> None:
    """Returns when the lease's engine has done it; a lease unknown to Vault is no error. Raises Failure."""
    vault.own("put", "sys/leases/revoke", {"lease_id": lease_id, "sync": True})


def revoke_token(vault: Connection, accessor: str) -> None:
    """A token unknown to Vault is no error. Raises Failure."""
    try:
        vault.own("post", "auth/token/revoke-accessor", {"accessor": accessor})
    except Failure as failure:
        if not token_is_gone(failure):
            raise


def token_is_gone(failure: Failure) -> bool:
    """The accessor is unknown, or known for one moment more than its token (as right after an unwrap)."""
    return failure.refused_saying("invalid accessor") or failure.refused_saying("token not found")


def lease_exists(vault: Connection, lease_id: str) -> bool:
    try:
        vault.own("put", "sys/leases/lookup", {"lease_id": lease_id})
    except Failure as failure:
        if lease_is_gone(failure):
            return False
        raise
    return True


def lease_is_gone(failure: Failure) -> bool:
    return failure.refused_saying("invalid lease")
