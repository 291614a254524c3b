"""The identity provider that people sign in with, if there is one."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from bot.settings import Settings
from bot.wiring.releases import reach_of
from integrations.http_client import Guard, Whole, guarded_client
from integrations.oidc import WITHIN, Provider
from integrations.public_client import PublicClient


def open_provider(settings: Settings) -> Provider | None:
    """The provider that the settings name; it is asked for nothing before somebody signs in."""
    secret = settings.daypass_oidc_client_secret
    if not settings.daypass_oidc_issuer or not settings.daypass_oidc_client_id or not secret:
        return None
    issuer, client_id = str(settings.daypass_oidc_issuer), settings.daypass_oidc_client_id
    transport = Whole(Guard(reach_of(settings).naming(issuer)), seconds=WITHIN)
    return Provider(issuer, client_id, secret, transport, settings.daypass_oidc_trust_email)


@asynccontextmanager
async def open_public_client(
    settings: Settings, now: Callable[[], datetime]
) -> AsyncIterator[PublicClient | None]:
    """Open the client that people's own computers are at the provider, if the settings name it."""
    client_id = settings.daypass_oidc_cli_client_id
    if not settings.daypass_oidc_issuer or not client_id:
        yield None
        return
    issuer = str(settings.daypass_oidc_issuer)
    async with guarded_client(Guard(reach_of(settings).naming(issuer)), seconds=WITHIN) as client:
        yield PublicClient(issuer, client_id, client, now, settings.daypass_oidc_trust_email)
