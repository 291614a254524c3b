"""Signs a person in, by browser or by a code on another device, and keeps the session."""

import os
import platform
import sys
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx2

from daypass.api import open_client, opened, problem_of, read_object
from daypass.device import sign_in as sign_in_by_code
from daypass.errors import Away, DaypassError, NotSignedIn, Refused
from daypass.loopback import listening
from daypass.oidc import SECONDS, Attempt, Client, Provider, authorization_url, discover, redeem
from daypass.sessions import Session, Sessions
from daypass.settings import caller_of
from daypass.text import at, one_line, parsed

Tell = Callable[[str], None]
_IN_A_TERMINAL = ("www-browser", "w3m", "lynx", "links", "elinks")
_MAX_NAME_CHARS = 100


def log_in(
    sessions: Sessions,
    url: str,
    tell: Tell,
    by_code: bool = False,
    browse: Callable[[str], bool] = webbrowser.open,
    environment: Mapping[str, str] = os.environ,
) -> Session:
    """Sign in at Daypass's address and keep the session. Raises DaypassError.

    `by_code` uses a code on another device; so does a computer on which no browser can be opened, if the provider can.
    `browse` opens a page in the browser and tells whether it did.
    """
    with open_client(url) as http:
        client = _client(http, url)
        with httpx2.Client(timeout=SECONDS, follow_redirects=False) as elsewhere:
            provider = discover(elsewhere, client.issuer)
            if by_code and provider.device_endpoint is None:
                raise DaypassError(
                    "Your identity provider has no sign-in by code. Run daypass login without --device."
                )
            if by_code or (provider.device_endpoint and not has_browser(environment)):
                token, nonce = sign_in_by_code(elsewhere, provider, client, tell), None
            else:
                token, nonce = _by_browser(elsewhere, provider, client, tell, browse)
        session = _session(http, url, token, nonce)
    _end_older(sessions, url)
    sessions.remember(url)
    where = sessions.keep(session)
    tell(
        f"Signed in as {session.person} until {at(session.expires_at)}. The session is kept in {where}; "
        "end it with daypass logout"
    )
    return session


def log_out(sessions: Sessions, url: str, tell: Tell) -> None:
    """End the session, there and here. Raises DaypassError if it may still be open there."""
    session = sessions.find(url)
    if session is None:
        tell(f"You aren't signed in to {url}.")
        return
    sessions.forget(url)
    if session.is_over:
        tell("Your session had ended already.")
        return
    try:
        with opened(caller_of(session), patience=SECONDS) as api:
            api.delete("sessions/current")
    except NotSignedIn:
        tell("Your session had ended already.")
        return
    except DaypassError as error:
        raise DaypassError(
            f"You're signed out on this computer, but Daypass couldn't be told: {error} The session ends by itself at "
            f"{at(session.expires_at)}. To end it now, use “Where you're signed in” in the console: {url}"
        ) from error
    tell(f"Signed out of {url}.")


def _end_older(sessions: Sessions, url: str) -> None:
    """A session that is replaced would stay open, and nobody would use it. It ends by itself if this fails."""
    with suppress(DaypassError):
        older = sessions.find(url)
        if older is not None and not older.is_over:
            with opened(caller_of(older), patience=0) as api:
                api.delete("sessions/current")


def has_browser(environment: Mapping[str, str]) -> bool:
    """Tell whether a browser on this very computer can be opened, one with a window of its own."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return False
    if sys.platform not in ("win32", "darwin"):
        shown = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY") or environment.get("BROWSER")
        if not shown:
            return False
    try:
        found: Any = webbrowser.get()
    except webbrowser.Error:
        return False
    return getattr(found, "name", "") not in _IN_A_TERMINAL


def _client(http: httpx2.Client, url: str) -> Client:
    found = _called(http, "GET", "login", None)
    scopes = found.get("scopes")
    if not isinstance(scopes, list) or not found.get("issuer") or not found.get("client_id"):
        raise DaypassError(f"{url} didn't say how to sign in. Check the address.")
    return Client(str(found["issuer"]), str(found["client_id"]), [str(one) for one in scopes])


def _by_browser(
    http: httpx2.Client, provider: Provider, client: Client, tell: Tell, browse: Callable[[str], bool]
) -> tuple[str, str]:
    attempt = Attempt()
    with listening(attempt, provider) as listener:
        page = authorization_url(provider, client, listener.redirect_uri, attempt)
        tell("Sign in with the browser window that opens. If none does, open this address on this computer:")
        tell(page)
        browse(page)
        code = listener.code()
        return redeem(http, provider, client, code, listener.redirect_uri, attempt), attempt.nonce


def _session(http: httpx2.Client, url: str, token: str, nonce: str | None) -> Session:
    asked = {"id_token": token, "device": one_line(platform.node(), _MAX_NAME_CHARS) or "a computer"}
    found = _called(http, "POST", "sessions", {**asked, "nonce": nonce} if nonce else asked)
    person = found["person"]
    return Session(
        url, str(found["token"]), parsed(found["expires_at"]), f"{person['name']} ({person['email']})"
    )


def _called(http: httpx2.Client, method: str, path: str, body: Mapping[str, str] | None) -> dict[str, Any]:
    """Call the API without being anybody yet, once: an ID token counts once."""
    try:
        answer = http.request(method, path, json=body)
    except httpx2.HTTPError as error:
        raise Away(f"Daypass at {http.base_url} isn't responding: {error}.") from error
    if answer.is_error:
        said, code = problem_of(answer)
        raise Refused(said, code, answer.status_code)
    return read_object(answer)
