"""How the effects of access are performed: minted and handed over, ended and confirmed."""

import asyncio
import logging
from datetime import datetime
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
from workflows.claim import Claimed
from workflows.outbox import Done, Later, Never, Performer, Result
from workflows.performing import performed_on
from workflows.pools import Pool
from workflows.ports import Handles, Minted, MintOrder, Permanent, Retryable, Vault
from workflows.reads import Reads

log = logging.getLogger(__name__)

HANDING_OVER = 5
"""Seconds in which a token is shown or ended."""
LONGEST = 60.0
"""Seconds for one attempt, longer than Vault and Slack together can take: both give up before."""
SEARCHES = 2
"""Of the workers that end credentials, how many at most search Vault for one that nobody has handles of."""
MINTING = Pool("minting", workers=8, ahead=4, urgent=True)
ENDING = Pool("ending", workers=8, ahead=4, urgent=True)


class Delivery(Protocol):
    """Hands a wrapping token to the person it is for; it is kept nowhere."""

    async def opening(self, access: Access, window: str) -> str:
        """Show that minting has begun; where the rest is to be shown. Raises Retryable or Permanent."""

    async def credential(self, access: Access, place: str, minted: Minted) -> None:
        """Show the wrapping token. Raises Retryable or Permanent."""

    async def failure(self, access: Access, place: str, error: Retryable | Permanent) -> None:
        """Show why there is no credential."""


def performers(vault: Vault, delivery: Delivery, reads: Reads) -> dict[str, Performer]:
    """The performers of `mint` and `end`, over these parts."""
    searching = asyncio.Semaphore(SEARCHES)

    async def mint(effect: Claimed, state: Access) -> Result:
        return await _mint(effect, state, vault, delivery)

    async def end(effect: Claimed) -> Result:
        if effect.payload["accessor"]:
            return await _end(effect, vault, frozenset())
        if searching.locked():
            return Later("Vault is being searched for other credentials.", pause=1)
        async with searching:
            return await _end(effect, vault, await _known_leases(reads))

    return {
        "mint": Performer(performed_on(Access, reads, mint), MINTING, LONGEST),
        "end": Performer(end, ENDING, LONGEST, told=_not_ended),
    }


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
        cut_off = isinstance(error, Retryable)
        return Done(ReportNotMinted(access.id, id, str(error), lost=cut_off))
    delivered = await _hand_over(access, await opening, minted, delivery)
    return Done(
        ReportMinted(
            access.id, id, minted.accessor, minted.lease_id, minted.wrapping_accessor, delivered=delivered
        )
    )


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
        path=recipe.path,
        parameters=recipe.parameters,
        ends_at=access.grant.ends_at,
        granted=access.grant.ends_at - access.grant.starts_at,
    )


async def _end(effect: Claimed, vault: Vault, known_leases: frozenset[str]) -> Result:
    asked_at = datetime.fromisoformat(effect.payload["asked_at"])
    handles = Handles(**{**effect.payload, "asked_at": asked_at})
    try:
        await vault.end(handles, known_leases)
    except (Retryable, Permanent) as error:
        return Later(str(error), _not_ended(effect, str(error)))
    return Done(ReportEnded(effect.subject, handles.credential, handles.accessor))


def _not_ended(effect: Claimed, reason: str) -> ReportNotEnded:
    return ReportNotEnded(effect.subject, effect.payload["credential"], reason)


async def _known_leases(reads: Reads) -> frozenset[str]:
    held = await reads.in_status(Access, KIND, STANDING)
    return frozenset(
        credential.lease_id for access in held for credential in access.credentials if credential.lease_id
    )
