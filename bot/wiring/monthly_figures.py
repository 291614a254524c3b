"""When the figures of a month are sent: in the morning of the next one (UTC), or as soon as Daypass is there again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.ledger.clockwork import PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.bundle import Bundle
from workflows.queries.figures.month import month_of
from workflows.system.monthly_figures import SendFigures, figures_id
from workflows.workflow import CLOCKWORK

EVERY_SECONDS = 600.0
SETTLING_SECONDS = 10.0
MORNING = timedelta(hours=7)
"""After the month's end: while most people who read it begin to work."""


@dataclass(frozen=True)
class SendingFigures:
    """Its parts, and the job."""

    ledger: Ledger
    reads: Repository
    bundle: Callable[[], Bundle]
    now: Callable[[], datetime]

    def jobs(self) -> tuple[PeriodicJob, ...]:
        return (PeriodicJob("send monthly figures", self.run, EVERY_SECONDS, first_after=SETTLING_SECONDS),)

    async def run(self) -> datetime | None:
        """Have the last month's sent, if the bundle names a channel for it."""
        if self.bundle().settings.channels.figures is None:
            return None
        month = month_of(self.now() - MORNING).later(-1)
        subject = figures_id(str(month))
        if not await self.reads.exists(subject):
            await self.ledger.handle(SendFigures(subject, str(month)), CLOCKWORK, "clockwork")
        return None
