"""How the effects of access are performed: minted and handed over, ended and confirmed."""

import asyncio
import logging
from typing import Protocol

from workflows.access.model import (
    KIND,
    STANDING,
    Access,
    ReportEnded,
    ReportMinted,
    ReportNotEnded,
    ReportNotMinted,
)
from workflows.access.views import HANDLES
from workflows.claim import Claimed
from workflows.outbox import Done, Later, Never, Perform, Result
from workflows.performing import performed_on
from workflows.ports import Handles, LeftBehind, Minted, MintOrder, Permanent, Retryable, Targets, Vault
from workflows.reads import Reads

log = logging.getLogger(__name__)

HANDING_OVER = 5
"""Seconds in which a token is shown or ended: minting and this together stay below the outbox's claim."""


class Delivery(Protocol):
    """Hands a wrapping token to the person it is for; it is kept nowhere."""

    async def opening(self, access: Access, window: str) -> str:
        """Show that minting has begun; where the rest is to be shown. Raises Retryable or Permanent."""

    async def credential(self, access: Access, place: str, minted: Minted) -> None:
        """Show the wrapping token. Raises Retryable or Permanent."""

    async def failure(self, access: Access, place: str, error: Retryable | Permanent) -> None:
        """Show why there is no credential."""


def performers(vault: Vault, targets: Targets, delivery: Delivery, reads: Reads) -> dict[str, Perform]:
    """The performers of `mint` and `end`, over these parts."""

    async def mint(effect: Claimed, state: Access) -> Result:
        return await _mint(effect, state, vault, delivery)

    async def end(effect: Claimed) -> Result:
        return await _end(effect, vault, targets, reads)

    return {"mint": performed_on(Access, reads, mint), "end": end}


async def _mint(effect: Claimed, access: Access, vault: Vault, delivery: Delivery) -> Result:
    """One attempt, by one process: nobody waits at the window for a second, and it would mint twice."""
    id: str = effect.payload["credential"]
    if effect.attempts > 1:
        reason = "Minting was cut short. Whatever it had made is being ended; press Get credentials again."
        return Never(reason, ReportNotMinted(access.id, id, reason, lost=True))
    opening = asyncio.create_task(_open(access, effect.payload["window"], delivery))
    try:
        minted = await vault.mint(_order(access, id))
    except (Retryable, Permanent) as error:
        await _tell_failure(access, await opening, error, delivery)
        return Done(_not_minted(access, id, error))
    delivered = await _hand_over(access, await opening, minted, delivery)
    return Done(
        ReportMinted(
            access.id,
            id,
            minted.accessor,
            minted.lease_id,
            minted.wrapping_accessor,
            delivered=delivered,
            expires_at=minted.expires_at,
            valid_until=minted.valid_until,
            account=minted.account,
        )
    )


def _not_minted(access: Access, id: str, error: Retryable | Permanent) -> ReportNotMinted:
    """What Vault can't take back at once is ended like anything else."""
    if isinstance(error, LeftBehind):
        return ReportNotMinted(access.id, id, str(error), lost=True, valid_until=error.valid_until)
    return ReportNotMinted(access.id, id, str(error), lost=isinstance(error, Retryable))


async def _open(access: Access, window: str, delivery: Delivery) -> str | None:
    try:
        return await delivery.opening(access, window)
    except (Retryable, Permanent) as error:
        log.warning("no window for the credential of %s: %s", access.id, error)
        return None


async def _hand_over(access: Access, place: str | None, minted: Minted, delivery: Delivery) -> bool:
    if place is None:
        return False
    try:
        async with asyncio.timeout(HANDING_OVER):
            await delivery.credential(access, place, minted)
    except (Retryable, Permanent, TimeoutError) as error:
        log.warning("the credential of %s could not be shown and is ended: %s", access.id, error)
        return False
    return True


async def _tell_failure(
    access: Access, place: str | None, why: Retryable | Permanent, delivery: Delivery
) -> None:
    if place is None:
        return
    try:
        await delivery.failure(access, place, why)
    except (Retryable, Permanent) as error:
        log.warning("could not show why %s has no credential: %s", access.id, error)


def _order(access: Access, id: str) -> MintOrder:
    assert access.grant is not None
    recipe = access.terms.vault
    return MintOrder(
        credential=id,
        grant=access.id,
        requester=access.requester,
        vault_policy=recipe.policy,
        secrets_engine=recipe.secrets_engine,
        path=recipe.path,
        parameters=recipe.parameters,
        ends_at=access.grant.ends_at,
    )


async def _end(effect: Claimed, vault: Vault, targets: Targets, reads: Reads) -> Result:
    handles = HANDLES.validate_python(effect.payload)
    known = frozenset() if handles.accessor else await _known_leases(reads)
    try:
        by_vault = await vault.end(handles, known)
        at_target = await _confirm_at_target(handles, targets)
    except (Retryable, Permanent) as error:
        return Later(str(error), ReportNotEnded(effect.subject, handles.credential, str(error)))
    return Done(ReportEnded(effect.subject, handles.credential, handles.accessor, (*by_vault, *at_target)))


async def _confirm_at_target(handles: Handles, targets: Targets) -> tuple[str, ...]:
    """What has confirmed that the account is gone; nothing if there is nothing to ask. Raises Retryable."""
    if handles.target is None or handles.account is None:
        return ()
    target = targets.get(handles.target)
    if target is None:
        raise Retryable(
            f"Vault has ended it, but DAYPASS_TARGETS has no login for {handles.target}, where it was used. "
            "An operator has to add it; until then nobody knows whether sessions are still open there."
        )
    await target.confirm_gone(handles.account)
    return (target.kind,)


async def _known_leases(reads: Reads) -> frozenset[str]:
    held = await reads.in_status(Access, KIND, STANDING)
    return frozenset(
        credential.lease_id for access in held for credential in access.credentials if credential.lease_id
    )
