"""Checks the settings with which people sign in."""

from typing import Protocol


class SignInSettings(Protocol):
    """What of the settings is about signing in; each may be missing."""

    @property
    def daypass_url(self) -> object: ...

    @property
    def daypass_oidc_issuer(self) -> object: ...

    @property
    def daypass_oidc_client_id(self) -> str | None: ...

    @property
    def daypass_oidc_client_secret(self) -> object: ...

    @property
    def daypass_oidc_cli_client_id(self) -> str | None: ...


def sign_in_fault(settings: SignInSettings) -> str | None:
    """Say what is missing or wrong about how people sign in; None if nothing is."""
    needed = {
        "DAYPASS_URL": settings.daypass_url,
        "DAYPASS_OIDC_CLIENT_ID": settings.daypass_oidc_client_id,
        "DAYPASS_OIDC_CLIENT_SECRET": settings.daypass_oidc_client_secret,
    }
    missing = [name for name, value in needed.items() if not value]
    if settings.daypass_oidc_issuer and missing:
        return f"console sign-in is incomplete: set {' and '.join(missing)} as well as DAYPASS_OIDC_ISSUER"
    terminal = settings.daypass_oidc_cli_client_id
    if terminal and not settings.daypass_oidc_issuer:
        return "terminal sign-in is incomplete: set DAYPASS_OIDC_ISSUER as well as DAYPASS_OIDC_CLI_CLIENT_ID"
    if terminal and terminal == settings.daypass_oidc_client_id:
        return (
            "DAYPASS_OIDC_CLI_CLIENT_ID is the console's client; "
            "register a public client of its own for the command line"
        )
    return None
