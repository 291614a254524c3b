"""Comparing Vault with the ledger: what shouldn't be there is revoked and told, and what is missing is told."""

from collections.abc import Collection, Mapping
from datetime import datetime

from integrations.vault.connection import Connection
from integrations.vault.ending import revoke_lease, revoke_token
from integrations.vault.errors import Failure, explained
from integrations.vault.minting import MintingSettings
from integrations.vault.search import (
    FoundLease,
    FoundToken,
    TokenSearch,
    clock_ahead,
    find_irrevocable,
    find_leases,
    list_leases,
)
from workflows.ports import CredentialHandles, VaultDrift


def reconcile(
    vault: Connection,
    tokens: TokenSearch,
    recipe: MintingSettings,
    paths: Collection[str],
    live: Mapping[str, CredentialHandles],
    now: datetime,
) -> list[VaultDrift]:
    """Blocks. `now` is from when `live` was read: what may have been under way then is let be.

    Irrevocable leases come first, so that one isn't reported twice. Raises Retryable or Permanent.
    """
    known = {handles.lease_id for handles in live.values() if handles.lease_id}
    accessors = {handles.accessor for handles in live.values() if handles.accessor}
    try:
        settled_before = now + clock_ahead(vault, recipe.clock) - recipe.settled_after
        given_up = find_irrevocable(vault, paths)
        listed = tokens.accessors()
        strays = [t for t in tokens.find(listed, accessors) if _stray(t, live, settled_before)]
        expected = known | {lease.lease_id for lease in given_up}
        lying = frozenset[str]().union(*(list_leases(vault, path) for path in paths))
        leases = find_leases(vault, lying, expected)
    except Failure as failure:
        raise explained(
            failure, "be compared with the ledger", "An operator has to look at Daypass's own policy."
        ) from None
    irrevocable = [
        VaultDrift(
            f"irrevocable:{lease.lease_id}",
            f"Vault gave up revoking the lease {lease.lease_id}: {lease.reason or 'no reason given'}. "
            "An operator has to remove the credential at its target, then force the revocation.",
            repaired=False,
        )
        for lease in given_up
    ]
    settled = [lease for lease in leases if lease.issued_at < settled_before]
    return [
        *irrevocable,
        *(_end_token(vault, token) for token in strays),
        *(_end_lease(vault, lease) for lease in settled),
        *(
            _missing(handles)
            for handles in live.values()
            if _settled(handles, now - recipe.settled_after) and _gone(handles, listed, lying)
        ),
    ]


def _settled(handles: CredentialHandles, before: datetime) -> bool:
    """Whether it was asked for so long ago that every node of Vault has it: a standby's list may be a moment old."""
    return handles.asked_at is None or handles.asked_at < before


def _gone(handles: CredentialHandles, accessors: Collection[str], leases: Collection[str]) -> bool:
    """Whether Vault has lost a credential's token or lease; one whose minting is under way has neither yet."""
    if handles.accessor and handles.accessor not in accessors:
        return True
    return handles.lease_id is not None and handles.lease_id not in leases


def _missing(handles: CredentialHandles) -> VaultDrift:
    return VaultDrift(
        f"missing:{handles.credential}",
        f"Vault no longer has the credential {handles.credential} of {handles.path}, which Daypass counted as "
        "live: it was revoked by hand, or Vault ended it early. Daypass has marked it as ended; its holder can get "
        "another. If nobody revoked it, run `daypass check BUNDLE --vault` and check whether it still works at its "
        "target: a Vault restored from a backup forgets credentials it gave out.",
        repaired=True,
        missing=handles.credential,
    )


def _stray(token: FoundToken, live: Mapping[str, CredentialHandles], settled_before: datetime) -> bool:
    """Made by one of Daypass's token roles, and not the token of any credential: whatever its metadata says."""
    named = live.get(token.credential)
    expected = named is not None and named.accessor in (None, token.accessor)
    return not expected and token.made_at < settled_before


def _end_token(vault: Connection, token: FoundToken) -> VaultDrift:
    key = f"token:{token.accessor}"
    what = (
        f"Vault had a live token for credential {token.credential} of grant {token.grant}, which isn't the one "
        "Daypass counts as live"
        if token.credential
        else "Vault had a live token of a grant's token role that belongs to no credential"
    )
    try:
        revoke_token(vault, token.accessor)
    except Failure as failure:
        return VaultDrift(key, f"{what}. It couldn't be revoked: {failure.reason}.", repaired=False)
    return VaultDrift(key, f"{what}. It was revoked.", repaired=True)


def _end_lease(vault: Connection, lease: FoundLease) -> VaultDrift:
    key = f"lease:{lease.lease_id}"
    what = f"Vault had the lease {lease.lease_id}, which belongs to no live credential"
    try:
        revoke_lease(vault, lease.lease_id)
    except Failure as failure:
        return VaultDrift(key, f"{what}. It couldn't be revoked: {failure.reason}.", repaired=False)
    return VaultDrift(key, f"{what}. It was revoked.", repaired=True)
