"""Access that an incident's playbook asks for: when running the step was an approval."""

from workflows.access.commands import PlaybookOrigin, RequestAccess
from workflows.access.events import Requested, Reviewed
from workflows.workflow import World


def approved_by_running(ground: PlaybookOrigin, command: RequestAccess, world: World) -> bool:
    """Whether running the step was an approval: by the role that the bundle says, for somebody else, and
    under the policy that the step was shown under. Where a click isn't enough, running a step isn't either."""
    rule = world.bundle.entitlements[command.entitlement].in_incident
    directory = world.directory
    return (
        rule is not None
        and world.bundle.entitlements[command.entitlement].rule.assurance == "click"
        and ground.policy == world.bundle.digest
        and ground.severity in rule.severities
        and ground.role in rule.roles
        and rule.approver in ground.asked_as
        and (rule.longest is None or command.seconds <= rule.longest)
        and directory.identity(ground.asked_by) != directory.identity(ground.holder)
    )


def run_as_review(ground: PlaybookOrigin, requested: Requested, world: World) -> Reviewed:
    """The review that running the step stands for."""
    return Reviewed(
        reviewer=ground.asked_by,
        verdict="approve",
        digest=requested.digest,
        at=requested.at,
        seen={
            "rule": requested.terms.rule,
            "incident": ground.incident,
            "severity": ground.severity,
            "role": ground.role,
            "reviewer_roles": [*ground.asked_as],
            "reviewer_groups": [*sorted(world.directory.groups_of(ground.asked_by))],
        },
    )
