"""Signing people in by OpenID Connect: authorization code with PKCE, state and nonce (Authlib does the work)."""

from dataclasses import dataclass

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth
from authlib.oauth2.rfc6749 import OAuth2Error
from httpx2 import HTTPError
from joserfc.errors import JoseError
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from workflows.ports import Permanent, Retryable

LEEWAY = 30
"""Seconds by which two clocks may differ."""
WITHIN = 10
"""Seconds in which the provider has to answer."""


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    email: str


class Provider:
    """An identity provider, found by discovery at its issuer. `request.session` has to be a signed cookie."""

    def __init__(self, issuer: str, client_id: str, client_secret: SecretStr) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client = OAuth().register(
            name="daypass",
            client_id=client_id,
            client_secret=client_secret.get_secret_value(),
            server_metadata_url=f"{self.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "timeout": WITHIN,
            },
        )

    async def begin(self, request: Request, back: str) -> Response:
        """Send the browser to the provider; it comes back to the address `back`. Raises Retryable or Permanent."""
        try:
            await self._checked()
            answer: Response = await self._client.authorize_redirect(request, back)
        except (HTTPError, OAuthError) as error:
            raise Retryable(_away(self.issuer, error)) from error
        return answer

    async def finish(self, request: Request) -> Identity:
        """Whom the browser that came back brings. Raises Permanent if it proves nobody, or Retryable."""
        try:
            options = {
                "iss": {"essential": True, "value": await self._checked()},
                "aud": {"essential": True, "value": self._client_id},
            }
            token = await self._client.authorize_access_token(request, claims_options=options, leeway=LEEWAY)
        except (OAuthError, OAuth2Error, JoseError) as error:
            raise Permanent(_refused(error)) from error
        except HTTPError as error:
            raise Retryable(_away(self.issuer, error)) from error
        claims = token.get("userinfo") or {}
        return Identity(self.issuer, str(claims.get("sub", "")), _email(claims))

    async def _checked(self) -> str:
        """The issuer as it writes itself: what is discovered has to speak for it (OpenID Connect Discovery, 4.3)."""
        found = str((await self._client.load_server_metadata()).get("issuer"))
        if found.rstrip("/") != self.issuer:
            raise Permanent(f"What answers at {self.issuer} says it is {found}. Correct DAYPASS_OIDC_ISSUER.")
        return found


def _email(claims: dict[str, object]) -> str:
    email = claims.get("email")
    if not isinstance(email, str) or not email:
        raise Permanent("The identity provider named no e-mail address, by which Daypass knows people.")
    if claims.get("email_verified") is False:
        raise Permanent("The identity provider has not verified the e-mail address.")
    return email


def _refused(error: Exception) -> str:
    what = getattr(error, "description", None) or getattr(error, "error", None) or type(error).__name__
    return f"The sign-in doesn't hold: {str(what).rstrip('.')}."


def _away(issuer: str, error: Exception) -> str:
    return f"The identity provider at {issuer} can't be used now ({type(error).__name__}). Try again in a minute."
