"""How much anybody may send: more is refused while it is being read, with the application's own answer."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOO_LARGE = "The request is too large."


class Limit:
    """ASGI middleware: reading a body of more than `most` bytes raises HTTPException.

    Starlette's own answers in plain text, whatever the application's errors look like.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        expected = int(announced) if announced.isdecimal() else 0
        read = 0

        async def limited() -> Message:
            nonlocal read
            if expected > self._most:
                raise HTTPException(413, TOO_LARGE)
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413, TOO_LARGE)
            return message

        await self._app(scope, limited, send)
