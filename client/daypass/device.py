"""Signs in where no browser can be opened: the person types a code on another device (RFC 8628)."""

import time
from collections.abc import Callable

import httpx2

from daypass.errors import Away, DaypassError
from daypass.oidc import Client, Provider, checked, post
from daypass.text import one_line

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER_SECONDS = 5
_MAX_SECONDS = 1_800
Tell = Callable[[str], None]


def sign_in(
    http: httpx2.Client,
    provider: Provider,
    client: Client,
    tell: Tell,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Show the code, and wait until it was typed in; the ID token. Raises DaypassError."""
    assert provider.device_endpoint is not None
    asked = {"client_id": client.id, "scope": " ".join(client.scopes)}
    status, given = post(http, provider.device_endpoint, asked)
    code, shown = given.get("device_code"), given.get("user_code")
    page = given.get("verification_uri")
    if status >= 400 or not (code and shown and page):
        raise DaypassError(
            f"The identity provider gave no code to sign in with (status {status}). Try again."
        )
    tell(f"Open {one_line(str(page), 500)} on any device and enter the code {one_line(str(shown), 40)}")
    if whole := given.get("verification_uri_complete"):
        tell(f"Or open {one_line(str(whole), 500)}")
    pause = _number(given.get("interval"), 5)
    until = clock() + min(_number(given.get("expires_in"), 600), _MAX_SECONDS)
    while clock() < until:
        sleep(pause)
        try:
            status, found = post(
                http,
                provider.token_endpoint,
                {"grant_type": _GRANT, "device_code": str(code), "client_id": client.id},
            )
        except Away:
            pause += _SLOWER_SECONDS  # RFC 8628, section 3.5: back off when a call isn't answered
            continue
        match found.get("error"):
            case None:
                return checked(found, client, None)
            case "authorization_pending":
                continue
            case "slow_down":
                pause += _SLOWER_SECONDS
            case "access_denied":
                raise DaypassError("You declined to sign in there, so you aren't signed in.")
            case _:
                break
    raise DaypassError("The code expired before you signed in. Run daypass login again.")


def _number(given: object, otherwise: float) -> float:
    return float(given) if isinstance(given, int | float) and given > 0 else otherwise
