"""The checks of an evidence pack, by name. A control of the mapping names the checks that support it."""

from workflows.queries.evidence.checks import approvals, changes, grants, operations, reviews
from workflows.queries.evidence.checks.check import Check

CHECKS: dict[str, Check] = {
    one.name: one
    for one in (*approvals.CHECKS, *grants.CHECKS, *reviews.CHECKS, *changes.CHECKS, *operations.CHECKS)
}
ACTIONS: tuple[str, ...] = tuple(sorted({action for one in CHECKS.values() for action in one.actions}))
"""Every event that some check looks at."""
