"""What Daypass does by itself, over and over: the periodic jobs that its clockwork runs."""

import asyncio
import logging
import math
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.slack.health_watch import WATCH_SLACK, SlackWatch
from bot.slack.renderer import Renderer
from bot.wiring.absences import WatchingAbsences
from bot.wiring.directory_jobs import PEOPLE, PEOPLE_EVERY, KeepingPeople
from bot.wiring.on_call import LOOKED_EVERY_SECONDS, OnCallReadings
from bot.wiring.posted_heads import PostedHeads
from bot.wiring.reminders import Reminding
from bot.wiring.world import PolicyAndPeople
from workflows.access.commands import ReassessAccess
from workflows.access.departing import Departures
from workflows.access.jobs import SETTLING_SECONDS, AccessJobs
from workflows.access.state import KIND, OPEN, UPCOMING, Access
from workflows.audit.growth import Forked, Growth
from workflows.audit.log import Log
from workflows.audit.sequencer import EVENTS_PER_RUN, OVERTAKEN, Head, checkpoint, last_head, sequence
from workflows.audit.signer import Signer
from workflows.audit.sinks import LogSink
from workflows.audit.witness.asking import AskingWitnesses
from workflows.audit.witness.cosignatures import Cosignatures
from workflows.audit.witness.witness import Witness
from workflows.clock_skew import Clocks
from workflows.database.store import Store
from workflows.ledger.clockwork import PeriodicJob, advance_due
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Outbox
from workflows.ledger.repository import Repository
from workflows.ports import Permanent, Retryable, Vault
from workflows.queries.search_index import behind, index_log
from workflows.releases.commands import ReassessRelease
from workflows.releases.jobs import ReleaseJobs
from workflows.releases.state import KIND as RELEASES
from workflows.releases.state import OPEN as OPEN_RELEASES
from workflows.releases.state import Release
from workflows.system.alarms import alarm
from workflows.system.policy_in_force import SUBJECT, AdoptBundle
from workflows.workflow import CLOCKWORK, Workflow

log = logging.getLogger(__name__)

ADVANCE = "advance due subjects"
EFFECTS = "perform effects"
RECHECK_DELAY = timedelta(seconds=5)
THOROUGH_EVERY = 3600.0
KEEP_SECONDS = 20.0
"""For which one sink may take to keep a checkpoint, before the others go on without it."""
POSTED_WITHIN = timedelta(seconds=30)
"""In which the replica that made a checkpoint has posted it, or has failed to."""
CLOCKS = "compare the clocks"
CLOCKS_COMPARED_EVERY = 30.0
WITNESSES_ASKED_EVERY = 5.0
BROKEN_BUNDLE = "policy-bundle"
FORKED_LOG = "log-forked"
LATE_INDEX = "log-index"
INDEX_WATCHED_EVERY = 60.0
INDEX_WAITS = 5.0
"""Seconds for which the index lets credentials that are minted or ended go first, at most."""
INDEXED_WITHIN = timedelta(minutes=2)
INDEX_IS_LATE = (
    "The search index has stopped or is far behind, so console searches miss the newest events. "
    "Credentials, decisions and the log aren't affected. The server's log says why."
)


class PeriodicJobs(Protocol):
    """Something that brings jobs."""

    def jobs(self) -> tuple[PeriodicJob, ...]: ...


