"""SCIM, joined: the endpoint, who leaves by its word, and whether the provider still calls."""

from datetime import datetime, timedelta

from fastapi import FastAPI

from bot.web.health import Check
from bot.web.rejections import Rejections
from bot.wiring.core import Core
from bot.wiring.outside import Outside
from workflows.access.departing import Departures
from workflows.database.stored_scim import StoredScim


def open_departures(core: Core, outside: Outside) -> Departures:
    """Open the job that carries out departures."""
    settings = outside.settings
    return Departures(
        core.ledger,
        core.reads,
        StoredScim(outside.store),
        outside.known,
        core.wake_people,
        outside.now,
        settings.daypass_scim_hold_above,
        timedelta(seconds=settings.daypass_scim_hold_window_seconds),
    )


def stored_scim(outside: Outside) -> StoredScim | None:
    """Give what was pushed; None if no token is set, so that nobody can push."""
    return StoredScim(outside.store) if outside.settings.daypass_scim_tokens else None


def open_scim(core: Core, outside: Outside, rejections: Rejections, url: str) -> FastAPI:
    """Open the endpoint. What it is made of takes over a second to import, so only who needs it does."""
    from bot.web.scim import Scim, scim_app
    from bot.web.scim.auth import Tokens

    stored, now = StoredScim(outside.store), outside.now
    tokens = Tokens(outside.settings.daypass_scim_tokens, rejections, now)
    return scim_app(Scim(stored, tokens, core.wake_departures, now, url))


def scim_check(outside: Outside) -> Check:
    """Make the check of whether the provider has called within the time that the settings say."""
    stored, silent = StoredScim(outside.store), outside.settings.daypass_scim_silent_seconds

    async def check() -> str | None:
        if silent is None or not outside.settings.daypass_scim_tokens:
            return None
        heard = await stored.heard_at()
        return _silence(heard, outside.now(), timedelta(seconds=silent))

    return check


def _silence(heard: datetime | None, now: datetime, silent: timedelta) -> str | None:
    if heard is not None and now - heard <= silent:
        return None
    since = f"since {heard:%Y-%m-%d %H:%M} UTC" if heard else "yet"
    return (
        f"The identity provider hasn't called {since}. Who works here and who manages whom may be out of date; "
        "people who left may still have access. Check provisioning there."
    )
