"""Applications that are built when somebody first asks them: Slack is answered sooner after a start."""

from collections.abc import Callable
from functools import cached_property

from starlette.types import ASGIApp, Receive, Scope, Send


class Lazily:
    """An ASGI application that `build` makes at the first request."""

    def __init__(self, build: Callable[[], ASGIApp]) -> None:
        self._build = build

    @cached_property
    def app(self) -> ASGIApp:
        """The application itself."""
        return self._build()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
