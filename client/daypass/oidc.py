"""OpenID Connect for a program on somebody's computer: discovery, PKCE (RFC 7636), and what a token must say.

The signature of an ID token is checked by Daypass, which the token is for; here it comes straight from the provider over
TLS (OpenID Connect Core 1.0, section 3.1.3.7).
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2

from daypass.addresses import refuse_clear
from daypass.errors import Away, DaypassError
from daypass.text import one_line

SECONDS = 20


@dataclass(frozen=True)
class Client:
    """Daypass's public client at the provider, as `GET /login` tells it."""

    issuer: str
    id: str
    scopes: Sequence[str]


@dataclass(frozen=True)
class Provider:
    """What its discovery document says. `names_itself`: it adds `iss` to each redirect (RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    device_endpoint: str | None
    names_itself: bool


@dataclass(frozen=True)
class Attempt:
    """The secrets of one sign-in."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def challenge(self) -> str:
        """S256 of the verifier (RFC 7636, section 4.2)."""
        return _base64(hashlib.sha256(self.verifier.encode()).digest())


def discover(http: httpx2.Client, issuer: str) -> Provider:
    """Read the provider's discovery document. Raises Away or DaypassError."""
    refuse_clear(issuer, "The sign-in's address")
    found = _json(http, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", {})
    if found.get("issuer") != issuer:
        raise DaypassError(
            f"The identity provider at {issuer} calls itself {one_line(str(found.get('issuer')), 200)}, so it isn't "
            "trusted. Tell Daypass's operators."
        )
    device = found.get("device_authorization_endpoint")
    endpoints = (found.get("authorization_endpoint"), found.get("token_endpoint"))
    for one in (*endpoints, *([device] if device else [])):
        refuse_clear(str(one), "An address of the identity provider")
    return Provider(
        issuer,
        str(endpoints[0]),
        str(endpoints[1]),
        str(device) if device else None,
        found.get("authorization_response_iss_parameter_supported") is True,
    )


def authorization_url(provider: Provider, client: Client, redirect_uri: str, attempt: Attempt) -> str:
    """Return the page where the person signs in."""
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(client.scopes),
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
    }
    mark = "&" if "?" in provider.authorization_endpoint else "?"
    return f"{provider.authorization_endpoint}{mark}{urlencode(asked)}"


def redeem(
    http: httpx2.Client, provider: Provider, client: Client, code: str, redirect_uri: str, attempt: Attempt
) -> str:
    """Exchange the code for an ID token that answers this attempt. Raises Away or DaypassError."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": client.id,
        "code_verifier": attempt.verifier,
    }
    found = _json(http, "POST", provider.token_endpoint, asked)
    return checked(found, client, attempt.nonce)


def checked(answer: Mapping[str, Any], client: Client, nonce: str | None) -> str:
    """Return the answer's ID token, if it is for this client and attempt. Raises DaypassError."""
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise DaypassError(f"The identity provider gave no ID token{_why(answer)}. Try again.")
    claims = _claims(token)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    same_nonce = nonce is None or hmac.compare_digest(str(claims.get("nonce", "")), nonce)
    if claims.get("iss") != client.issuer or client.id not in audiences or not same_nonce:
        raise DaypassError("The ID token isn't an answer to this sign-in, so it isn't used. Try again.")
    return token


def post(http: httpx2.Client, address: str, asked: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Send a form; the status, and the JSON object of the answer. Raises Away."""
    return _sent(http, "POST", address, asked)


def _json(http: httpx2.Client, method: str, address: str, asked: Mapping[str, str]) -> dict[str, Any]:
    status, found = _sent(http, method, address, asked)
    if status >= 400:
        raise DaypassError(
            f"The identity provider refused the sign-in (status {status}){_why(found)}. Try again."
        )
    return found


def _sent(
    http: httpx2.Client, method: str, address: str, asked: Mapping[str, str]
) -> tuple[int, dict[str, Any]]:
    headers = {"Accept": "application/json"}
    try:
        answer = http.request(method, address, data=dict(asked) or None, headers=headers)
        found = answer.json()
    except httpx2.HTTPError as error:
        raise Away(f"The identity provider at {address} isn't responding: {error}.") from error
    except ValueError:
        found = {}
    return answer.status_code, found if isinstance(found, dict) else {}


def _why(answer: Mapping[str, Any]) -> str:
    said = answer.get("error_description") or answer.get("error")
    return f": {one_line(str(said), 200)}" if said else ""


def _claims(token: str) -> dict[str, Any]:
    try:
        body = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return found if isinstance(found, dict) else {}
    except (IndexError, ValueError):
        return {}


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
