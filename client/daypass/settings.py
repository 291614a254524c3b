"""Reads where Daypass is and who calls it: a machine by its token, or the person who signed in."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from daypass.addresses import site
from daypass.errors import DaypassError, NotSignedIn
from daypass.private_files import config_folder
from daypass.sessions import Session, Sessions, system_keyring
from daypass.text import at

NAMES = ("DAYPASS_URL", "DAYPASS_TOKEN", "DAYPASS_TOKEN_FILE")
"""What is read from the environment."""
MACHINE_REMEDY = "Get a new token; DAYPASS_TOKEN_FILE is read again on every call."
PERSON_REMEDY = "Sign in again: daypass login"


@dataclass(frozen=True)
class Caller:
    """Who calls Daypass at `url`. `token` is read anew for each call; `remedy` says what to do if it is refused."""

    url: str
    token: Callable[[], str] = field(repr=False)
    is_machine: bool
    remedy: str


def open_sessions(environment: Mapping[str, str] = os.environ) -> Sessions:
    """Open this user's sessions."""
    return Sessions(config_folder(environment), system_keyring())


def shares_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Name the folder where this user's programs that share a grant know of each other."""
    return config_folder(environment) / "in-use"


def read_url(sessions: Sessions, environment: Mapping[str, str] = os.environ) -> str:
    """Return DAYPASS_URL, else the address that was signed in to last. Raises DaypassError."""
    given = environment.get("DAYPASS_URL", "").strip()
    if given:
        return site(given, "DAYPASS_URL")
    if last := sessions.last_url:
        return site(last, "The remembered address")
    raise DaypassError(
        "DAYPASS_URL is not set: set it to the address of Daypass, or sign in once with "
        "daypass login https://daypass.example"
    )


def read_caller(sessions: Sessions, environment: Mapping[str, str] = os.environ) -> Caller:
    """Return the machine whose token is set, else whoever is signed in. Raises DaypassError or NotSignedIn."""
    url = read_url(sessions, environment)
    if environment.get("DAYPASS_TOKEN") or environment.get("DAYPASS_TOKEN_FILE"):
        return Caller(url, partial(_machine_token, environment), True, MACHINE_REMEDY)
    session = sessions.find(url)
    if session is None:
        raise NotSignedIn(
            f"You aren't signed in to {url}. Run: daypass login (a pipeline sets DAYPASS_TOKEN_FILE instead)."
        )
    if session.is_over:
        raise NotSignedIn(f"Your session ended at {at(session.expires_at)}. {PERSON_REMEDY}")
    return caller_of(session)


def caller_of(session: Session) -> Caller:
    """Return the person whose session it is."""
    return Caller(session.url, lambda: session.token, False, PERSON_REMEDY)


def _machine_token(environment: Mapping[str, str]) -> str:
    """Read at each call, so that whoever renews the file is heard. Raises DaypassError."""
    file = environment.get("DAYPASS_TOKEN_FILE", "")
    try:
        token = Path(file).read_text() if file else environment.get("DAYPASS_TOKEN", "")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it isn't text"
        raise DaypassError(f"DAYPASS_TOKEN_FILE: {file} can't be read: {why}.") from error
    if not token.strip():
        raise DaypassError(f"{file or 'DAYPASS_TOKEN'} is empty. Put a machine's token in it.")
    return token.strip()
