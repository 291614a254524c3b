"""The control test of self-approval: the rules are asked to let people approve their own requests, and have to refuse.

The requests are made here and never recorded, so they are in nobody's way. They are decided by the same function, under the
same policy and people, as a click in Slack.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from workflows.access.commands import ReviewAccess
from workflows.access.decide import decide
from workflows.access.events import Requested
from workflows.access.evolve import evolve
from workflows.access.refusals import OWN_REQUEST
from workflows.access.request_digest import request_digest
from workflows.access.state import KIND, Access
from workflows.policy.bundle import Bundle, Entitlement, terms_of
from workflows.system.control_tests.state import Result
from workflows.workflow import Actor, Decision, Refused, World, derived

Decides = Callable[[Access, ReviewAccess, Actor, World, datetime], Decision]
"""What a click means: `workflows.access.decide`."""
MAX_APPROVERS = 50
"""Approvers tried for each entitlement."""
_WHY = "Daypass tries whether people can approve their own requests."


@dataclass(frozen=True)
class Attempt:
    """Someone approves a request that is their own, by this account."""

    entitlement: str
    requester: str
    account: str
    refusal: Refused | None
    """None: it was taken."""

    @property
    def prevented(self) -> bool:
        return self.refusal is not None and self.refusal.code == OWN_REQUEST.code


def try_self_approval(world: World, now: datetime, decides: Decides = decide) -> Result:
    """Try it for every entitlement that needs an approval, with its approvers as requesters and all their accounts."""
    tried = [
        one
        for entitlement in world.bundle.entitlements.values()
        for one in _attempts(entitlement, world, now, decides)
    ]
    if not tried:
        return Result(outcome="interrupted", found="No entitlement has an approver who could be tried.")
    entitlements = len({one.entitlement for one in tried})
    what = f"{len(tried)} approvals of people's own requests, for {entitlements} entitlements"
    if open_to := sorted({one.entitlement for one in tried if not one.prevented}):
        count = sum(not one.prevented for one in tried)
        sentence = f"{count} of {what}, weren't refused as their own: {', '.join(open_to[:5])}."
        return Result(outcome="failed", found=sentence)
    return Result(outcome="passed", found=f"All {what}, were refused.")


def _attempts(entitlement: Entitlement, world: World, now: datetime, decides: Decides) -> Iterator[Attempt]:
    for requester in _approvers(entitlement, world)[:MAX_APPROVERS]:
        request = _request(world.bundle, entitlement, requester, now)
        command = ReviewAccess(request.id, "approve", request.digest, request.terms.digest, confirmed=True)
        for account in sorted(world.directory.may_be(requester)):
            decision = decides(request, command, Actor(account), world, now)
            refusal = decision if isinstance(decision, Refused) else None
            yield Attempt(entitlement.id, requester, account, refusal)


def _approvers(entitlement: Entitlement, world: World) -> list[str]:
    groups: Iterable[str] = {group for stage in entitlement.rule.stages for group in stage.approvers}
    return sorted(world.directory.all_members_of(groups))


def _request(bundle: Bundle, entitlement: Entitlement, requester: str, now: datetime) -> Access:
    """A pending request of theirs, as it would stand in the ledger."""
    terms, subject = (
        terms_of(bundle, entitlement),
        derived(KIND, now, "self-approval", requester, entitlement.id),
    )
    digest = request_digest(subject, requester, terms, terms.default, _WHY, None, None, None, None, {})
    return evolve(
        None,
        Requested(
            id=subject,
            requester=requester,
            seconds=terms.default,
            justification=_WHY,
            ticket=None,
            terms=terms,
            digest=digest,
            at=now,
            seen={},
        ),
    )
