"""How the effects of kits are performed: the other requests are made, and closed when one of them is denied."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from workflows.access.commands import RequestAccess
from workflows.access.extensions import extended
from workflows.access.kits.commands import AskedKit, CloseWithKit, ReportKitRefusal
from workflows.access.kits.state import KitMember
from workflows.access.kits.whole import members_of
from workflows.access.refusals import OVER
from workflows.access.state import Access
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import INTERNAL
from workflows.workflow import OUTBOX, Actor

MAX_SECONDS = 60.0
SURFACE = "outbox"


def kit_performers(ledger: Ledger, reads: Repository, now: Callable[[], datetime]) -> dict[str, Performer]:
    """The performers of `request-kit` and `close-kit`, over these parts."""

    async def request(effect: ClaimedEffect, state: Access) -> Result:
        """In the requester's name, who has asked for all of it. Made again after a crash, each is made once."""
        assert state.kit is not None
        known = await members_of(reads, state.kit)
        for member in state.kit.members[1:]:
            if member.request in known or _is_given_up(known):
                continue
            if code := await _refused(state, member):
                await ledger.handle(ReportKitRefusal(state.id, member.entitlement, code), OUTBOX, SURFACE)
        return await _close(await members_of(reads, state.kit))

    async def _refused(state: Access, member: KitMember) -> str | None:
        """Request it, and give the code of the refusal; None if it was requested."""
        extends = None
        if state.extends:
            before = await _extended_by(reads, state.extends.grant, member.entitlement)
            extends = extended(before, now()) if before else None
            if extends is None:
                return OVER.code
        command = replace(request_of(state, member), extends=extends)
        outcome = await ledger.handle(command, Actor(state.owner), SURFACE)
        return outcome.refusal.code if outcome.refusal else None

    async def close(effect: ClaimedEffect, state: Access) -> Result:
        assert state.kit is not None
        return await _close(await members_of(reads, state.kit))

    async def _close(known: Mapping[str, Access]) -> Result:
        """What is still pending of a kit of which something was denied."""
        denied = next((one.terms.title for one in known.values() if one.status == "denied"), None)
        for one in known.values():
            if denied and one.status == "pending":
                await ledger.handle(CloseWithKit(one.id, denied), OUTBOX, SURFACE)
        return Done()

    return {
        "request-kit": Performer(performed_on(Access, reads, request), INTERNAL, MAX_SECONDS),
        "close-kit": Performer(performed_on(Access, reads, close), INTERNAL, MAX_SECONDS),
    }


async def _extended_by(reads: Repository, grant: str, entitlement: str) -> Access | None:
    """The request for this entitlement in the kit of which that grant is one."""
    first = await reads.find(Access, grant)
    found = (await members_of(reads, first.kit)).values() if first and first.kit else ()
    return next((one for one in found if one.terms.entitlement == entitlement), None)


def request_of(first: Access, member: KitMember) -> RequestAccess:
    """The request for one of the kit's other entitlements, as its first one was made."""
    assert first.kit is not None
    members = tuple((one.entitlement, one.seconds) for one in first.kit.members)
    return RequestAccess(
        member.request,
        member.entitlement,
        member.seconds,
        first.justification,
        first.ticket,
        starts_at=first.starts_at,
        kit=AskedKit(first.kit.name, members, first.id),
    )


def _is_given_up(known: Mapping[str, Access]) -> bool:
    """Whether something of it was denied or withdrawn, so that nothing more is requested."""
    return any(one.status in ("denied", "withdrawn") for one in known.values())
