"""Signing people in by OpenID Connect: authorization code with PKCE, state and nonce (Authlib does the work).

What comes back with a browser may be anybody's words, so none of them are repeated: each refusal is a sentence of ours.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from authlib.oauth2.rfc6749 import OAuth2Error
from httpx2 import AsyncBaseTransport, HTTPError, InvalidURL
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from integrations.jwks import Keys
from workflows.ports import Permanent, Retryable

LEEWAY = 30
"""Seconds by which two clocks may differ."""
WITHIN = 10
"""Seconds in which the provider has to answer."""
USED_BEFORE = "This sign-in link was already used or isn't yours. Sign in again."

_GARBLED = (ValueError, TypeError, KeyError, RuntimeError, InvalidURL)
"""What reading an answer raises that isn't what OpenID Connect says it is; RuntimeError is Authlib's, too."""

_AT_THE_PROVIDER = {
    "access_denied": "The identity provider denied access.",
    "server_error": "The identity provider had an error. Sign in again in a minute.",
    "temporarily_unavailable": "The identity provider is busy. Sign in again in a minute.",
    "invalid_request": "The identity provider rejected Daypass's request.",
    "unauthorized_client": "The identity provider doesn't let Daypass sign people in. Correct its registration.",
    "unsupported_response_type": "The identity provider doesn't support the sign-in flow that Daypass uses.",
    "invalid_scope": "The identity provider doesn't allow the scopes openid and email. Correct its registration.",
    "interaction_required": "The identity provider needs something from you first. Sign in again.",
    "login_required": "The identity provider needs you to log in there first. Sign in again.",
    "account_selection_required": "The identity provider needs you to choose an account first. Sign in again.",
    "consent_required": "The identity provider needs your consent first. Sign in again.",
    "invalid_request_uri": "The identity provider rejected Daypass's request.",
    "invalid_request_object": "The identity provider rejected Daypass's request.",
    "request_not_supported": "The identity provider rejected Daypass's request.",
    "request_uri_not_supported": "The identity provider rejected Daypass's request.",
    "registration_not_supported": "The identity provider rejected Daypass's request.",
}
"""By the error that a browser brings back (RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6)."""

_FOR_A_TOKEN = {
    "invalid_grant": "This sign-in link was already used or is too old. Sign in again.",
    "invalid_client": "The identity provider doesn't know Daypass. Correct DAYPASS_OIDC_CLIENT_ID and its secret.",
    "unauthorized_client": "The identity provider doesn't let Daypass sign people in. Correct its registration.",
}
"""By the error that the token endpoint answers with (RFC 6749, 5.2)."""
_A_NO = "The identity provider rejected the sign-in."


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for. `subject` is its own name for the account, which it never gives to another."""

    issuer: str
    subject: str
    email: str
    authenticated_at: datetime | None = None
    """When they authenticated there, if the provider says so."""


class _App(StarletteOAuth2App):  # type: ignore[misc]
    """Authlib's, which takes no key of a set if it can't read one of them."""

    async def parse_id_token(self, token: Mapping[str, Any], nonce: str, **options: Any) -> Any:
        """Verify by the keys that may have signed it, asked for anew if there is none. Raises what Authlib raises."""
        signed = token.get("id_token")
        if not isinstance(signed, str):
            return None
        try:
            keys = Keys.read(await self.fetch_jwk_set()).of(signed)
        except InvalidKeyIdError:
            keys = Keys.read(await self.fetch_jwk_set(force=True)).of(signed)
        one = copy(self)
        one.server_metadata = {**self.server_metadata, "jwks": keys}
        return await super(_App, one).parse_id_token(token, nonce, **options)


