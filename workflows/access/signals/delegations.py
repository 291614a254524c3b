"""Who could decide a request as a delegate, as signals look at it."""

from collections.abc import Collection, Sequence

from workflows.access.signals.history import Delegation
from workflows.approval.delegates import standing_in
from workflows.policy.accounts import behind
from workflows.policy.bundle import Entitlement
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory


def delegations_for(entitlement: Entitlement, requester: str, directory: Directory) -> tuple[Delegation, ...]:
    """Of a new request: in the stages that every request for it needs."""
    conditional = {one.name for one in entitlement.rule.stage_conditions}
    stages = [one for one in entitlement.rule.stages if one.name not in conditional]
    excluded = {requester, *behind(requester, directory)}
    return delegations_in_stages(stages, requester, directory, excluded, ())


def delegations_in_stages(
    stages: Sequence[StageTerms],
    requester: str,
    directory: Directory,
    excluded: Collection[str],
    escalated: Collection[str],
) -> tuple[Delegation, ...]:
    """Of what is decided in these stages."""
    here = with_manager(directory, requester)
    return tuple(
        Delegation(delegate, approver, away.absence, away.since)
        for delegate, approver in standing_in(stages, here, excluded, escalated)
        for away in [directory.away[approver]]
    )
