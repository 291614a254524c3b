"""The identity provider that people sign in with, if there is one."""

from bot.settings import Settings
from bot.wiring.releases import reach_of
from integrations.http_client import Guard, Whole
from integrations.oidc import WITHIN, Provider


def open_provider(settings: Settings) -> Provider | None:
    """The provider that the settings name; it is asked for nothing before somebody signs in."""
    secret = settings.daypass_oidc_client_secret
    if not settings.daypass_oidc_issuer or not settings.daypass_oidc_client_id or not secret:
        return None
    issuer, client_id = str(settings.daypass_oidc_issuer), settings.daypass_oidc_client_id
    transport = Whole(Guard(reach_of(settings).naming(issuer)), seconds=WITHIN)
    return Provider(issuer, client_id, secret, transport, settings.daypass_oidc_trust_email)
