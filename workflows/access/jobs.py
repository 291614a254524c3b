"""What access does by itself: compares Vault with the ledger, and watches Daypass's logins there and who has what together."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.access.commands import ReportMissing
from workflows.access.review_jobs import ReviewJobs
from workflows.access.separation import CODE, HOLDING, held_together
from workflows.access.state import KIND, STANDING, Access
from workflows.access.views import handles_of
from workflows.ledger.clockwork import PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.ports import CredentialHandles, Permanent, Retryable, Vault
from workflows.system.alarms import KIND as ALARMS
from workflows.system.alarms import Alarm, alarm, changes
from workflows.workflow import CLOCKWORK, World

log = logging.getLogger(__name__)

RECONCILE_SECONDS = 60.0
SETTLING_SECONDS = 5.0
"""After the start until Vault is compared with the ledger: what was cut short isn't settled sooner."""
LOGINS_SECONDS = 3600.0
DUTIES_SECONDS = 60.0
RETRY_AFTER = timedelta(seconds=5)
LATER = timedelta(minutes=1)
LOCKED_OUT = "vault-login"
MISSING_IN_PRIVATE = (
    "Vault no longer has a credential for a private incident that Daypass counted as live. Daypass has "
    "marked it as ended; its holder can get another."
)


@dataclass
class AccessJobs:
    """Its parts, and the jobs."""

    ledger: Ledger
    reads: Repository
    vault: Vault
    world: Callable[[], World]
    now: Callable[[], datetime]

    def jobs(self) -> tuple[PeriodicJob, ...]:
        return (
            PeriodicJob(
                "reconcile with Vault", self._reconcile, RECONCILE_SECONDS, first_after=SETTLING_SECONDS
            ),
            PeriodicJob(
                "watch the logins to Vault", self.watch_logins, LOGINS_SECONDS, first_after=SETTLING_SECONDS
            ),
            PeriodicJob(
                "watch separated duties", self.watch_duties, DUTIES_SECONDS, first_after=SETTLING_SECONDS
            ),
            *ReviewJobs(self.ledger, self.reads, self.world, self.now).jobs(),
        )

    async def _reconcile(self) -> datetime | None:
        held = await self.reads.in_status(Access, KIND, STANDING)
        live, paths = self._in_vault(held)
        try:
            findings = await self.vault.reconcile(paths, live, self.now())
        except (Retryable, Permanent) as error:
            log.warning("comparing Vault with the ledger failed: %s", error)
            return self.now() + RETRY_AFTER
        for finding in findings:
            if not finding.missing:
                await self._alarm(finding.key, finding.sentence)
            elif access := await self._ended_as_missing(held, finding.missing):
                await self._alarm(finding.key, MISSING_IN_PRIVATE if access.private else finding.sentence)
        return None

    async def watch_logins(self) -> datetime | None:
        """Alarm a week before Daypass can't log in to Vault any more, and when it can't."""
        try:
            trouble = await self.vault.locked_out_soon(self.now())
        except Retryable as error:
            log.warning("checking Daypass's logins to Vault failed: %s", error)
            return self.now() + LATER
        await self._alarm(LOCKED_OUT, trouble)
        return None

    async def watch_duties(self) -> datetime | None:
        """Alarm for everyone who has together what the bundle separates, until they don't.

        They may have had it before the bundle separated it, or under accounts that turned out to be one person's.
        """
        world = self.world()
        held = await self.reads.in_status(Access, KIND, HOLDING) if world.bundle.separate_duties else []
        found = held_together(world.bundle, world.directory, held)
        wanted = {one.key: one.sentence(world.directory) for one in found}
        raised = await self.reads.in_status(Alarm, ALARMS, ("raised",))
        for command in changes(raised, f"{CODE}:", wanted):
            await self.ledger.handle(command, CLOCKWORK, "clockwork")
        return None

    async def _ended_as_missing(self, held: list[Access], credential: str) -> Access | None:
        """Whose credential it was, if it is ended because Vault lost it: it may have been ended meanwhile."""
        access = next(one for one in held if one.credential(credential))
        command = ReportMissing(access.id, credential)
        outcome = await self.ledger.handle(command, CLOCKWORK, "clockwork")
        return access if outcome.events else None

    def _in_vault(self, held: list[Access]) -> tuple[dict[str, CredentialHandles], frozenset[str]]:
        """What Vault may hold by our books: each credential in it, and the paths to look under."""
        live = {
            credential.id: handles_of(access, credential)
            for access in held
            for credential in access.credentials
            if credential.in_vault
        }
        in_bundle = {one.vault.path for one in self.world().bundle.entitlements.values()}
        return live, frozenset(in_bundle | {access.terms.vault.path for access in held})

    async def _alarm(self, key: str, sentence: str | None) -> None:
        await self.ledger.handle(alarm(key, sentence), CLOCKWORK, "clockwork")
