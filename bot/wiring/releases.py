"""What releases need of the outside world, joined from the settings: a registry, and ways of going live."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.settings import Settings
from bot.wiring.release_sources import source_addresses
from integrations.egress import Reach, read_reach
from integrations.evidence import open_sources
from integrations.http_client import Guard, guarded_client
from integrations.rollouts import RolloutTarget
from integrations.webhook import WEBHOOK_SECONDS, WebhookCaller, WebhookTarget
from workflows.releases.deployments import Deployments
from workflows.releases.evidence import Registries
from workflows.releases.performers import Targets


@dataclass(frozen=True)
class Releasing:
    """Where versions are known, where they are made live, and where a playbook's webhooks are called."""

    registries: Registries
    targets: Targets
    deployments: Deployments | None
    """Set if GitHub is."""
    caller: WebhookCaller
    artifacts_every: timedelta
    """How old a reading of an artifact's bytes may be, where nothing has been moved since."""


@asynccontextmanager
async def open_releasing(settings: Settings, now: Callable[[], datetime]) -> AsyncIterator[Releasing]:
    """The sources of evidence that are set up. Neither they nor a webhook have to answer yet."""
    reach = reach_of(settings)
    async with (
        guarded_client(Guard(reach), seconds=WEBHOOK_SECONDS) as client,
        open_sources(source_addresses(settings), reach, now) as sources,
    ):
        webhook = WebhookTarget(client, settings.daypass_webhook_secret, now)
        caller = WebhookCaller(client, settings.daypass_webhook_secret, now)
        every = timedelta(seconds=settings.daypass_artifact_seconds)
        own = {kind: one for source in sources.values() for kind, one in source.targets.items()}
        yield Releasing(
            {name: source.registry for name, source in sources.items()},
            {**own, "webhook": webhook, "rollout": RolloutTarget(client)},
            sources["github"].deployments,
            caller,
            every,
        )


def reach_of(settings: Settings) -> Reach:
    """The private addresses that the operator lets Daypass go to, whoever names them."""
    return read_reach(settings.daypass_private_hosts)
