"""Ending a credential whose minting was cut short, so that nobody ever learned its handles.

Another minting under the same path may be under way at this moment, and its lease isn't in the ledger yet
either. Only what is older than any minting can take may therefore be revoked, and only after the same
time may "there is nothing" be believed.
"""

from datetime import datetime, timedelta

from integrations.vault.connection import Connection
from integrations.vault.ending import not_yet, revoke_lease, revoke_token
from integrations.vault.errors import Failure
from integrations.vault.minting import MintingSettings
from integrations.vault.search import (
    FoundLease,
    TokenSearch,
    asked_between,
    clock_ahead,
    find_leases,
    list_leases,
)
from workflows.ports import CredentialHandles, Retryable

_ROUNDING = timedelta(seconds=2)


def end_lost(
    vault: Connection,
    tokens: TokenSearch,
    recipe: MintingSettings,
    handles: CredentialHandles,
    known_leases: frozenset[str],
    now: datetime,
) -> None:
    """Blocks. `now` is the caller's, from when it read `known_leases`. Raises Retryable."""
    try:
        if handles.wrapping_accessor:
            revoke_token(vault, handles.wrapping_accessor)
        ahead = clock_ahead(vault, recipe.clock)
        for token in tokens.find(tokens.accessors()):
            if token.credential == handles.credential:
                revoke_token(vault, token.accessor)
        asked_at, asked_by = asked_between(handles.asked_at, ahead) if handles.asked_at else (None, None)
        strays = find_leases(vault, list_leases(vault, handles.path), known_leases)
        suspects = [lease for lease in strays if not asked_at or lease.issued_at >= asked_at - _ROUNDING]
        settled_before = now + ahead - recipe.settled_after
        for lease in suspects:
            if lease.issued_at < settled_before:
                revoke_lease(vault, lease.lease_id)
                recipe.reach("vault.revoked")
    except Failure as failure:
        raise not_yet(failure, handles.path) from None
    _refuse_while_unsettled(handles.path, asked_by, suspects, settled_before)


def _refuse_while_unsettled(
    path: str, asked_by: datetime | None, suspects: list[FoundLease], settled_before: datetime
) -> None:
    if asked_by and asked_by >= settled_before:
        raise Retryable(
            f"Creating a credential of {path} was interrupted moments ago. "
            "It may still appear in Vault, so Daypass checks again before marking it as revoked."
        )
    if any(lease.issued_at >= settled_before for lease in suspects):
        raise Retryable(
            f"Vault has a new lease under {path} that may belong to a credential being created now. "
            "Daypass checks again before marking this one as revoked."
        )