class Provider:
    """An identity provider, found by discovery at its issuer. `request.session` has to be a signed cookie.

    Everything that it names, its endpoints and keys, is asked through `transport`.
    With `trusts_email` an address is taken from a provider that never says whether it has verified it.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: SecretStr,
        transport: AsyncBaseTransport,
        trusts_email: bool = False,
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._trusts_email = trusts_email
        self._client = OAuth().register(
            name="daypass",
            client_cls=_App,
            client_id=client_id,
            client_secret=client_secret.get_secret_value(),
            server_metadata_url=f"{self.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "timeout": WITHIN,
                "transport": transport,
                "trust_env": False,
            },
        )

    async def begin(self, request: Request, back: str, max_age: int | None = None) -> Response:
        """Send the browser to the provider; it comes back to the address `back`. Raises Retryable or Permanent.

        With `max_age` whoever authenticated there more than so many seconds ago is asked to do it again. Not every
        provider heeds that: what counts is what `Identity.authenticated_at` says.
        """
        await self._discovered()
        asked = {} if max_age is None else {"max_age": max_age}
        try:
            answer: Response = await self._client.authorize_redirect(request, back, **asked)
        except (HTTPError, OAuthError, *_GARBLED) as error:
            raise self._away(error) from error
        return answer

    async def finish(self, request: Request) -> Identity:
        """Whom the browser that came back brings. Raises Permanent if it proves nobody, or Retryable."""
        await self._expect(request)
        issuer = await self._discovered()
        await self._keys()
        claims = await self._vouched_for(request, issuer)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise Permanent("The identity provider sent no account.")
        email = email_of(claims, self._trusts_email)
        return Identity(self.issuer, subject, email, _authenticated_at(claims))

    async def _expect(self, request: Request) -> None:
        """Nothing else that comes back is read before it is found that this browser set out with this state."""
        state = request.query_params.get("state", "")
        if not await self._client.framework.get_state_data(request.session, state):
            raise Permanent(USED_BEFORE)
        error = request.query_params.get("error")
        if error:
            await self._client.framework.clear_state_data(request.session, state)
            raise Permanent(_AT_THE_PROVIDER.get(error, _A_NO))

    async def _discovered(self) -> str:
        """The issuer as it writes itself: what is discovered has to speak for it (OpenID Connect Discovery, 4.3)."""
        try:
            found = str((await self._client.load_server_metadata())["issuer"])
        except (HTTPError, OAuthError, *_GARBLED) as error:
            raise self._away(error) from error
        if found.rstrip("/") != self.issuer:
            self._forget()
            raise Permanent(
                f"{self.issuer} identifies itself as a different issuer. Correct DAYPASS_OIDC_ISSUER."
            )
        return found

    async def _keys(self) -> None:
        """See that its keys can be had and read before anything is believed or refused by them."""
        try:
            Keys.read(await self._client.fetch_jwk_set())
        except (HTTPError, JoseError, *_GARBLED) as error:
            raise self._away(error) from error

    async def _vouched_for(self, request: Request, issuer: str) -> Mapping[str, Any]:
        """The claims of a token that holds."""
        options = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        try:
            token = await self._client.authorize_access_token(request, claims_options=options, leeway=LEEWAY)
        except (OAuthError, OAuth2Error) as error:
            raise Permanent(_FOR_A_TOKEN.get(str(error.error), _A_NO)) from error
        except JoseError as error:
            self._forget()
            raise Permanent(_wrong(error)) from error
        except (HTTPError, *_GARBLED) as error:
            raise self._away(error) from error
        claims: Mapping[str, Any] | None = token.get("userinfo")
        if not claims:
            raise Permanent("The identity provider sent no id token.")
        return claims

    def _away(self, error: Exception) -> Retryable:
        """What it has said so far may be what is wrong with it: it is asked anew."""
        self._forget()
        kind = type(error).__name__
        return Retryable(
            f"The identity provider at {self.issuer} isn't available ({kind}). Try again in a minute."
        )

    def _forget(self) -> None:
        self._client.server_metadata.clear()


def email_of(claims: Mapping[str, Any], trusts_email: bool) -> str:
    """Return the address that the provider has verified. Raises Permanent."""
    email = claims.get("email")
    if not isinstance(email, str) or not email:
        raise Permanent("The identity provider sent no e-mail address, which Daypass needs to recognize you.")
    if claims.get("email_verified", trusts_email) is not True:
        raise Permanent(
            "The identity provider hasn't verified your e-mail address, so anyone could have entered it there."
        )
    return email


def _authenticated_at(claims: Mapping[str, Any]) -> datetime | None:
    """Read `auth_time` (OpenID Connect Core 1.0, section 2); None if it isn't there, or no time."""
    at = claims.get("auth_time")
    if isinstance(at, bool) or not isinstance(at, int):
        return None
    try:
        return datetime.fromtimestamp(at, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _wrong(error: JoseError) -> str:
    if isinstance(error, ClaimError):
        return f"The sign-in isn't valid: its token has a wrong claim, {error.claim}."
    return "The sign-in isn't valid: its token is unreadable or not signed by the identity provider."
