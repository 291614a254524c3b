"""What gives something away is performed on what the log says, never on a state row alone.

Whoever holds the database login can change a state row and insert an effect. So the subject's events are replayed
first, the row has to be what they lead to, and the effect what one of them called for.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from workflows.audit.replay import Replayed, replay
from workflows.audit.tlog.leaf import Leaf, LeafError, read_leaf
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Never, Perform, Result
from workflows.ledger.repository import Repository
from workflows.system.alarms import RaiseAlarm, alarm_id
from workflows.workflow import OUTBOX, Command, Occurred, State, Workflow

log = logging.getLogger(__name__)

S = TypeVar("S", bound=State)


@dataclass(frozen=True)
class Derived(Generic[S]):
    """A subject as its events have it; in what people typed, as its row has it, for texts can be erased."""

    state: S
    story: tuple[Occurred, ...]


def derive(
    workflow: Workflow, effect: ClaimedEffect, row: S | None, leaves: Sequence[bytes]
) -> Derived[S] | str:
    """The effect's subject by its events, or why row or effect can't come of them, as the end of a sentence."""
    try:
        events = [read_leaf(leaf) for leaf in leaves]
    except LeafError:
        return "one of its events can't be read"
    if any(event.subject != effect.subject for event in events):
        return "one of its events belongs to another story"
    replayed = replay(workflow, [(event, {}) for event in events])
    if replayed.fault:
        return f"{_named(replayed.fault.leaf)} could not have happened: {replayed.fault.why}"
    if row is None or not _agrees(workflow, row, replayed.state):
        return "its stored state isn't what its events led to"
    if not _called_for(workflow, replayed, effect):
        return f"no event of it called for “{effect.kind}” in this way"
    return Derived(row, replayed.story)


def _named(leaf: Leaf) -> str:
    return f"{leaf.action} (version {leaf.version}, position {leaf.position})"


def _agrees(workflow: Workflow, row: State, derived: State | None) -> bool:
    exclude = dict(workflow.typed)
    return derived is not None and row.model_dump(exclude=exclude) == derived.model_dump(exclude=exclude)


def _called_for(workflow: Workflow, replayed: Replayed, effect: ClaimedEffect) -> bool:
    """Whether the event that the effect names called for it, with this payload."""
    state: State | None = None
    for one in replayed.story:
        state = workflow.evolve(state, one.event)
        if one.place == (effect.version, effect.position):
            called = [each for each in workflow.effects(state, one.event) if each.kind == effect.kind]
            return any(json.loads(json.dumps(dict(each.payload))) == effect.payload for each in called)
    return False


class Rederiving:
    """Guards performers: what the log doesn't bear out is never performed, and an alarm says so."""

    def __init__(self, reads: Repository, ledger: Ledger) -> None:
        self._reads = reads
        self._ledger = ledger

    def performed(
        self,
        workflow: Workflow,
        kind: type[S],
        perform: Callable[[ClaimedEffect, Derived[S]], Awaitable[Result]],
        refused: Callable[[ClaimedEffect, str], Command | None],
        end: Callable[[ClaimedEffect, str], Command] | None = None,
    ) -> Perform:
        """A performer that gets the effect's subject as its events have it.

        `refused` tells the subject that nothing was done; `end` takes back what it has got before.
        """

        async def performed(effect: ClaimedEffect) -> Result:
            row, leaves = await self._reads.as_logged(kind, effect.subject)
            found = derive(workflow, effect, row, leaves)
            if isinstance(found, Derived):
                return await perform(effect, found)
            reason = _reason(effect, found, ended=end is not None)
            await self._alarm(effect, reason)
            if end:
                await self._ledger.handle(end(effect, reason), OUTBOX, "outbox")
            return Never(reason, refused(effect, reason))

        return performed

    async def _alarm(self, effect: ClaimedEffect, reason: str) -> None:
        log.error("%s", reason)
        key = f"state/{effect.subject}"
        await self._ledger.handle(RaiseAlarm(alarm_id(key), key, reason), OUTBOX, "outbox")


def _reason(effect: ClaimedEffect, why: str, ended: bool) -> str:
    given = ", and what it had been given before is being ended" if ended else ""
    return (
        f"The database's state doesn't match the log for {effect.subject}: {why}. Nobody was given anything{given}. "
        "Somebody may be writing to Daypass's database: change its password, and verify an export of the log."
    )
