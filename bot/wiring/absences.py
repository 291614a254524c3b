"""Who is away: read for what is shown, looked at again as people and rules change, and drawn where it matters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.slack.renderer import MAX_DRAW_SECONDS, TELLING, Renderer
from bot.wiring.world import PolicyAndPeople
from workflows.approval.approvers import deciders
from workflows.approval.approvers_check import CheckApprovers
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.clockwork import PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Performer, Result, attempted
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.queries.pending import pending
from workflows.system.absences.commands import CheckAbsence
from workflows.system.absences.decide import decide
from workflows.system.absences.evolve import SHOW_DELEGATION
from workflows.system.absences.state import IN_FORCE, KIND, Absence
from workflows.workflow import CLOCKWORK

EVERY_SECONDS = 5.0
"""For what another replica recorded."""


@dataclass
class WatchingAbsences:
    """Its parts, with the job and the performer."""

    ledger: Ledger
    reads: Repository
    known: PolicyAndPeople
    drawing: Renderer
    now: Callable[[], datetime]

    def jobs(self) -> tuple[PeriodicJob, ...]:
        return (PeriodicJob("watch absences", self.watch, EVERY_SECONDS),)

    @property
    def performers(self) -> Mapping[str, Performer]:
        """Of the effect `show-delegation`."""
        return {
            SHOW_DELEGATION: Performer(
                performed_on(Absence, self.reads, self._show), TELLING, MAX_DRAW_SECONDS
            )
        }

    async def watch(self) -> datetime | None:
        """Read who is away, and end what the people and rules of now no longer allow."""
        await self._read()
        for one in self.known.absences if self.known.has_people else ():
            check = CheckAbsence(one.id)
            if isinstance(decide(one, check, CLOCKWORK, self.known.world(), self.now()), tuple):
                await self.ledger.handle(check, CLOCKWORK, "clockwork")
        return None

    async def _read(self) -> None:
        self.known.absences = tuple(await self.reads.in_status(Absence, KIND, sorted(IN_FORCE)))

    async def _show(self, effect: ClaimedEffect, absence: Absence) -> Result:
        return await attempted(effect, self._draw(absence))

    async def _draw(self, absence: Absence) -> None:
        """Look again at what waits for either of the two, and draw it. Raises Retryable or Permanent."""
        await self._read()
        directory = self.known.world().directory
        concerned = {absence.owner, absence.asked}
        for one in await pending(self.reads):
            if concerned & deciders(one, directory):
                await self.ledger.handle(CheckApprovers(one.id), CLOCKWORK, "outbox")
                await self.drawing.subject(one.id)