@dataclass
class Jobs:
    """The parts that jobs work on, and the jobs."""

    store: Store
    ledger: Ledger
    outbox: Outbox
    reads: Repository
    known: PolicyAndPeople
    people: KeepingPeople
    drawing: Renderer
    sinks: Sequence[LogSink]
    """Where the log's signed heads are kept outside, the audit channel first."""
    witnesses: Sequence[Witness]
    forwarding: Sequence[PeriodicJob]
    vault: Vault
    signer: Signer
    access: AccessJobs
    releases: ReleaseJobs
    departures: Departures
    absences: WatchingAbsences
    controls: PeriodicJobs
    figures: PeriodicJobs
    reminders: Reminding
    clocks: Clocks
    on_call: OnCallReadings
    slack: SlackWatch
    workflows: Mapping[str, Workflow]
    now: Callable[[], datetime]
    checkpoint_seconds: float
    growth: Growth = field(default_factory=Growth)
    """What this process has seen of the log's tree."""
    log_fault: str | None = None
    """Why the log isn't signed any more."""
    _thorough_at: float = -math.inf
    """By the monotonic clock."""
    _index_by: float = -math.inf
    """By the monotonic clock, when the index waits no longer."""
    _posted: PostedHeads = field(init=False)
    _keeping: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._posted = PostedHeads(self.sinks, self.signer, self.growth)

    def all(self) -> tuple[PeriodicJob, ...]:
        return (
            PeriodicJob(EFFECTS, self.outbox.perform_due, at_least_every=2),
            PeriodicJob("keep claims", self.outbox.keep_claims, at_least_every=self.outbox.keeps_every),
            PeriodicJob(ADVANCE, self._advance, at_least_every=5),
            PeriodicJob("place events in the log", self.place, at_least_every=1),
            PeriodicJob("keep the log", self._keep_log, at_least_every=self.checkpoint_seconds),
            *self._witnessing(),
            *self.forwarding,
            PeriodicJob(
                "watch the index",
                self.watch_index,
                at_least_every=INDEX_WATCHED_EVERY,
                first_after=SETTLING_SECONDS,
            ),
            PeriodicJob(CLOCKS, self.compare_clocks, at_least_every=CLOCKS_COMPARED_EVERY),
            PeriodicJob("watch the bundle", self._watch_bundle, at_least_every=5),
            PeriodicJob(WATCH_SLACK, self.slack.run, at_least_every=self.slack.every_seconds),
            PeriodicJob("read who is on call", self.on_call.run, at_least_every=LOOKED_EVERY_SECONDS),
            PeriodicJob(PEOPLE, self.people.run, at_least_every=PEOPLE_EVERY),
            *self.access.jobs(),
            *self.releases.jobs(),
            self.departures.job(),
            *self.absences.jobs(),
            *self.controls.jobs(),
            *self.figures.jobs(),
            *self.reminders.jobs(),
        )

    def _witnessing(self) -> tuple[PeriodicJob, ...]:
        if not self.witnesses:
            return ()
        asking = AskingWitnesses(
            Log(self.store), Cosignatures(self.store), self.witnesses, self._alarm, self.now
        )
        every = min(self.checkpoint_seconds, WITNESSES_ASKED_EVERY)
        return (PeriodicJob("ask the witnesses", asking.run, at_least_every=every),)

    async def adopt(self) -> None:
        """Record the bundle in force, and see what it means for what is pending."""
        await self.ledger.handle(AdoptBundle(SUBJECT, self.known.bundle.digest), CLOCKWORK, "clockwork")
        for state in await self.reads.in_status(Access, KIND, (*OPEN, *UPCOMING)):
            if state.terms.digest != self.known.bundle.digest:
                await self.ledger.handle(ReassessAccess(state.id), CLOCKWORK, "clockwork")
        for release in await self.reads.in_status(Release, RELEASES, OPEN_RELEASES):
            if release.terms.digest != self.known.bundle.digest:
                await self.ledger.handle(ReassessRelease(release.id), CLOCKWORK, "clockwork")
        await self.access.watch_duties()

    async def place(self) -> datetime | None:
        """Give what was recorded its place in the log, and index it unless something urgent is being done."""
        await self._sequence(OVERTAKEN)
        if not self.outbox.is_pressed or time.monotonic() >= self._index_by:
            await self._index()
        return None

    async def _sequence(self, overtaken: int | None) -> None:
        while await sequence(self.store, overtaken) == EVENTS_PER_RUN:
            pass

    async def _index(self) -> None:
        while await index_log(self.store, self.workflows):
            pass
        self._index_by = time.monotonic() + INDEX_WAITS

    async def keep_log(self) -> None:
        """Sequence what was recorded, have the head signed, and post it. Raises Retryable or Permanent.

        A checkpoint that could not be posted is posted by a later run. Nothing of it waits for the index. One at
        a time: what this process knows of the tree is shared, and the one that comes second covers what the first left.
        """
        async with self._keeping:
            await self._sequence(None if self._thoroughly() else OVERTAKEN)
            head = await self._checkpoint()
            last = head or await last_head(self.store)
            if last and (head or abs(self.now() - last.at) > POSTED_WITHIN):
                await self._keep_outside(last)
            await self._index()

    async def _checkpoint(self) -> Head | None:
        """Sign the head if the log has grown out of all that was signed before. Raises Retryable or Permanent."""
        settings = self.known.bundle.settings
        await self._posted.learn(settings.log_origin)
        try:
            head = await checkpoint(self.store, self.signer, settings.log_origin, self.now(), self.growth)
        except Forked as fork:
            self.log_fault = str(fork)
            await self._alarm(FORKED_LOG, self.log_fault)
            raise
        if head or self.log_fault:
            self.log_fault = None
            await self._alarm(FORKED_LOG, None)
        return head

    async def _keep_outside(self, head: Head) -> None:
        """Keep the head in every sink, whatever becomes of the others. Raises the first one's error."""
        kept = await asyncio.gather(*(_kept(one, head) for one in self.sinks), return_exceptions=True)
        for error in kept:
            if isinstance(error, BaseException):
                raise error

    async def watch_index(self) -> datetime | None:
        """Alarm when what has happened can't be found for long; the log itself doesn't wait for that."""
        since = (await behind(self.store, KIND, 1)).since
        late = since is not None and self.now() - since > INDEXED_WITHIN
        await self._alarm(LATE_INDEX, INDEX_IS_LATE if late else None)
        return None

    async def compare_clocks(self) -> datetime | None:
        """Read the database's clock and Vault's, and alarm if this machine's differs; each has its own alarm."""
        for whose, read in (("the database's", self.reads.clock), ("Vault's", self.vault.clock)):
            try:
                self.clocks.heard(whose, await read())
            except (Retryable, Permanent) as error:
                log.warning("reading %s clock failed: %s", whose, error)
        host = socket.gethostname()
        await self._alarm(f"clock:{host}", self.clocks.alarm(host))
        return None

    def _thoroughly(self) -> bool:
        """Once at the start, and once an hour."""
        if time.monotonic() < self._thorough_at:
            return False
        self._thorough_at = time.monotonic() + THOROUGH_EVERY
        return True

    async def _advance(self) -> datetime | None:
        return await advance_due(self.store, self.ledger, self.now())

    async def _keep_log(self) -> datetime | None:
        try:
            await self.keep_log()
        except (Retryable, Permanent) as error:
            log.warning("signing the log's checkpoint is delayed: %s", error)
            return self.now() + RECHECK_DELAY
        return None

    async def _watch_bundle(self) -> None:
        digest, warning = self.known.bundle.digest, self.known.warning
        await asyncio.to_thread(self.known.reload_bundle)
        if self.known.warning != warning:
            await self._alarm(BROKEN_BUNDLE, self.known.warning)
        if self.known.bundle.digest != digest:
            log.info("policy bundle %s is in force", self.known.bundle.short_digest)
            await self.adopt()

    async def _alarm(self, key: str, sentence: str | None) -> None:
        await self.ledger.handle(alarm(key, sentence), CLOCKWORK, "clockwork")


async def _kept(sink: LogSink, head: Head) -> None:
    """Keep it, within a bounded time."""
    try:
        async with asyncio.timeout(KEEP_SECONDS):
            await sink.keep(head)
    except TimeoutError:
        raise Retryable(f"{sink.where} didn't keep the checkpoint within {KEEP_SECONDS:g} s.") from None
