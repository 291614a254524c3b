"""The device flow (RFC 8628) of the demo, for signing in where no browser can be opened. OpenBao has none of its own.

Once somebody has typed the code and their password, an authorization code flow runs here on behalf of their terminal, so
that what the terminal gets is OpenBao's own id token.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from bot.demo.identity import LOOPBACK, PROVIDER

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LASTS_SECONDS = 600
INTERVAL_SECONDS = 1
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no code is a word (RFC 8628, 6.1)."""


class Refused(Exception):
    """An error of the token endpoint, by its code (RFC 8628, 3.5)."""


@dataclass
class _Asked:
    """A terminal that waits. `tokens` is what OpenBao gave once somebody has typed its code."""

    client_id: str
    scope: str
    user_code: str
    until: float
    tokens: Mapping[str, Any] | None = None


class DeviceFlow:
    """Who waits, by device code. `client` reaches OpenBao, `front` is the address of the page."""

    def __init__(self, client: httpx2.AsyncClient, front: str) -> None:
        self._client = client
        self._front = front
        self._waiting: dict[str, _Asked] = {}

    def begin(self, client_id: str, scope: str) -> dict[str, Any]:
        """Give a terminal its codes."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(8))
        user_code, device_code = f"{code[:4]}-{code[4:]}", secrets.token_urlsafe(32)
        self._waiting[device_code] = _Asked(client_id, scope, user_code, time.monotonic() + LASTS_SECONDS)
        page = f"{self._front}/device"
        return {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={user_code}",
            "expires_in": LASTS_SECONDS,
            "interval": INTERVAL_SECONDS,
        }

    def collect(self, device_code: str, client_id: str) -> Mapping[str, Any]:
        """Give the tokens to the terminal that waits for them, once. Raises Refused."""
        asked = self._waiting.get(device_code)
        if asked is None or asked.client_id != client_id:
            raise Refused("invalid_grant")
        if time.monotonic() > asked.until:
            raise Refused("expired_token")
        if asked.tokens is None:
            raise Refused("authorization_pending")
        del self._waiting[device_code]
        return asked.tokens

    async def approve(self, user_code: str, vault_token: str) -> bool:
        """Let the terminal with this code sign in as whose token it is; False if no terminal has it."""
        typed = user_code.strip().upper()
        asked = next((one for one in self._waiting.values() if one.user_code == typed), None)
        if asked is None or asked.tokens is not None or time.monotonic() > asked.until:
            return False
        asked.tokens = await self._tokens(asked, vault_token)
        return True

    async def _tokens(self, asked: _Asked, vault_token: str) -> Mapping[str, Any]:
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        redirect = LOOPBACK[0]
        query = {
            "client_id": asked.client_id,
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": asked.scope,
            "state": secrets.token_urlsafe(16),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        headers = {"X-Vault-Token": vault_token}
        given = await self._client.get(f"/v1/{PROVIDER}/authorize", params=query, headers=headers)
        given.raise_for_status()
        form = {
            "grant_type": "authorization_code",
            "code": given.json()["code"],
            "redirect_uri": redirect,
            "client_id": asked.client_id,
            "code_verifier": verifier,
        }
        answer = await self._client.post(f"/v1/{PROVIDER}/token", data=form)
        answer.raise_for_status()
        found: Mapping[str, Any] = answer.json()
        return found
