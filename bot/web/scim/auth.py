"""Who may push: whoever brings one of the tokens of `DAYPASS_SCIM_TOKENS`. Two are valid while one replaces the other."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pydantic import SecretStr
from scim2_models import Error, SCIMException, UnauthorizedException

from bot.web.rejections import Rejection, Rejections

WRONG_PER_MINUTE = 30
"""Requests with a wrong token that are answered 401 in a minute; more are answered 429."""
_MINUTE = timedelta(minutes=1)
WRONG_TOKEN = Rejection("scim-token", "A SCIM request brought no valid token.", "scim")


class Tokens:
    """The tokens, of which only digests are kept, and how many wrong ones came in this minute."""

    def __init__(
        self, tokens: Sequence[SecretStr], rejections: Rejections, now: Callable[[], datetime]
    ) -> None:
        self._digests = [_digest(one.get_secret_value()) for one in tokens]
        self._rejections = rejections
        self._now = now
        self._since = now()
        self._wrong = 0

    async def check(self, header: str, came_from: str) -> None:
        """Let a request pass that brings a token. Raises UnauthorizedException, or SCIMException with the status 429."""
        scheme, _, token = header.partition(" ")
        given = _digest(token.strip())
        # Compares with every token, so that the time says nothing of which one is near.
        matches = [hmac.compare_digest(given, one) for one in self._digests]
        if scheme.lower() == "bearer" and any(matches):
            return
        await self._rejections.reject(WRONG_TOKEN, came_from)
        if self._too_many():
            too_many = Error(
                status=429, detail="Too many requests with a wrong token. Try again in a minute."
            )
            raise SCIMException.from_error(too_many)
        raise UnauthorizedException(detail="Send a token of DAYPASS_SCIM_TOKENS as a bearer token.")

    def _too_many(self) -> bool:
        now = self._now()
        if now - self._since >= _MINUTE:
            self._since, self._wrong = now, 0
        self._wrong += 1
        return self._wrong > WRONG_PER_MINUTE


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
