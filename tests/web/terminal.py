"""A terminal of somebody's: it runs OpenID Connect itself, as a public client, and calls the API with what that gives."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from bot.demo.identity import PASSWORD
from tests.web.reader import Anybody

BACK = "http://127.0.0.1:51234/callback"
"""Where the provider sends the browser to: a port of the terminal's own, on which nobody has to listen here."""


async def id_token(
    daypass: Anybody, name: str, nonce: str | None = "n-0S6_WzA2Mj", **changes: str | None
) -> str:
    """An id token for this person, by authorization code with PKCE; `changes` are parameters sent otherwise."""
    login = (await daypass.get("/api/v1/login")).json()
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": login["client_id"],
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": " ".join(login["scopes"]),
        "state": secrets.token_urlsafe(16),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "nonce": nonce,
        **changes,
    }
    query = {key: text for key, text in asked.items() if text is not None}
    async with httpx2.AsyncClient(timeout=30) as browser:
        found = await discovery(browser, login["issuer"])
        page = await browser.get(found["authorization_endpoint"], params=query, follow_redirects=True)
        back = await browser.post(str(page.url), data={"user": name, "password": PASSWORD})
        assert back.status_code == 303, back.text
        code = dict(parse_qsl(urlsplit(back.headers["location"]).query))["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": query["redirect_uri"],
            "client_id": query["client_id"],
            "code_verifier": verifier,
        }
        answer = await browser.post(found["token_endpoint"], data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id_token"])


async def discovery(client: httpx2.AsyncClient, issuer: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{issuer}/.well-known/openid-configuration")).json()
    return found


async def bring(
    daypass: Anybody, token: str, nonce: str | None = "n-0S6_WzA2Mj", device: str = "ada's laptop"
) -> httpx2.Response:
    """Send the id token to Daypass."""
    body = {"id_token": token, "device": device, **({"nonce": nonce} if nonce else {})}
    return await daypass.post("/api/v1/sessions", json=body)


async def sign_in(terminal: Anybody, name: str) -> dict[str, Any]:
    """All of it; the terminal sends its token from then on."""
    answer = await bring(terminal, await id_token(terminal, name))
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    terminal.client.headers["Authorization"] = f"Bearer {session['token']}"
    return session
