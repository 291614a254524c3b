"""How the effects of releases are performed: evidence read, something made live and read back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Later, Never, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.replayed_state import Derived, Rederiving
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool
from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases import WORKFLOW
from workflows.releases.commands import (
    ReportArtifact,
    ReportChecked,
    ReportEvidence,
    ReportMoved,
    ReportMoveWaits,
    ReportNotMoved,
    ReportSwapped,
    ReportUnread,
)
from workflows.releases.deployments import approval_of
from workflows.releases.documents import with_documents
from workflows.releases.earlier import digest_now, with_earlier
from workflows.releases.evidence import Evidence, Order, Registries
from workflows.releases.gates import GATE_KINDS
from workflows.releases.gates.asked import asked
from workflows.releases.objection import objection
from workflows.releases.stages import with_stages
from workflows.releases.state import Release
from workflows.workflow import Command, World

READING = Pool("reading releases", workers=2)
"""Few: an artifact may have gigabytes, and whoever proposes releases may propose many."""
MAX_READING_SECONDS = 900.0
"""Seconds: the largest artifact that is read, at 5 MB/s."""
MOVING = Pool("moving releases", workers=2)
MAX_MOVE_SECONDS = MAX_READING_SECONDS
"""Seconds: going back reads first whether the version before is still what was approved."""


class Moved(Exception):
    """Somebody else has made something else live; `found` is what (None: nothing)."""

    def __init__(self, found: str | None) -> None:
        super().__init__(f"{found or 'nothing'} is live")
        self.found = found


def is_there(found: str | None, expected: str | None, to: str | None) -> bool:
    """Whether what is to be live is so already. Raises Moved if something else than `expected` is live."""
    if found not in (expected, to):
        raise Moved(found)
    return found == to


class Target(Protocol):
    """Where a version is made live."""

    async def live(self, terms: ReleaseTerms) -> str | None:
        """The version that is live now; None if none is. Raises Retryable or Permanent."""

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        """Make `to` live if `expected` is, and return only when reading back has shown it.

        What is so already is fine. `why` is a sentence for where people read what was done. Raises Moved, Retryable or Permanent.
        """


class Incidents(Protocol):
    """What is going wrong with a service, for its gates."""

    async def on(self, service: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Open incidents as `severity number`; and the numbers of those that stop its releases."""


Targets = Mapping[str, Target]
"""By the kind of the terms' target."""


def performers(
    registries: Registries,
    targets: Targets,
    incidents: Incidents,
    reads: Repository,
    rederiving: Rederiving,
    world: Callable[[], World],
) -> dict[str, Performer]:
    """The performers of `gather`, `ready`, `check`, `move` and `compare`, over these parts."""

    def reading(
        report: Callable[[Release, Evidence], Command],
        gates: Callable[[Release], tuple[GateTerms, ...]],
        since: Callable[[Release], datetime],
    ) -> Performer:
        async def perform(effect: ClaimedEffect, state: Release) -> Result:
            try:
                evidence = await read(
                    registries, targets, incidents, reads, state, gates(state), since(state)
                )
                evidence = await with_earlier(registries, reads, state, evidence)
            except (Retryable, Permanent) as error:
                return Later(str(error), ReportUnread(state.id, str(error)))
            return Done(report(state, evidence))

        return Performer(performed_on(Release, reads, perform), READING, MAX_READING_SECONDS, told=_unread)

    async def move(effect: ClaimedEffect, found: Derived[Release]) -> Result:
        if why := objection(found.state, world()):
            return Never(why, _refused(effect, why))
        why = approval_of(found.state, world().directory)
        return await _move(effect, found.state, registries, targets, why)

    async def compare(effect: ClaimedEffect, state: Release) -> Result:
        try:
            return Done(await compared(registries, state, state.moved_at or state.proposed_at))
        except Retryable as error:
            return Later(str(error))

    return {
        "gather": reading(
            lambda state, found: ReportEvidence(state.id, found, state.terms.digest),
            _gates,
            lambda state: state.proposed_at,
        ),
        "ready": reading(
            lambda state, found: ReportEvidence(state.id, found, state.terms.digest, ready=True),
            _gates,
            lambda state: state.decided_at or state.proposed_at,
        ),
        "check": reading(
            lambda state, found: ReportChecked(state.id, found),
            _checks,
            lambda state: state.moved_at or state.proposed_at,
        ),
        "move": Performer(
            rederiving.performed(WORKFLOW, Release, move, _refused), MOVING, MAX_MOVE_SECONDS, told=_waits
        ),
        "compare": Performer(performed_on(Release, reads, compare), READING, MAX_READING_SECONDS),
    }


