"""What releases need of the outside world, joined from the settings: a registry, and ways of going live."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from bot.settings import Settings
from integrations.mlflow import AliasTarget, MLflowLogin, MLflowRegistry, open_mlflow
from integrations.no_mlflow import NoMLflow
from integrations.webhook import WebhookCaller, WebhookTarget
from workflows.releases.evidence import Registry
from workflows.releases.perform import Target, Targets


@dataclass(frozen=True)
class Releasing:
    """Where versions are known, where they are made live, and where a playbook's webhooks are called."""

    registry: Registry
    targets: Targets
    caller: WebhookCaller


@asynccontextmanager
async def open_releasing(settings: Settings, now: Callable[[], datetime]) -> AsyncIterator[Releasing]:
    """MLflow if one is set up. Neither it nor a webhook has to answer yet."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        webhook = WebhookTarget(session, settings.daypass_webhook_secret, now)
        registry: Registry = NoMLflow()
        alias: Target = NoMLflow()
        if settings.mlflow_tracking_uri:
            login = MLflowLogin(
                settings.mlflow_tracking_token,
                settings.mlflow_tracking_username,
                settings.mlflow_tracking_password,
            )
            mlflow = await stack.enter_async_context(open_mlflow(str(settings.mlflow_tracking_uri), login))
            registry, alias = MLflowRegistry(mlflow), AliasTarget(mlflow)
        caller = WebhookCaller(session, settings.daypass_webhook_secret, now)
        yield Releasing(registry, {"alias": alias, "webhook": webhook}, caller)
