"""The control test of a restore: a sample of the log is verified, and the state of its subjects is rebuilt from events.

What can't be tried from inside is whether a backup of the database can be read: an operator restores it elsewhere.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workflows.audit.log import Log, Signed
from workflows.audit.replay import replay
from workflows.audit.signer import Signer
from workflows.audit.tlog.canonical import LeafError
from workflows.audit.tlog.checkpoint import Checkpoint, open_checkpoint
from workflows.audit.tlog.leaf import read_leaf
from workflows.audit.tlog.merkle import leaf_hash, verify_inclusion
from workflows.audit.tlog.note import NoteError, VerifierKey
from workflows.database.store import Store
from workflows.ledger.replayed_state import agrees
from workflows.ledger.repository import Repository
from workflows.system.control_tests.state import Result
from workflows.workflow import State, Workflow, kind_of

MAX_SUBJECTS = 25
"""Subjects rebuilt in one run. Each run draws others, by the root of the newest checkpoint."""
_SHOWN = 3
NOTHING_SIGNED = "The log has no checkpoint yet, so there is nothing to verify."


@dataclass(frozen=True)
class Rebuilding:
    """Its parts. `origin` is the log's name in the bundle in force."""

    store: Store
    signer: Signer
    workflows: Mapping[str, Workflow]
    origin: Callable[[], str]

    async def run(self) -> Result:
        """Verify and rebuild a sample. Raises Retryable if the log or Vault can't be read now."""
        last = await Log(self.store).last()
        if last is None or last.size == 0:
            return Result(outcome="interrupted", found=NOTHING_SIGNED)
        keys = [VerifierKey(self.origin(), one) for one in (await self.signer.public_keys()).values()]
        try:
            head = open_checkpoint(last.own.encode(), keys).checkpoint
        except NoteError as error:
            return Result(outcome="failed", found=f"The newest checkpoint doesn't verify. {error}")
        return await self._sampled(last, head)

    async def _sampled(self, last: Signed, head: Checkpoint) -> Result:
        places = drawn(head.root, last.size)
        found = await Repository(self.store).logged(places)
        proofs = await Log(self.store).inclusion(places, last.size)
        faults = [
            f"event {index} isn't what was signed"
            for index in places
            if index not in found
            or not verify_inclusion(leaf_hash(found[index].leaf), index, head.size, proofs[index], head.root)
        ]
        subjects = sorted({read_leaf(one.leaf).subject for one in found.values()})
        rebuilt = [(subject, await self._not_rebuilt(subject)) for subject in subjects]
        faults += [f"{subject}: {why}" for subject, why in rebuilt if why]
        what = f"{len(places)} events and the state of {len(subjects)} subjects"
        if faults:
            named = "; ".join(faults[:_SHOWN]) + (
                f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
            )
            return Result(
                outcome="failed", found=f"Of {what}, {len(faults)} don't agree with the log: {named}."
            )
        return Result(
            outcome="passed",
            found=f"{what} agree with the checkpoint of {last.size} events: each is proven, and each state was rebuilt.",
        )

    async def _not_rebuilt(self, subject: str) -> str | None:
        """Why its stored state isn't what its events lead to, as the end of a sentence; None if it is."""
        workflow = self.workflows.get(kind_of(subject))
        if workflow is None:
            return "no workflow knows it"
        row, leaves = await Repository(self.store).as_logged(workflow.state, subject)
        return await asyncio.to_thread(rebuilt_otherwise, workflow, row, leaves)


def rebuilt_otherwise(workflow: Workflow, row: State | None, leaves: Sequence[bytes]) -> str | None:
    """Why a stored state isn't what these events lead to, as the end of a sentence; None if it is."""
    try:
        replayed = replay(workflow, [(read_leaf(leaf), {}) for leaf in leaves])
    except LeafError:
        return "one of its events can't be read"
    if replayed.fault:
        return f"{replayed.fault.leaf.action} couldn't have happened: {replayed.fault.why}"
    if row is None and replayed.state is None:
        return None
    return None if agrees(workflow, row, replayed.state) else "its stored state isn't what its events led to"


def drawn(root: bytes, size: int) -> list[int]:
    """Places of the log, at most `MAX_SUBJECTS`, drawn by the tree's root: whoever has the checkpoint draws the same."""
    hashes = (hashlib.sha256(root + number.to_bytes(4, "big")).digest() for number in range(MAX_SUBJECTS))
    return sorted({int.from_bytes(one[:8], "big") % size for one in hashes})