def _refused(effect: ClaimedEffect, reason: str) -> ReportMoveWaits:
    return ReportMoveWaits(effect.subject, reason)


async def read(
    registries: Registries,
    targets: Targets,
    incidents: Incidents,
    reads: Repository,
    state: Release,
    gates: tuple[GateTerms, ...],
    since: datetime,
) -> Evidence:
    """The evidence for these gates, as of now. Raises Retryable or Permanent."""
    return await read_for(registries, targets, incidents, reads, state.terms, state.version, gates, since)


async def read_for(
    registries: Registries,
    targets: Targets,
    incidents: Incidents,
    reads: Repository,
    terms: ReleaseTerms,
    version: str,
    gates: tuple[GateTerms, ...],
    since: datetime | None,
) -> Evidence:
    """The same for a version that nobody has proposed yet; its bytes as of `since` or later, or unread if it is None."""
    live = await targets[terms.target.kind].live(terms)
    found = await registries[terms.source].read(order_of(terms, version, gates, since), live)
    going_wrong, stopping = await incidents.on(terms.service)
    evidence = found.model_copy(update={"incidents": going_wrong, "frozen": stopping})
    evidence = await with_documents(reads, gates, terms.service, version, evidence)
    return await with_stages(reads, gates, evidence)


async def compared(registries: Registries, state: Release, since: datetime) -> ReportArtifact:
    """What is found of the bytes that ought to be live, as of `since` or later. Raises Retryable."""
    version = state.ought_to_be_live or ""
    try:
        artifact = await registries[state.terms.source].artifact(state.terms.model, version, since)
    except Permanent as error:
        return ReportArtifact(state.id, version, None, str(error))
    return ReportArtifact(state.id, version, artifact.digest)


def order_of(
    terms: ReleaseTerms, version: str, gates: tuple[GateTerms, ...], since: datetime | None
) -> Order:
    """What the gates have to know."""
    own = [gate.metric for gate in gates if gate.metric and not gate.observed_in]
    return Order(
        service=terms.service,
        model=terms.model,
        version=version,
        metrics=tuple(sorted(set(own))),
        files=tuple(sorted({name for gate in gates for name in gate.files})),
        champion=any(GATE_KINDS[gate.kind].compares_with_live for gate in gates),
        since=since,
        signatures=tuple(
            (gate.signature, tuple(one.key for one in gate.keys)) for gate in gates if gate.signature
        ),
        checks=tuple(sorted({name for gate in gates for name in gate.names})),
        observed=tuple(sorted({(gate.observed_in, gate.metric) for gate in gates if gate.observed_in})),
        **asked(gates),
    )


def _unread(effect: ClaimedEffect, reason: str) -> ReportUnread:
    return ReportUnread(effect.subject, reason)


def _waits(effect: ClaimedEffect, reason: str) -> ReportMoveWaits:
    return ReportMoveWaits(effect.subject, reason)


def _gates(state: Release) -> tuple[GateTerms, ...]:
    return state.terms.gates


def _checks(state: Release) -> tuple[GateTerms, ...]:
    return state.terms.checks.gates if state.terms.checks else ()


async def _move(
    effect: ClaimedEffect, state: Release, registries: Registries, targets: Targets, why: str
) -> Result:
    """However often it is tried: what is live is read before and after, and nothing is assumed."""
    to: str | None = effect.payload["to"]
    try:
        if swapped := await _swapped(registries, state, to):
            return Never("The artifact isn't the approved one.", swapped)
        await targets[state.terms.target.kind].move(state.terms, effect.payload["expected"], to, why)
    except Moved as moved:
        return Never(str(moved), ReportNotMoved(state.id, moved.found))
    except (Retryable, Permanent) as error:
        pause = error.pause if isinstance(error, Retryable) else None
        return Later(str(error), ReportMoveWaits(state.id, str(error)), pause)
    return Done(ReportMoved(state.id, to))


async def _swapped(registries: Registries, state: Release, to: str | None) -> ReportSwapped | None:
    """Whether what is to be live again has other bytes than were approved.

    What was live right before, or was approved itself, needn't be readable for that; anything earlier has to be.
    """
    approved = state.digest_of_version(to)
    if to is None or state.move is None or state.move.why == "release" or not approved:
        return None
    found = await digest_now(registries[state.terms.source], state.terms.model, to, state.move.at)
    unread_is_fine = state.move.why == "restore" or to == state.replaces
    if found == approved or (not found and unread_is_fine):
        return None
    return ReportSwapped(state.id, to, found)
