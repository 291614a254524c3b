"""Signing people in from their own computers: the public client (RFC 8252) that runs OpenID Connect there.

The computer asks the identity provider itself and brings an id token. Anybody can send one, so it is verified as a
machine's token is, has to be fresh and meant for this client, and none of its words are repeated.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from integrations.machine_tokens import LEEWAY, TokenVerifier
from integrations.oidc import Identity, email_of
from workflows.ports import Permanent

MAX_AGE_SECONDS = 300
"""Of an id token when it is brought: signing in takes seconds, and a token found later is worth nothing."""
MAX_LIFETIME_SECONDS = 24 * 3_600
"""Of an id token, by its own account; providers give them an hour, some of them ten."""


@dataclass(frozen=True)
class _Expected:
    """What an id token has to say, as `TokenVerifier` reads it."""

    issuer: str
    audience: str
    longest: int = MAX_LIFETIME_SECONDS


@dataclass(frozen=True)
class Described:
    """What a computer needs to know to sign somebody in. `issuer` is as the provider writes it itself.

    `device`: whether it has the device flow (RFC 8628).
    """

    issuer: str
    client_id: str
    device: bool


class PublicClient:
    """The client that people's computers are at the provider, which needs no secret. `client` is a guarded one.

    With `trusts_email` an address is taken from a provider that never says whether it has verified it.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client: httpx2.AsyncClient,
        now: Callable[[], datetime],
        trusts_email: bool = False,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self.client_id = client_id
        self._now = now
        self._trusts_email = trusts_email
        self._tokens = TokenVerifier(
            client,
            now,
            elapsed,
            untrusted="The id token is from another identity provider.",
            listed_in="DAYPASS_OIDC_ISSUER",
        )
        spelt = (self.issuer, f"{self.issuer}/")
        self._expected = {one: _Expected(one, client_id) for one in spelt}

    async def described(self) -> Described:
        """Ask the provider what it offers. Raises Retryable."""
        found = await self._tokens.discovered(tuple(self._expected))
        device = isinstance(found.get("device_authorization_endpoint"), str)
        return Described(str(found["issuer"]), self.client_id, device)

    async def verify(self, id_token: str, nonce: str | None) -> Identity:
        """Return whom the provider vouches for. Raises Permanent if the token proves nobody, or Retryable.

        Checks what OpenID Connect Core 1.0, 3.1.3.7 asks of a client, with its `nonce` if it sent one.
        """
        claims = (await self._tokens.verify(id_token, self._expected)).claims
        self._check_meant_for_us(claims)
        self._check_fresh(claims)
        if claims.get("nonce") != nonce:
            raise Permanent("The id token belongs to another sign-in. Sign in again.")
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject:
            raise Permanent("The identity provider sent no account.")
        return Identity(self.issuer, subject, email_of(claims, self._trusts_email))

    def _check_meant_for_us(self, claims: Mapping[str, Any]) -> None:
        """An id token for several audiences has to name the one that asked for it (`azp`)."""
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", None if several else self.client_id) != self.client_id:
            raise Permanent("The id token was issued to another application.")

    def _check_fresh(self, claims: Mapping[str, Any]) -> None:
        age = self._now().timestamp() - claims["iat"]
        if not -LEEWAY <= age <= MAX_AGE_SECONDS:
            raise Permanent(
                f"The id token is older than {MAX_AGE_SECONDS // 60} minutes. Sign in again; "
                "if that doesn't help, check the clocks."
            )


def signed_part(id_token: str) -> str:
    """Return what of the token is signed. Its signature can be written in several ways, this can't."""
    return id_token.rpartition(".")[0]
