"""Reads what is sent to Daypass's webhooks."""

from starlette.requests import ClientDisconnect, Request


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
