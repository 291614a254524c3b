"""The requester and an approver always approve each other's requests, each time within seconds."""

from workflows.access.signals.history import QUICK_SECONDS, Asked, History, quick_approvers
from workflows.access.signals.kind import Inputs, Names, SignalKind, number

LEAST = 3
"""Approvals in each direction."""


def _observe(history: History, asked: Asked) -> Inputs:
    pairs = [
        who
        for who in quick_approvers(history.requests, LEAST)
        if asked.requester in quick_approvers(history.of_approvers.get(who, ()), LEAST)
    ]
    return {"with": [*pairs], "approvals": LEAST, "seconds": QUICK_SECONDS}


def _raised(inputs: Inputs) -> bool:
    return bool(inputs.get("with"))


def _explain(inputs: Inputs, names: Names) -> str:
    given = inputs.get("with")
    people = [names(str(one)) for one in given] if isinstance(given, list | tuple) else []
    return (
        f"The requester and {' and '.join(people)} have only ever approved each other's requests, at least "
        f"{number(inputs, 'approvals')} each way, always within {number(inputs, 'seconds')} seconds."
    )


APPROVE_EACH_OTHER = SignalKind("approve-each-other", "mutual approvals", _observe, _raised, _explain)
