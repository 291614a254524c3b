"""What other systems call Daypass by, about releases; each only where it is set up."""

from fastapi import APIRouter

from bot.web import github, release_webhook, rollouts
from bot.web.rejections import Rejections
from bot.wiring.core import Core
from bot.wiring.outside import Outside
from workflows.incidents.open_incidents import OpenIncidents


def hook_routes(core: Core, outside: Outside, rejections: Rejections) -> APIRouter:
    """The routes of GitHub, of pipelines and of clusters."""
    routes = APIRouter()
    _github(routes, core, outside, rejections)
    _pipelines(routes, core, outside, rejections)
    _clusters(routes, core, outside, rejections)
    return routes


def _github(routes: APIRouter, core: Core, outside: Outside, rejections: Rejections) -> None:
    settings, deployments = outside.settings, outside.releasing.deployments
    if deployments is not None:
        secrets, api = settings.daypass_github_webhook_secrets, str(settings.daypass_github_url)
        world = outside.known.world
        routes.include_router(
            github.router(github.GitHubHook(secrets, api, deployments, core.ledger, rejections, world))
        )


def _pipelines(routes: APIRouter, core: Core, outside: Outside, rejections: Rejections) -> None:
    secrets, registries = outside.settings.daypass_release_webhooks, outside.releasing.registries
    if secrets:
        hook = release_webhook.ReleaseHook(
            secrets, registries, core.reads, core.ledger, rejections, outside.known.world, outside.now
        )
        routes.include_router(release_webhook.router(hook))


def _clusters(routes: APIRouter, core: Core, outside: Outside, rejections: Rejections) -> None:
    tokens, registries = outside.settings.daypass_rollout_tokens, outside.releasing.registries
    if tokens:
        incidents, world = OpenIncidents(core.reads), outside.known.world
        rest = (core.reads, core.ledger, core.rederiving, rejections, world, outside.now)
        hook = rollouts.RolloutHook(tokens, registries, incidents, *rest)
        routes.include_router(rollouts.router(hook))
