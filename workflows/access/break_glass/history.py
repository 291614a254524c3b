"""What somebody has taken before, and was denied: what keeps them from taking more."""

from collections.abc import Iterable
from datetime import datetime

from workflows.access.break_glass.commands import TakenBefore
from workflows.access.break_glass.state import REVIEW, Denial
from workflows.access.state import KIND, STANDING, Access
from workflows.ledger.repository import Repository
from workflows.ports import Directory

DENIALS_READ = 20
"""Of each account, newest first: a denial that counts is an hour or a few old."""


async def taken_before(
    reads: Repository, directory: Directory, person: str, entitlement: str, now: datetime
) -> TakenBefore:
    """What stands against this person's taking it now, under any account that may be theirs."""
    accounts = directory.may_be(person) | {person}
    taken = await reads.awaiting(Access, KIND, REVIEW, accounts)
    return judged(taken, await _denied(reads, accounts, entitlement), entitlement, now)


async def taken_beside(reads: Repository, directory: Directory, state: Access) -> TakenBefore:
    """The same of what was taken: of two that were taken at the same time, the one with the lower id was first."""
    accounts = directory.may_be(state.owner) | {state.owner}
    taken = await reads.awaiting(Access, KIND, REVIEW, accounts)
    earlier = [one for one in taken if one.id < state.id]
    return judged(earlier, None, state.terms.entitlement, state.asked_at)


def judged(taken: Iterable[Access], denied: Denial | None, entitlement: str, now: datetime) -> TakenBefore:
    """What of the access that was taken, and has no review, counts against taking more."""
    known = [(one, one.break_glass) for one in taken if one.break_glass]
    current = [
        one.id
        for one, _ in known
        if one.terms.entitlement == entitlement and one.status in STANDING and _lasts(one, now)
    ]
    return TakenBefore(
        overdue=tuple(one.id for one, glass in known if now >= glass.review_by),
        unreviewed=tuple(one.id for one, _ in known),
        current=current[0] if current else None,
        denied=denied,
    )


def _lasts(state: Access, now: datetime) -> bool:
    grant = state.grant
    return grant is not None and grant.status == "active" and now < grant.ends_at


async def _denied(reads: Repository, accounts: Iterable[str], entitlement: str) -> Denial | None:
    """The last time that they were denied this."""
    found = [
        Denial(request=one.id, by=_denier(one), at=one.decided_at)
        for account in sorted(accounts)
        for one in await reads.page(Access, KIND, ["denied"], None, DENIALS_READ, account)
        if one.terms.entitlement == entitlement and one.decided_at
    ]
    return max(found, key=lambda one: one.at, default=None)


def _denier(state: Access) -> str:
    return next((one.reviewer for one in state.reviews if one.verdict == "deny"), "")
