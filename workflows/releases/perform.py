"""How the effects of releases are performed: evidence read, something made live and read back."""

from collections.abc import Callable, Mapping
from typing import Protocol

from workflows.claim import Claimed
from workflows.outbox import Done, Later, Never, Perform, Result
from workflows.performing import performed_on
from workflows.policy.release_terms import GateTerms, ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.reads import Reads
from workflows.rederive import Derived, Rederiving
from workflows.releases import WORKFLOW
from workflows.releases.evidence import Evidence, Order, Registry
from workflows.releases.model import (
    Release,
    ReportChecked,
    ReportEvidence,
    ReportMoved,
    ReportMoveWaits,
    ReportNotMoved,
    ReportUnread,
)
from workflows.releases.replay import objection
from workflows.workflow import Command, World


class Moved(Exception):
    """Somebody else has made something else live; `found` is what (None: nothing)."""

    def __init__(self, found: str | None) -> None:
        super().__init__(f"{found or 'nothing'} is live")
        self.found = found


class Target(Protocol):
    """Where a version is made live."""

    async def live(self, terms: ReleaseTerms) -> str | None:
        """The version that is live now; None if none is. Raises Retryable or Permanent."""

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None) -> None:
        """Make `to` live if `expected` is, and return only when reading back has shown it.

        What is so already is fine. Raises Moved, Retryable or Permanent.
        """


class Incidents(Protocol):
    """What is going wrong with a service, for its gates."""

    async def on(self, service: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Open incidents as `severity number`; and the numbers of those that stop its releases."""


Targets = Mapping[str, Target]
"""By the kind of the terms' target."""


def performers(
    registry: Registry,
    targets: Targets,
    incidents: Incidents,
    reads: Reads,
    rederiving: Rederiving,
    world: Callable[[], World],
) -> dict[str, Perform]:
    """The performers of `gather`, `ready`, `check` and `move`, over these parts."""

    def reading(
        report: Callable[[Release, Evidence], Command], gates: Callable[[Release], tuple[GateTerms, ...]]
    ) -> Perform:
        async def perform(effect: Claimed, state: Release) -> Result:
            try:
                evidence = await read(registry, targets, incidents, state, gates(state))
            except (Retryable, Permanent) as error:
                return Later(str(error), ReportUnread(state.id, str(error)))
            return Done(report(state, evidence))

        return performed_on(Release, reads, perform)

    async def move(effect: Claimed, found: Derived[Release]) -> Result:
        if why := objection(found.state, world()):
            return Never(why, _refused(effect, why))
        return await _move(effect, found.state, targets)

    return {
        "gather": reading(lambda state, found: ReportEvidence(state.id, found, state.terms.digest), _gates),
        "ready": reading(
            lambda state, found: ReportEvidence(state.id, found, state.terms.digest, ready=True), _gates
        ),
        "check": reading(lambda state, found: ReportChecked(state.id, found), _checks),
        "move": rederiving.performed(WORKFLOW, Release, move, _refused),
    }


def _refused(effect: Claimed, reason: str) -> ReportMoveWaits:
    return ReportMoveWaits(effect.subject, reason)


async def read(
    registry: Registry, targets: Targets, incidents: Incidents, state: Release, gates: tuple[GateTerms, ...]
) -> Evidence:
    """The evidence for these gates, as of now. Raises Retryable or Permanent."""
    return await read_for(registry, targets, incidents, state.terms, state.version, gates)


async def read_for(
    registry: Registry,
    targets: Targets,
    incidents: Incidents,
    terms: ReleaseTerms,
    version: str,
    gates: tuple[GateTerms, ...],
) -> Evidence:
    """The same for a version that nobody has proposed yet."""
    live = await targets[terms.target.kind].live(terms)
    found = await registry.read(order_of(terms, version, gates), live)
    going_wrong, stopping = await incidents.on(terms.service)
    return found.model_copy(update={"incidents": going_wrong, "frozen": stopping})


def order_of(terms: ReleaseTerms, version: str, gates: tuple[GateTerms, ...]) -> Order:
    """What the gates have to know."""
    own = [gate.metric for gate in gates if gate.kind in ("metric", "champion") and not gate.observed_in]
    return Order(
        service=terms.service,
        model=terms.model,
        version=version,
        metrics=tuple(sorted(set(own))),
        files=tuple(sorted({name for gate in gates for name in gate.files})),
        champion=any(gate.kind == "champion" for gate in gates),
        observed=tuple(sorted({(gate.observed_in, gate.metric) for gate in gates if gate.observed_in})),
    )


def _gates(state: Release) -> tuple[GateTerms, ...]:
    return state.terms.gates


def _checks(state: Release) -> tuple[GateTerms, ...]:
    return state.terms.checks.gates if state.terms.checks else ()


async def _move(effect: Claimed, state: Release, targets: Targets) -> Result:
    """However often it is tried: what is live is read before and after, and nothing is assumed."""
    to: str | None = effect.payload["to"]
    try:
        await targets[state.terms.target.kind].move(state.terms, effect.payload["expected"], to)
    except Moved as moved:
        return Never(str(moved), ReportNotMoved(state.id, moved.found))
    except (Retryable, Permanent) as error:
        return Later(str(error), ReportMoveWaits(state.id, str(error)))
    return Done(ReportMoved(state.id, to))
