"""What releases need of the outside world, joined from the settings: a registry, and ways of going live."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.settings import Settings
from integrations.egress import Reach, read_reach
from integrations.evidence import SourceAddress, open_source
from integrations.http_client import Guard, guarded_client
from integrations.webhook import WEBHOOK_SECONDS, WebhookCaller, WebhookTarget
from workflows.releases.evidence import Registry
from workflows.releases.performers import Targets


@dataclass(frozen=True)
class Releasing:
    """Where versions are known, where they are made live, and where a playbook's webhooks are called."""

    registry: Registry
    targets: Targets
    caller: WebhookCaller
    artifacts_every: timedelta
    """How old a reading of an artifact's bytes may be, where nothing has been moved since."""


@asynccontextmanager
async def open_releasing(settings: Settings, now: Callable[[], datetime]) -> AsyncIterator[Releasing]:
    """The source of evidence that is set up, if one is. Neither it nor a webhook has to answer yet."""
    reach = reach_of(settings)
    async with (
        guarded_client(Guard(reach), seconds=WEBHOOK_SECONDS) as client,
        open_source(_evidence_address(settings), reach, now) as source,
    ):
        webhook = WebhookTarget(client, settings.daypass_webhook_secret, now)
        caller = WebhookCaller(client, settings.daypass_webhook_secret, now)
        every = timedelta(seconds=settings.daypass_artifact_seconds)
        yield Releasing(source.registry, {"alias": source.alias, "webhook": webhook}, caller, every)


def _evidence_address(settings: Settings) -> SourceAddress | None:
    if not settings.mlflow_tracking_uri:
        return None
    return SourceAddress(
        "mlflow",
        str(settings.mlflow_tracking_uri),
        settings.mlflow_tracking_token,
        settings.mlflow_tracking_username,
        settings.mlflow_tracking_password,
    )


def reach_of(settings: Settings) -> Reach:
    """The private addresses that the operator lets Daypass go to, whoever names them."""
    return read_reach(settings.daypass_private_hosts)
