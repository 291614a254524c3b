"""Bearer tokens of machines: JWTs (RFC 7519) signed by an issuer that the policy bundle trusts."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from workflows.policy.machines import IssuerBlock
from workflows.ports import Permanent, Retryable

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
"""Signatures by a private key; nothing that who verifies could have made."""
LONGEST = 16_384
"""Characters of a token."""
LEEWAY = 30
"""Seconds by which two clocks may differ."""
WITHIN = 10
KEEP = 600.0
"""Seconds for which an issuer's keys are taken for good."""
PAUSE = 10.0
"""Seconds until keys are fetched again for a token whose key isn't among them."""


@dataclass(frozen=True)
class Vouched:
    """A token that holds: the issuer's name in the bundle, and what it claims."""

    issuer: str
    claims: Mapping[str, Any]

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.claims["exp"], UTC)


@dataclass
class _Keys:
    keys: KeySet
    fetched: float


class Tokens:
    """Verifies tokens, and keeps their issuers' keys at hand."""

    def __init__(self, client: httpx2.AsyncClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._kept: dict[str, _Keys] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def verify(self, token: str, issuers: Mapping[str, IssuerBlock]) -> Vouched:
        """Raises Permanent, saying what is wrong with the token, or Retryable if its issuer's keys can't be had."""
        name = _issuer_of(token, issuers)
        issuer = issuers[name]
        try:
            claims = (await self._decoded(token, issuer)).claims
            _registry(issuer, self._now()).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Permanent(f"The token doesn't hold: {_what(error)}.") from error
        lasts = claims["exp"] - claims["iat"]
        if not 0 < lasts <= issuer.longest:
            raise Permanent(
                f"The token is good for {lasts} s; tokens of {name} may be good for {issuer.longest} s at most."
            )
        return Vouched(name, claims)

    async def _decoded(self, token: str, issuer: IssuerBlock) -> jwt.Token:
        keys = await self._keys(issuer.issuer, KEEP)
        try:
            return jwt.decode(token, keys.keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            again = await self._keys(issuer.issuer, PAUSE)
            if again is keys:
                raise
            return jwt.decode(token, again.keys, algorithms=ALGORITHMS)

    async def _keys(self, issuer: str, younger_than: float) -> _Keys:
        async with self._turns.setdefault(issuer, asyncio.Lock()):
            kept = self._kept.get(issuer)
            if kept is None or time.monotonic() - kept.fetched >= younger_than:
                kept = self._kept[issuer] = _Keys(await self._fetch(issuer), time.monotonic())
            return kept

    async def _fetch(self, issuer: str) -> KeySet:
        base = issuer.rstrip("/")
        try:
            found = await self._get(f"{base}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise Permanent(f"What answers at {issuer} says it is {found.get('issuer')}.")
            return KeySet.import_key_set(await self._get(str(found["jwks_uri"])))  # type: ignore[arg-type]
        except (httpx2.HTTPError, ValueError, KeyError, JoseError) as error:
            raise Retryable(
                f"The keys of {issuer} can't be had now ({type(error).__name__}). Try again in a minute."
            ) from error

    async def _get(self, url: str) -> dict[str, Any]:
        answer = await self._client.get(url, timeout=WITHIN)
        answer.raise_for_status()
        found = answer.json()
        if not isinstance(found, dict):
            raise ValueError("no JSON object")
        return found


def _issuer_of(token: str, issuers: Mapping[str, IssuerBlock]) -> str:
    """Whose token it says it is; nothing is believed of it yet."""
    if len(token) > LONGEST or token.count(".") != 2:
        raise Permanent("That is no token: a JWT has three parts with dots between them.")
    try:
        said = json.loads(jws.extract_compact(token.encode()).payload)["iss"]
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Permanent("The token can't be read, or names no issuer.") from error
    for name, issuer in issuers.items():
        if issuer.issuer == said:
            return name
    raise Permanent("The token is of an issuer that the policy bundle doesn't trust.")


def _registry(issuer: IssuerBlock, now: datetime) -> jwt.JWTClaimsRegistry:
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
    return str(getattr(error, "description", None) or getattr(error, "error", None) or error).rstrip(".")
