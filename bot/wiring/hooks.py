"""What other systems call Daypass by, about releases; each only where it is set up."""

from fastapi import APIRouter

from bot.web import github, release_webhook
from bot.web.rejections import Rejections
from bot.wiring.core import Core
from bot.wiring.outside import Outside


def hook_routes(core: Core, outside: Outside, rejections: Rejections) -> APIRouter:
    """The routes of GitHub and of pipelines."""
    routes = APIRouter()
    _github(routes, core, outside, rejections)
    _pipelines(routes, core, outside, rejections)
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
