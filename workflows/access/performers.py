"""How the effects of access are performed: minted and handed over, ended and confirmed."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from workflows.access import WORKFLOW
from workflows.access.break_glass.performers import why_blocked
from workflows.access.commands import ReportEnded, ReportMinted, ReportNotEnded, ReportNotMinted, Revoke
from workflows.access.objection import objection
from workflows.access.state import KIND, STANDING, Access
from workflows.access.vault_quorum.state import VaultRequest
from workflows.access.views import HANDLES
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Later, Never, Performer, Result
from workflows.ledger.replayed_state import Derived, Rederiving
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool
from workflows.policy.evaluation.inputs import filled_in
from workflows.ports import (
    CredentialHandles,
    LeftBehind,
    Minted,
    MintOrder,
    Permanent,
    Retryable,
    Targets,
    Vault,
)
from workflows.workflow import World

log = logging.getLogger(__name__)

HANDING_OVER = 5
"""Seconds in which a token is shown or ended, and in which a failure is told."""
NOWHERE = "There was no window to show it in, so no credential was created."
UNSEEN = (
    "It was created, but Slack didn't show it, so it's being revoked. It doesn't count against your limit."
)
MAX_MINT_SECONDS = 60.0
"""Seconds for one attempt, longer than Vault and Slack together can take: both give up before."""
SEARCHES = 2
"""Of the workers that end credentials, how many at most search Vault for one that nobody has handles of."""
MINTING = Pool("minting", workers=8, ahead=4, urgent=True)
ENDING = Pool("ending", workers=8, ahead=4, urgent=True)


class Delivery(Protocol):
    """Hands a wrapping token to the person it is for; it is kept nowhere."""

    async def opening(self, access: Access, window: str) -> str:
        """Show that minting is about to begin; where the rest is to be shown.

        Raises Retryable or Permanent when there is no such place, and has said so to whoever waits.
        """

    async def credential(self, access: Access, place: str, minted: Minted) -> None:
        """Show the wrapping token. Raises Retryable or Permanent when nobody can be sure that it is seen."""

    async def waiting(self, access: Access, place: str, asked: VaultRequest) -> None:
        """Show for whom of Vault's own approvers it waits. Raises Retryable or Permanent."""

    async def failure(self, access: Access, place: str, error: Retryable | Permanent) -> None:
        """Show why there is no credential, or tell it in another way. Raises Retryable or Permanent."""


def performers(
    vault: Vault,
    targets: Targets,
    delivery: Delivery,
    reads: Repository,
    rederiving: Rederiving,
    world: Callable[[], World],
) -> dict[str, Performer]:
    """The performers of `mint` and `end`, over these parts."""
    searching = asyncio.Semaphore(SEARCHES)

    async def mint(effect: ClaimedEffect, found: Derived[Access]) -> Result:
        why = objection(found.state, found.story, effect.payload["credential"], world())
        why = why or await why_blocked(reads, world(), found.state)
        return await _mint(effect, found.state, vault, delivery, why)

    async def end(effect: ClaimedEffect) -> Result:
        if effect.payload["accessor"]:
            return await _end(effect, vault, targets, frozenset())
        if searching.locked():
            return Later("Vault is being searched for other credentials.", pause=1)
        async with searching:
            return await _end(effect, vault, targets, await _known_leases(reads))

    return {
        "mint": Performer(
            rederiving.performed(WORKFLOW, Access, mint, refused_minting, end=end_all),
            MINTING,
            MAX_MINT_SECONDS,
        ),
        "end": Performer(end, ENDING, MAX_MINT_SECONDS, told=_not_ended),
    }


def refused_minting(effect: ClaimedEffect, reason: str) -> ReportNotMinted:
    """An earlier attempt may have left something in Vault, whatever is thought of it now."""
    return ReportNotMinted(effect.subject, effect.payload["credential"], reason, lost=effect.attempts > 1)


def end_all(effect: ClaimedEffect, reason: str) -> Revoke:
    """What was made before is ended, if the log doesn't bear out what is asked for."""
    return Revoke(effect.subject, reason)


