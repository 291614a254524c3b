"""What waits for whose decision now, and when its reminders fall due: for those who can decide, and nobody else."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from workflows.access.state import KIND as ACCESS
from workflows.access.state import Access
from workflows.approval.approvers import to_ask
from workflows.approval.staged import Staged
from workflows.ledger.repository import Repository
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.evaluation.quorum import seats
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory
from workflows.queries.pending import pending
from workflows.releases.state import KIND as RELEASES
from workflows.releases.state import Release
from workflows.system.reminders.due import Waiting
from workflows.workflow import State

Decided = Access | Release
"""What can wait for somebody's decision."""
KINDS: Mapping[str, type[State]] = {ACCESS: Access, RELEASES: Release}
"""The same by the prefix of its id."""


async def all_that_waits(reads: Repository) -> list[Decided]:
    """Everything that waits for somebody's decision, each kind oldest first."""
    return [*await pending(reads)]


def waiting_by_person(states: Iterable[State], directory: Directory) -> dict[str, list[Waiting]]:
    """Whom each of these waits for, by person.

    Nobody who has decided, may not, or is away, unless only they can; whoever decides for them is there in their stead.
    """
    found: dict[str, list[Waiting]] = defaultdict(list)
    for state in states:
        for person, waiting in _of(state, directory):
            found[person].append(waiting)
    return dict(found)


def _of(state: State, directory: Directory) -> Iterator[tuple[str, Waiting]]:
    if isinstance(state, Release) or (isinstance(state, Access) and not state.private):
        yield from _to_approve(state, directory)


def _to_approve(state: Access | Release, directory: Directory) -> Iterator[tuple[str, Waiting]]:
    """One reminder each: halfway to the stage's escalation, or to the end; for whom it was escalated to, from there on."""
    asked = to_ask(state, directory)
    if not any(asked.values()):
        return
    regular = _regular(state, directory)
    stages = {one.name: one for one in state.terms.stages}
    told: set[str] = set()
    for name, people in asked.items():
        for person in sorted(people - told):
            told.add(person)
            yield person, _waiting(state, stages[name], person in regular[name])


def _regular(state: Staged, directory: Directory) -> dict[str, frozenset[str]]:
    """Who may decide in each stage without its escalation."""
    here = with_manager(directory, state.requester)
    return seats(state.terms.stages, here, state.excluded(directory), ())


def _waiting(state: Staged, stage: StageTerms, is_regular: bool) -> Waiting:
    begins, ends = state.begun_at, state.lapses_at
    escalates = begins + timedelta(seconds=stage.escalate_after) if stage.escalate_after else None
    if escalates and is_regular:
        ends = min(ends, escalates)
    elif escalates and stage.name not in state.stuck:
        begins = escalates
    return Waiting(state.id, begins, (_halfway(begins, ends),))


def _halfway(begins: datetime, ends: datetime) -> datetime:
    return begins + max(ends - begins, timedelta()) / 2
