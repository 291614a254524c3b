"""Reads what a webhook delivers, before anything of it is looked at."""

from fastapi import Request
from starlette.requests import ClientDisconnect


async def whole_body(request: Request, most: int) -> bytes | None:
    """The whole of it; None if it has more than `most` bytes, or whoever sent it went away."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