async def _mint(
    effect: ClaimedEffect, access: Access, vault: Vault, delivery: Delivery, why_not: str | None
) -> Result:
    """One attempt, by one process: nobody waits at the window for a second, and it would mint twice.

    Nothing is minted before the window stands, and what isn't seen in it is ended.
    """
    id: str = effect.payload["credential"]
    if effect.attempts > 1:
        reason = "Creating it was interrupted. Anything already created is being revoked; press Get credentials again."
        return Never(reason, ReportNotMinted(access.id, id, reason, lost=True))
    place = await opened(access, effect.payload["window"], delivery)
    if place is None:
        return Done(ReportNotMinted(access.id, id, NOWHERE, lost=False))
    if why_not:
        await tell_failure(access, place, Permanent(why_not), delivery)
        return Never(why_not, refused_minting(effect, why_not))
    try:
        minted = await vault.mint(mint_order(access, id))
    except (Retryable, Permanent) as error:
        await tell_failure(access, place, error, delivery)
        return Done(not_minted(access, id, error))
    return await handed_over(access, id, place, minted, delivery)


async def handed_over(access: Access, id: str, place: str, minted: Minted, delivery: Delivery) -> Done:
    """Hand over what was made; what nobody saw is ended, and doesn't count."""
    return Done(
        ReportMinted(
            access.id,
            id,
            minted.accessor,
            minted.lease_id,
            minted.wrapping_accessor,
            delivered=await _seen(access, place, minted, delivery),
            expires_at=minted.expires_at,
            valid_until=minted.valid_until,
            account=minted.account,
        )
    )


def not_minted(access: Access, id: str, error: Retryable | Permanent) -> ReportNotMinted:
    """What Vault can't take back at once is ended like anything else."""
    if isinstance(error, LeftBehind):
        return ReportNotMinted(access.id, id, str(error), lost=True, valid_until=error.valid_until)
    return ReportNotMinted(access.id, id, str(error), lost=isinstance(error, Retryable))


async def opened(access: Access, window: str, delivery: Delivery) -> str | None:
    """Where a credential can be shown, opened by the click that asked for it; None if there is no such place."""
    try:
        return await delivery.opening(access, window)
    except (Retryable, Permanent) as error:
        log.warning("no window for the credential of %s: %s", access.id, error)
        return None


async def _seen(access: Access, place: str, minted: Minted, delivery: Delivery) -> bool:
    try:
        async with asyncio.timeout(HANDING_OVER):
            await delivery.credential(access, place, minted)
    except (Retryable, Permanent, TimeoutError) as error:
        log.warning("the credential of %s could not be shown and is ended: %s", access.id, error)
        await tell_failure(access, place, Permanent(UNSEEN), delivery)
        return False
    return True


async def tell_failure(access: Access, place: str, why: Retryable | Permanent, delivery: Delivery) -> None:
    """Show why there is no credential, if anybody still looks."""
    try:
        async with asyncio.timeout(HANDING_OVER):
            await delivery.failure(access, place, why)
    except (Retryable, Permanent, TimeoutError) as error:
        log.warning("could not show why %s has no credential: %s", access.id, error)


def mint_order(access: Access, id: str) -> MintOrder:
    """What Vault is asked for under this grant, with the inputs in their places. Raises ValueError if they aren't what
    its terms ask for."""
    assert access.grant is not None
    recipe = access.terms.vault
    return MintOrder(
        credential=id,
        grant=access.id,
        requester=access.requester,
        vault_policy=recipe.policy,
        secrets_engine=recipe.secrets_engine,
        path=recipe.path,
        parameters=filled_in(recipe.parameters, access.terms.inputs, access.inputs),
        ends_at=access.grant.ends_at,
        granted=access.grant.ends_at - access.grant.starts_at,
    )


async def _end(effect: ClaimedEffect, vault: Vault, targets: Targets, known_leases: frozenset[str]) -> Result:
    handles = HANDLES.validate_python(effect.payload)
    try:
        by_vault = await vault.end(handles, known_leases)
        at_target = await _confirm_at_target(handles, targets)
    except (Retryable, Permanent) as error:
        return Later(str(error), _not_ended(effect, str(error)))
    return Done(ReportEnded(effect.subject, handles.credential, handles.accessor, (*by_vault, *at_target)))


async def _confirm_at_target(handles: CredentialHandles, targets: Targets) -> tuple[str, ...]:
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


def _not_ended(effect: ClaimedEffect, reason: str) -> ReportNotEnded:
    return ReportNotEnded(effect.subject, effect.payload["credential"], reason)


async def _known_leases(reads: Repository) -> frozenset[str]:
    held = await reads.in_status(Access, KIND, STANDING)
    return frozenset(
        credential.lease_id for access in held for credential in access.credentials if credential.lease_id
    )
