"""The write path, joined: clocks, people, ledger, outbox and clockwork."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from ulid import ULID

from bot.settings import Settings
from bot.wiring.directory import People
from bot.wiring.directory_jobs import PEOPLE
from bot.wiring.jobs import ADVANCE, EFFECTS
from bot.wiring.outside import Outside
from bot.wiring.workflows import WORKFLOWS
from workflows.access.departing import DEPARTING
from workflows.access.signals.reading import HistoryReader
from workflows.access.ticket_reader import TicketReader
from workflows.clock_skew import Bounds, Clocks
from workflows.database.stored_people import StoredDirectory
from workflows.ledger.claim import Claimant
from workflows.ledger.clockwork import Clockwork
from workflows.ledger.ledger import Ledger, Recorded
from workflows.ledger.outbox import Outbox, Performer
from workflows.ledger.rate_limits import Limits
from workflows.ledger.replayed_state import Rederiving
from workflows.ledger.repository import Repository
from workflows.queries.earlier_absences import EarlierAbsences
from workflows.releases.jobs import WATCH_LIVE, WATCH_OPEN
from workflows.workflow import Actor, Command, World

GATHER_PUSHED = timedelta(seconds=1)
"""For which what an identity provider pushes is gathered."""


class Core:
    """What records and performs. Nothing may be recorded before `perform` has said who performs effects."""

    outbox: Outbox

    def __init__(self, outside: Outside) -> None:
        replica = str(ULID())
        self._outside = outside
        self.clocks = Clocks(outside.now, _bounds(outside.settings))
        self.clockwork = Clockwork(outside.now, self._clock_set)
        self.reads = Repository(outside.store)
        self.people = People(
            outside.client,
            StoredDirectory(outside.store, outside.now, replica),
            outside.known,
            outside.now,
            outside.settings.daypass_directory_stale_seconds,
            self.wake_people,
            pace=outside.slack_pace,
        )
        self.ledger = Ledger(
            outside.store,
            WORKFLOWS,
            self.world,
            outside.now,
            self._recorded,
            outside.reach,
            Claimant(replica, outside.claim, lambda kind: self.outbox.room(kind)),
            _limits(outside.settings),
            inform=self._inform,
        )
        self.rederiving = Rederiving(self.reads, self.ledger)
        self._history = HistoryReader(outside.store, outside.now)
        self._absences = EarlierAbsences(outside.store, outside.now)
        self._tickets = TicketReader(outside.tickets, self.reads, self.world)

    def world(self) -> World:
        """The policy and the people, with what makes decisions impossible at this moment."""
        known = self._outside.known
        doubts = (*self.people.doubts(), *known.leaver_doubts)
        return replace(known.world(), clocks=self.clocks.refusal, doubts=doubts)

    def perform(self, performers: Mapping[str, Performer]) -> None:
        """Have effects performed by these, by kind."""
        outside = self._outside
        self.outbox = Outbox(
            outside.store, self.ledger, performers, outside.now, self.wake_effects, outside.reach
        )

    def wake_people(self) -> None:
        """Have the directory made anew."""
        self.clockwork.wake(PEOPLE)

    def wake_departures(self) -> None:
        """Have the directory made anew, and see who has left: soon, so that what is pushed together is seen together."""
        soon = self._outside.now() + GATHER_PUSHED
        self.clockwork.wake(PEOPLE, soon)
        self.clockwork.wake(DEPARTING, soon)

    def wake_releases(self) -> None:
        """Have what is live, and the evidence of open releases, looked at now."""
        self.clockwork.wake(WATCH_LIVE)
        self.clockwork.wake(WATCH_OPEN)

    def wake_effects(self) -> None:
        self.clockwork.wake(EFFECTS)

    def _recorded(self, what: Recorded) -> None:
        self.outbox.begin(what.begun)
        if what.effects_due:
            self.clockwork.wake(EFFECTS, what.effects_due)
        if what.due:
            self.clockwork.wake(ADVANCE, what.due)

    async def _inform(self, command: Command, actor: Actor) -> Command:
        """Put into a command what is read before it is decided. Raises DatabaseAway."""
        for reader in (self._history, self._absences, self._tickets):
            command = await reader.inform(command, actor)
        return command

    async def _clock_set(self, step: timedelta) -> None:
        await self.outbox.clock_changed()


def _bounds(settings: Settings) -> Bounds:
    return Bounds(
        timedelta(seconds=settings.daypass_clock_alarm_seconds),
        timedelta(seconds=settings.daypass_clock_refuse_seconds),
    )


def _limits(settings: Settings) -> Limits:
    return Limits(
        settings.daypass_max_pending,
        settings.daypass_max_started_per_hour,
        settings.daypass_max_refusals_per_minute,
    )
