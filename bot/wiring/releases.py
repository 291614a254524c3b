"""What releases need of the outside world, joined from the settings: a registry, and ways of going live."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.settings import Settings
from integrations.egress import Reach, read_reach
from integrations.http_client import Guard, guarded_client
from integrations.mlflow import AliasTarget, MLflowLogin, MLflowRegistry, open_mlflow
from integrations.mlflow.absent import NoMLflow
from integrations.webhook import WEBHOOK_SECONDS, WebhookCaller, WebhookTarget
from workflows.releases.evidence import Registry
from workflows.releases.performers import Target, Targets


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
    """MLflow if one is set up. Neither it nor a webhook has to answer yet."""
    async with AsyncExitStack() as stack:
        reach = reach_of(settings)
        client = await stack.enter_async_context(guarded_client(Guard(reach), seconds=WEBHOOK_SECONDS))
        webhook = WebhookTarget(client, settings.daypass_webhook_secret, now)
        registry: Registry = NoMLflow()
        alias: Target = NoMLflow()
        if settings.mlflow_tracking_uri:
            login = MLflowLogin(
                settings.mlflow_tracking_token,
                settings.mlflow_tracking_username,
                settings.mlflow_tracking_password,
            )
            url = str(settings.mlflow_tracking_uri)
            mlflow = await stack.enter_async_context(open_mlflow(url, login, reach))
            known = MLflowRegistry(mlflow, now)
            stack.push_async_callback(known.close)
            registry, alias = known, AliasTarget(mlflow)
        caller = WebhookCaller(client, settings.daypass_webhook_secret, now)
        every = timedelta(seconds=settings.daypass_artifact_seconds)
        yield Releasing(registry, {"alias": alias, "webhook": webhook}, caller, every)


def reach_of(settings: Settings) -> Reach:
    """The private addresses that the operator lets Daypass go to, whoever names them."""
    return read_reach(settings.daypass_private_hosts)
