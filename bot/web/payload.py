"""Reads what is sent to Daypass's webhooks, and answers it in a sentence."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response


async def read_payload(request: Request, most: int) -> bytes | None:
    """The whole body; None if it has more than `most` bytes, or whoever sent it went away."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


def answered(status: int, sentence: str) -> Response:
    """The answer, as plain text."""
    return Response(f"{sentence}\n", status, media_type="text/plain")
