"""Performs an effect that hands something out only if the log confirms it; a state row alone isn't enough.

Someone with the database's password can change a state row and insert an effect. So the subject's events are replayed
first: they have to lead to this row, and one of them has to call for this effect.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from workflows.audit.replay import Replayed, replay
from workflows.audit.tlog.canonical import LeafError
from workflows.audit.tlog.leaf import Leaf, read_leaf
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
    """A subject as its events have it. Typed texts come from its row, because they can be erased from the log."""

    state: S
    story: tuple[Occurred, ...]


def derive(
    workflow: Workflow, effect: ClaimedEffect, row: S | None, leaves: Sequence[bytes]
) -> Derived[S] | str:
    """Rebuild the effect's subject from its events, or say why row or effect don't match, as the end of a sentence."""
    replayed = _borne_out(workflow, effect.subject, row, leaves)
    if isinstance(replayed, str):
        return replayed
    if row is None or not _called_for(workflow, replayed, effect):
        return f"none of its events called for this “{effect.kind}”"
    return Derived(row, replayed.story)


def _borne_out(
    workflow: Workflow, subject: str, row: State | None, leaves: Sequence[bytes]
) -> Replayed | str:
    try:
        events = [read_leaf(leaf) for leaf in leaves]
    except LeafError:
        return "one of its events can't be read"
    if any(event.subject != subject for event in events):
        return "one of its events belongs to another story"
    replayed = replay(workflow, [(event, {}) for event in events])
    if replayed.fault:
        return f"{_named(replayed.fault.leaf)} couldn't have happened: {replayed.fault.why}"
    if row is None or not agrees(workflow, row, replayed.state):
        return "its stored state isn't what its events led to"
    return replayed


def _named(leaf: Leaf) -> str:
    return f"{leaf.action} (version {leaf.version}, position {leaf.position})"


def agrees(workflow: Workflow, row: State | None, derived: State | None) -> bool:
    """Whether a stored state is what its events led to, typed texts aside; not if either is missing."""
    exclude = dict(workflow.typed)
    return (
        row is not None
        and derived is not None
        and row.model_dump(exclude=exclude) == derived.model_dump(exclude=exclude)
    )


def _called_for(workflow: Workflow, replayed: Replayed, effect: ClaimedEffect) -> bool:
    """Say whether the event that the effect names called for it, with this payload."""
    state: State | None = None
    for one in replayed.story:
        state = workflow.evolve(state, one.event)
        if one.place == (effect.version, effect.position):
            called = [each for each in workflow.effects(state, one.event) if each.kind == effect.kind]
            return any(json.loads(json.dumps(dict(each.payload))) == effect.payload for each in called)
    return False


class Rederiving:
    """Guards performers: what the log doesn't confirm isn't performed, and raises an alarm."""

    def __init__(self, reads: Repository, ledger: Ledger) -> None:
        self._reads = reads
        self._ledger = ledger

    async def derived(self, workflow: Workflow, kind: type[S], effect: ClaimedEffect) -> Derived[S] | str:
        """The effect's subject as its events have it now, or why row or effect don't match, as the end of a sentence."""
        row, leaves = await self._reads.as_logged(kind, effect.subject)
        return derive(workflow, effect, row, leaves)

    def performed(
        self,
        workflow: Workflow,
        kind: type[S],
        perform: Callable[[ClaimedEffect, Derived[S]], Awaitable[Result]],
        refused: Callable[[ClaimedEffect, str], Command | None],
        end: Callable[[ClaimedEffect, str], Command] | None = None,
    ) -> Perform:
        """Make a performer that gets the effect's subject as its events have it.

        `refused` makes the command that records that nothing was done, `end` the one that ends what was given before.
        """

        async def performed(effect: ClaimedEffect) -> Result:
            found = await self.derived(workflow, kind, effect)
            if isinstance(found, Derived):
                return await perform(effect, found)
            reason = _reason(effect.subject, found, ended=end is not None)
            await self._alarm(effect.subject, reason)
            if end:
                await self._ledger.handle(end(effect, reason), OUTBOX, "outbox")
            return Never(reason, refused(effect, reason))

        return performed

    async def doubt(self, workflow: Workflow, kind: type[S], state: S) -> str | None:
        """Why the log doesn't bear this state out, which is alarmed about; None if it does."""
        row, leaves = await self._reads.as_logged(kind, state.id)
        found = _borne_out(workflow, state.id, row, leaves)
        if isinstance(found, str):
            reason = _reason(state.id, found, ended=False)
            await self._alarm(state.id, reason)
            return reason
        return None if row == state else "It has just changed. Ask again."

    async def _alarm(self, subject: str, reason: str) -> None:
        log.error("%s", reason)
        key = f"state/{subject}"
        await self._ledger.handle(RaiseAlarm(alarm_id(key), key, reason), OUTBOX, "outbox")


def _reason(subject: str, why: str, ended: bool) -> str:
    given = ", and what it had before is being revoked" if ended else ""
    return (
        f"The database's state doesn't match the log for {subject}: {why}. Nothing was handed out{given}. "
        "Someone may be writing to Daypass's database: change its password, and verify an export of the log."
    )
