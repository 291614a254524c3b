"""Bearer tokens: JWTs (RFC 7519) signed by an issuer that is trusted, such as those of the policy bundle's machines.

Anybody can send one, so what is in a token is not repeated before its signature is found right, and no bad one keeps
a good one waiting for its issuer.
"""

import asyncio
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx2
from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    InvalidKeyIdError,
    JoseError,
    MissingAlgorithmError,
    UnsupportedAlgorithmError,
)

from integrations.jwks import Keys
from workflows.ports import Permanent, Retryable

MAX_TOKEN_CHARS = 16_384
"""Characters of a token."""
LEEWAY = 30
"""Seconds by which two clocks may differ."""
WITHIN = 10
"""Seconds in which an issuer has to have given its keys."""
KEEP = 600.0
"""Seconds for which an issuer's keys are taken for good without asking it again."""
PAUSE = 10.0
"""Seconds for which an issuer is let alone after it was asked, whatever it answered."""
OUTLAST = 3_600.0
"""Seconds for which an issuer's keys are taken for good while it can't be asked."""

_UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What reading something raises that only looks like a token."""


class Trusted(Protocol):
    """An issuer whose tokens are taken, if they are for this audience and last at most `longest` seconds."""

    @property
    def issuer(self) -> str: ...

    @property
    def audience(self) -> str: ...

    @property
    def longest(self) -> int: ...


@dataclass(frozen=True)
class Vouched:
    """A token that holds: the issuer's name among the trusted, and what it claims."""

    issuer: str
    claims: Mapping[str, Any]

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.claims["exp"], UTC)


@dataclass
class _Known:
    """What is known of an issuer. `trouble` is why its keys couldn't be had when it was last asked, at `asked`."""

    keys: Keys | None = None
    discovered: Mapping[str, Any] = field(default_factory=dict)
    fetched: float = -math.inf
    asked: float = -math.inf
    trouble: str | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class TokenVerifier:
    """Verifies tokens, and keeps their issuers' keys at hand. `elapsed` counts the seconds that keys are old.

    Where an issuer's keys are is its own word: `client` has to be a guarded one. `untrusted` is said of a token of
    another issuer, and `listed_in` is where to correct one.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        now: Callable[[], datetime],
        elapsed: Callable[[], float] = time.monotonic,
        untrusted: str = "The policy bundle doesn't trust the token's issuer.",
        listed_in: str = "machines.yaml",
    ) -> None:
        self._client = client
        self._now = now
        self._elapsed = elapsed
        self._untrusted = untrusted
        self._listed_in = listed_in
        self._known: dict[str, _Known] = {}

    async def verify(self, token: str, issuers: Mapping[str, Trusted]) -> Vouched:
        """Raises Permanent, saying what is wrong with the token, or Retryable if its issuer's keys can't be had."""
        name = _issuer_of(token, issuers, self._untrusted)
        issuer = issuers[name]
        try:
            claims = (await self._decoded(token, issuer)).claims
            _registry(issuer, self._now()).validate(claims)
            lasts = claims["exp"] - claims["iat"]
        except _UNREADABLE as error:
            raise Permanent(f"The token isn't valid: {_what(error)}.") from error
        if not 0 < lasts <= issuer.longest:
            raise Permanent(
                f"The token lasts {lasts} s; tokens of {name} may last at most {issuer.longest} s."
            )
        return Vouched(name, claims)

    async def discovered(self, issuers: Sequence[str]) -> Mapping[str, Any]:
        """Return what the issuer says of itself (OpenID Connect Discovery 1.0, 3): the first of these that it is.

        Raises Retryable.
        """
        last = Retryable(_cannot_be_had(issuers[0], "not asked yet"))
        for issuer in issuers:
            known = self._known.setdefault(issuer, _Known())
            try:
                await self._keys(issuer, known)
                return known.discovered
            except Retryable as error:
                last = error
        raise last

    async def _decoded(self, token: str, issuer: Trusted) -> jwt.Token:
        known = self._known.setdefault(issuer.issuer, _Known())
        keys = await self._keys(issuer.issuer, known)
        try:
            return keys.decode(token)
        except InvalidKeyIdError:
            await self._ask(issuer.issuer, known)
            if known.trouble:
                raise Retryable(known.trouble) from None
            return (known.keys or keys).decode(token)

    async def _keys(self, issuer: str, known: _Known) -> Keys:
        """The keys to take for good now. Nobody waits who can do without asking."""
        if self._elapsed() - known.fetched >= KEEP and not (known.keys and known.turn.locked()):
            await self._ask(issuer, known)
        if known.keys is None or self._elapsed() - known.fetched >= OUTLAST:
            raise Retryable(known.trouble or _cannot_be_had(issuer, "asked a moment ago"))
        return known.keys

    async def _ask(self, issuer: str, known: _Known) -> None:
        """Ask the issuer for its keys, unless it was asked a moment ago."""
        async with known.turn:
            if self._elapsed() - known.asked < PAUSE:
                return
            try:
                known.discovered, known.keys = await self._fetch(issuer)
                known.trouble = None
                known.fetched = self._elapsed()
            except Retryable as error:
                known.trouble = str(error)
            finally:
                known.asked = self._elapsed()

    async def _fetch(self, issuer: str) -> tuple[Mapping[str, Any], Keys]:
        base = issuer.rstrip("/")
        try:
            async with asyncio.timeout(WITHIN):
                found = await self._get(f"{base}/.well-known/openid-configuration")
                if found["issuer"] != issuer:
                    raise Retryable(
                        f"{issuer} identifies itself as a different issuer. Correct {self._listed_in}."
                    )
                return found, Keys.read(await self._get(str(found["jwks_uri"])))
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, *_UNREADABLE) as error:
            raise Retryable(_cannot_be_had(issuer, type(error).__name__)) from error

    async def _get(self, url: str) -> dict[str, Any]:
        answer = await self._client.get(url, timeout=WITHIN)
        answer.raise_for_status()
        found = answer.json()
        if not isinstance(found, dict):
            raise ValueError("not a JSON object")
        return found


def _cannot_be_had(issuer: str, why: str) -> str:
    return f"The keys of {issuer} aren't available ({why}). Try again in a minute."


def _issuer_of(token: str, issuers: Mapping[str, Trusted], untrusted: str) -> str:
    """Whose token it says it is; nothing is believed of it yet."""
    if len(token) > MAX_TOKEN_CHARS or token.count(".") != 2:
        raise Permanent("This isn't a token. A JWT has three parts separated by dots.")
    try:
        said = json.loads(jws.extract_compact(token.encode()).payload)["iss"]
    except _UNREADABLE as error:
        raise Permanent("The token is unreadable or has no issuer.") from error
    for name, issuer in issuers.items():
        if issuer.issuer == said:
            return name
    raise Permanent(untrusted)


def _registry(issuer: Trusted, now: datetime) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer.issuer},
        aud={"essential": True, "value": issuer.audience},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )


def _what(error: Exception) -> str:
    match error:
        case ExpiredTokenError():
            return "it has expired"
        case ClaimError():
            return f"its claim {error.claim} is wrong"
        case InvalidKeyIdError():
            return "its issuer doesn't have its key"
        case BadSignatureError():
            return "its signature doesn't match its issuer's key"
        case MissingAlgorithmError() | UnsupportedAlgorithmError():
            return "its signature algorithm isn't allowed"
        case _:
            return "its format isn't supported"
