"""What releases do by themselves: keep what is known of models fresh, and watch what is live and what is proposed."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workflows.ledger.clockwork import PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.terms.releases import MLFLOW_SOURCES, ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.bypass import DeploymentJobs
from workflows.releases.deployments import Deployments
from workflows.releases.drift import watch_artifacts, watch_live, watch_open
from workflows.releases.evidence import Registries
from workflows.releases.exceptions.jobs import watch_reviews
from workflows.releases.live_checks.source import LiveSources
from workflows.releases.live_checks.watch import LiveCheckJobs
from workflows.releases.performers import Incidents, Targets
from workflows.system.alarms import alarm
from workflows.workflow import CLOCKWORK, World

log = logging.getLogger(__name__)

WATCH_LIVE = "watch releases"
WATCH_OPEN = "watch open releases"
OPEN_MLFLOW = "mlflow-open"
MLFLOW_IS_OPEN = (
    "MLflow has no login, so anyone can change a version's authors and overwrite its files. {} can't be released "
    "until MLflow has one. To accept this risk, set `mlflow: claimed` under the service's `authors`."
)


@dataclass
class ReleaseJobs:
    """Its parts, and the jobs. `refresh` is told every service of the bundle; `artifacts_every` is how old a
    reading of an artifact's bytes may be where nothing has moved since."""

    ledger: Ledger
    reads: Repository
    registries: Registries
    targets: Targets
    incidents: Incidents
    refresh: Callable[[Iterable[ReleaseTerms]], Awaitable[None]]
    world: Callable[[], World]
    now: Callable[[], datetime]
    artifacts_every: timedelta
    every_seconds: float
    deployments: Deployments | None = None
    live_sources: LiveSources = field(default_factory=dict)
    _looking: LiveCheckJobs = field(init=False)

    def __post_init__(self) -> None:
        self._looking = LiveCheckJobs(
            self.ledger, self.reads, self.live_sources, self.now, self.every_seconds
        )

    def jobs(self) -> tuple[PeriodicJob, ...]:
        return (
            PeriodicJob(WATCH_LIVE, self._watch_releases, at_least_every=self.every_seconds),
            PeriodicJob(WATCH_OPEN, self._watch_open_releases, at_least_every=self.every_seconds),
            PeriodicJob("watch exceptions", self._watch_exceptions, at_least_every=self.every_seconds),
            PeriodicJob("watch artifacts", self._watch_artifacts, at_least_every=self.every_seconds),
            *self._watching_deployments().jobs(),
            *self._looking.jobs(),
        )

    def _watching_deployments(self) -> DeploymentJobs:
        return DeploymentJobs(
            self.ledger, self.reads, self.deployments, self.targets, self.world, self.every_seconds
        )

    async def _watch_releases(self) -> datetime | None:
        await self.refresh(self.world().bundle.services.values())
        await watch_live(self.ledger, self.reads, self.targets)
        return None

    async def _watch_open_releases(self) -> datetime | None:
        registries, targets, since = self.registries, self.targets, self._bytes_since()
        await watch_open(self.ledger, self.reads, registries, targets, self.incidents, since)
        return None

    async def _watch_artifacts(self) -> datetime | None:
        """Run as a job of its own: reading gigabytes must not keep an alias moved by hand from being seen."""
        await watch_artifacts(self.ledger, self.reads, self.registries, self._bytes_since())
        try:
            await self._alarm(OPEN_MLFLOW, await self._open_to_all())
        except (Retryable, Permanent) as error:
            log.warning("checking whether MLflow requires a login failed: %s", error)
        return None

    async def _watch_exceptions(self) -> datetime | None:
        await watch_reviews(self.ledger, self.reads)
        return None

    def _bytes_since(self) -> datetime:
        return self.now() - self.artifacts_every

    async def _open_to_all(self) -> str | None:
        """What to alarm about, if a service wants authors authenticated and MLflow asks for no login.

        Raises Retryable or Permanent.
        """
        wanting = [
            one.title
            for one in self.world().bundle.services.values()
            if one.source in MLFLOW_SOURCES and one.authors.mlflow == "authenticated"
        ]
        login = await self.registries["mlflow"].login() if wanting else "required"
        return MLFLOW_IS_OPEN.format(", ".join(sorted(wanting)[:5])) if login == "none" else None

    async def _alarm(self, key: str, sentence: str | None) -> None:
        await self.ledger.handle(alarm(key, sentence), CLOCKWORK, "clockwork")
