"""An issuer that a test has in its hands: it signs whatever it is told to, well or badly."""

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.responses import JSONResponse, RedirectResponse, Response

from tests.flow.office import address_of, listening, serving

KEYS = RSAKey.generate_key(2048, {"kid": "first"}), RSAKey.generate_key(2048, {"kid": "second"})


class _Ascii(json.JSONEncoder):
    """Writes half characters too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": True})


class Forger:
    """`issuer` is its address. `published` are the keys that it says it signs with; `id_token` is what the token
    endpoint gives: a function of the nonce. `instead` has what it answers at a path in place of what it should.

    While `open` isn't set nobody gets their answer; `asked` is set when somebody waits for it.
    """

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.says_it_is = issuer
        self.published = [KEYS[0]]
        self.fetched = 0
        self.id_token: Any = None
        self.instead: dict[str, str] = {}
        self.open = asyncio.Event()
        self.open.set()
        self.asked = asyncio.Event()
        self._nonce = ""

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Of a machine's token that holds, with changes; None takes a claim out."""
        now = int(time.time())
        whole = {
            "iss": self.issuer,
            "aud": "daypass",
            "sub": "pipeline",
            "iat": now,
            "exp": now + 600,
            "machine": "nightly-training",
            **changes,
        }
        return {name: value for name, value in whole.items() if value is not None}

    def token(self, key: RSAKey = KEYS[0], alg: str = "RS256", **changes: Any) -> str:
        return jwt.encode(
            {"alg": alg, "kid": key.kid}, self.claims(**changes), key, [alg], encoder_cls=_Ascii
        )

    def identity(self, nonce: str, /, **changes: Any) -> str:
        """A token that signs Ada in."""
        whole = {"nonce": nonce, "email": "ada@northwind.example", "email_verified": True}
        return self.token(**{**whole, **changes})

    def unsigned(self, **changes: Any) -> str:
        """`alg` none: a token that nobody signed."""
        parts = ({"alg": "none", "typ": "JWT"}, self.claims(**changes))
        return ".".join([*(base64(json.dumps(part).encode()) for part in parts), ""])

    def signed_with_the_public_key(self, **changes: Any) -> str:
        """HS256 with the published key as the secret, which everybody has."""
        parts = ({"alg": "HS256", "kid": "first"}, self.claims(**changes))
        signed = ".".join(base64(json.dumps(part).encode()) for part in parts)
        mac = hmac.digest(KEYS[0].as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{base64(mac)}"

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def may_answer_otherwise(request: Request, answer: Any) -> Response:
            self.asked.set()
            await self.open.wait()
            instead = self.instead.get(request.url.path)
            if instead is not None:
                return Response(instead, media_type="application/json")
            found: Response = await answer(request)
            return found

        @app.get("/.well-known/openid-configuration")
        async def discovery() -> Response:
            return JSONResponse(
                {
                    "issuer": self.says_it_is,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )

        @app.get("/keys")
        async def keys() -> Response:
            self.fetched += 1
            return JSONResponse({"keys": [key.as_dict(private=False) for key in self.published]})

        @app.get("/authorize")
        async def authorize(request: Request) -> Response:
            asked = request.query_params
            self._nonce = asked["nonce"]
            return RedirectResponse(f"{asked['redirect_uri']}?code=c&state={asked['state']}", 303)

        @app.post("/token")
        async def token() -> Response:
            return JSONResponse(
                {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token(self._nonce)}
            )

        return app


@asynccontextmanager
async def forger() -> AsyncIterator[Forger]:
    """A forger at work for as long as the block lasts."""
    own = listening()
    made = Forger(address_of(own))
    async with serving(made.app(), own):
        yield made


def base64(data: bytes) -> str:
    """As tokens write it."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
