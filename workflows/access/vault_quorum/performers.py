"""How a credential that Vault's own approvers guard is made: asked for, waited for, and collected by its requester.

One attempt does all of it, in one process, because the tokens that can have it made stand in that process's memory and
nowhere else. When the process dies, another finds a second attempt: what was asked for is ended, and people are told.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from workflows.access import WORKFLOW
from workflows.access.commands import ReportNotMinted
from workflows.access.objection import objection
from workflows.access.performers import (
    HANDING_OVER,
    NOWHERE,
    Delivery,
    end_all,
    handed_over,
    mint_order,
    not_minted,
    opened,
    refused_minting,
    tell_failure,
)
from workflows.access.state import Access
from workflows.access.vault_quorum.asked import Asked, Authorized, VaultQuorum
from workflows.access.vault_quorum.commands import ReportVaultAsked, ReportVaultAuthorized
from workflows.access.vault_quorum.effects import ASK
from workflows.access.vault_quorum.state import VaultRequest
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Never, Performer, Result
from workflows.ledger.replayed_state import Derived, Rederiving
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool
from workflows.ports import Permanent, Retryable
from workflows.workflow import OUTBOX, World

log = logging.getLogger(__name__)

WAITING = Pool("waiting for Vault's approvers", workers=64, lingers=True)
MAX_WAIT_SECONDS = 7 * 86_400.0
"""For one attempt: longer than any grant of high or critical risk, which ends the wait before."""
LOOK_EVERY = 3.0
"""Seconds between two looks at what Vault has, and at whether it is still wanted, at most."""
INTERRUPTED = (
    "Daypass restarted while Vault's approvers were being asked. Nothing was created. Press Get credentials again, and "
    "they are asked again."
)
NOT_WANTED = "The grant ended before the credential was collected."


@dataclass(frozen=True)
class _Parts:
    vault: VaultQuorum
    delivery: Delivery
    ledger: Ledger
    reads: Repository
    rederiving: Rederiving
    world: Callable[[], World]
    look_every: float


def quorum_performers(
    vault: VaultQuorum,
    delivery: Delivery,
    ledger: Ledger,
    reads: Repository,
    rederiving: Rederiving,
    world: Callable[[], World],
    look_every: float,
) -> dict[str, Performer]:
    """The performer of `mint-with-vault-quorum`; it looks at Vault once in `look_every` seconds, and in three at most."""
    parts = _Parts(vault, delivery, ledger, reads, rederiving, world, min(look_every, LOOK_EVERY))

    async def mint(effect: ClaimedEffect, found: Derived[Access]) -> Result:
        return await _mint(parts, effect, found)

    return {
        ASK: Performer(
            rederiving.performed(WORKFLOW, Access, mint, refused_minting, end=end_all),
            WAITING,
            MAX_WAIT_SECONDS,
        )
    }


async def _mint(parts: _Parts, effect: ClaimedEffect, found: Derived[Access]) -> Result:
    access, id = found.state, str(effect.payload["credential"])
    if effect.attempts > 1:
        return Never(INTERRUPTED, ReportNotMinted(access.id, id, INTERRUPTED, lost=True))
    place = await opened(access, effect.payload["window"], parts.delivery)
    if place is None:
        return Done(ReportNotMinted(access.id, id, NOWHERE, lost=False))
    try:
        if why := objection(access, found.story, id, parts.world()):
            raise Permanent(why)
        asked = await parts.vault.ask(mint_order(access, id), access.terms.approvals)
    except (Retryable, Permanent) as error:
        await tell_failure(access, place, error, parts.delivery)
        return Done(not_minted(access, id, error))
    report = ReportVaultAsked(access.id, id, asked.accessor, asked.until, asked.approvals, asked.groups)
    await parts.ledger.handle(report, OUTBOX, "outbox")
    await _show_waiting(parts, access, id, place)
    return await _waited(parts, effect, id, asked)


async def _waited(parts: _Parts, effect: ClaimedEffect, id: str, asked: Asked) -> Result:
    """Look until it is made, or never will be."""
    seen, windows = Authorized(), {str(effect.payload["window"])}
    while True:
        state = await parts.reads.find(Access, effect.subject)
        request = wanted(state, id)
        if state is None or request is None:
            return await _given_up(parts, effect, id, asked, NOT_WANTED)
        try:
            now = await parts.vault.authorized(asked)
        except Permanent as error:
            return await _given_up(parts, effect, id, asked, str(error))
        except Retryable as error:
            log.warning("Vault's approvals of %s can't be seen: %s", id, error)
            now = seen
        if now != seen:
            seen = now
            await parts.ledger.handle(
                ReportVaultAuthorized(state.id, id, now.by, now.enough), OUTBOX, "outbox"
            )
        if request.enough and request.window and request.window not in windows:
            windows.add(request.window)
            place = await opened(state, request.window, parts.delivery)
            if place is not None:
                return await _collected(parts, effect, id, asked, place)
        await asyncio.sleep(parts.look_every)


def wanted(state: Access | None, id: str) -> VaultRequest | None:
    """What Vault was asked for, if the credential is wanted still."""
    credential = state.credential(id) if state and state.status == "active" else None
    return credential.asked_of_vault if credential and credential.status == "minting" else None


async def _collected(parts: _Parts, effect: ClaimedEffect, id: str, asked: Asked, place: str) -> Result:
    """Have it made and hand it over, if the log still bears it out."""
    found = await parts.rederiving.derived(WORKFLOW, Access, effect)
    why = found if isinstance(found, str) else objection(found.state, found.story, id, parts.world())
    if isinstance(found, str) or why:
        state = await parts.reads.find(Access, effect.subject)
        if state:
            await tell_failure(state, place, Permanent(str(why)), parts.delivery)
        return await _given_up(parts, effect, id, asked, str(why))
    access = found.state
    try:
        minted = await parts.vault.collect(mint_order(access, id), asked)
    except (Retryable, Permanent) as error:
        await tell_failure(access, place, error, parts.delivery)
        return Done(not_minted(access, id, error))
    return await handed_over(access, id, place, minted, parts.delivery)


async def _given_up(parts: _Parts, effect: ClaimedEffect, id: str, asked: Asked, why: str) -> Result:
    """It will never be made: Vault forgets it now, or it is ended as anything that was lost is."""
    lost = False
    try:
        await parts.vault.give_up(asked)
    except (Retryable, Permanent) as error:
        log.warning("Vault's request for %s can't be revoked yet: %s", id, error)
        lost = True
    return Done(ReportNotMinted(effect.subject, id, why, lost=lost))


async def _show_waiting(parts: _Parts, access: Access, id: str, place: str) -> None:
    state = await parts.reads.find(Access, access.id)
    request = wanted(state, id)
    if state is None or request is None:
        return
    try:
        async with asyncio.timeout(HANDING_OVER):
            await parts.delivery.waiting(state, place, request)
    except (Retryable, Permanent, TimeoutError) as error:
        log.warning("could not show that %s waits for Vault's approvers: %s", access.id, error)
