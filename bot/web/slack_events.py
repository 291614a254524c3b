"""`POST /slack/events`: everything that Slack sends. What isn't signed by Slack is refused, and recorded."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.web.door import Door, Fault, address_of

LARGEST = 1_000_000
"""Bytes of a request; Slack's are far smaller."""
SENTENCE = (
    "The request was not signed by Slack with this app's secret, or its timestamp is older than five minutes."
)
NOT_SLACK = Fault("not-from-slack", SENTENCE, "http")


def router(app: AsyncApp, signing_secret: str, door: Door) -> APIRouter:
    """The route, over this Bolt app. Nothing of a request is read before its signature is found right."""
    routes = APIRouter()
    verifier = SignatureVerifier(signing_secret)

    @routes.post("/slack/events")
    async def events(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return Response(status_code=413, content="That is larger than anything Slack sends.\n")
        if not signed(verifier, body, request.headers):
            await door.turn_away(NOT_SLACK, address_of(request))
            return Response(status_code=401, content=f"{SENTENCE} Nothing was done.\n")
        return to_starlette_response(await app.async_dispatch(to_async_bolt_request(request, body)))

    return routes


def signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether Slack has signed this, no more than five minutes ago; whatever can't be checked is no."""
    try:
        return verifier.is_valid_request(body, headers)
    except Exception:
        return False


async def _read(request: Request) -> bytes | None:
    """The body, unless it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)
