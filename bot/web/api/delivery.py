"""Hands a wrapping token to the machine that waits for it in its HTTP request; it is kept nowhere."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ulid import ULID

from workflows.access.performers import Delivery
from workflows.access.state import Access
from workflows.access.vault_quorum.state import VaultRequest
from workflows.access.vault_quorum.words import spell_waiting
from workflows.ports import Minted, Permanent, Retryable

PREFIX = "api:"


class Waiting:
    """Who waits in this process, by window. Whoever has gone meanwhile gets nothing, and it is ended."""

    def __init__(self) -> None:
        self._windows: dict[str, asyncio.Future[Minted]] = {}

    @contextmanager
    def window(self) -> Iterator[tuple[str, asyncio.Future[Minted]]]:
        """A window to ask with, and what will be handed over. The future raises Permanent or Retryable."""
        name = f"{PREFIX}{ULID()}"
        handed = self._windows[name] = asyncio.get_running_loop().create_future()
        try:
            yield name, handed
        finally:
            handed.cancel()
            del self._windows[name]

    async def opening(self, access: Access, window: str) -> str:
        self._window(window)
        return window

    async def credential(self, access: Access, place: str, minted: Minted) -> None:
        self._window(place).set_result(minted)

    async def waiting(self, access: Access, place: str, asked: VaultRequest) -> None:
        """Whoever asked calls again, with the same key."""
        self._window(place).set_exception(Retryable(f"{spell_waiting(asked)} Call again then."))

    async def failure(self, access: Access, place: str, error: Retryable | Permanent) -> None:
        self._window(place).set_exception(error)

    def _window(self, name: str) -> asyncio.Future[Minted]:
        handed = self._windows.get(name)
        if handed is None or handed.done():
            raise Retryable("The caller has stopped waiting.")
        return handed


class Deliveries:
    """Delivers in the way that a window's name begins with, one of `ways`, or else through `people`."""

    def __init__(self, ways: Mapping[str, Delivery], people: Delivery) -> None:
        self._ways = ways
        self._people = people

    async def opening(self, access: Access, window: str) -> str:
        """Show that minting has begun. Raises Retryable or Permanent."""
        return await self._for(window).opening(access, window)

    async def credential(self, access: Access, place: str, minted: Minted) -> None:
        """Hand over the wrapping token. Raises Retryable or Permanent."""
        await self._for(place).credential(access, place, minted)

    async def waiting(self, access: Access, place: str, asked: VaultRequest) -> None:
        """Say for whom it waits. Raises Retryable or Permanent."""
        await self._for(place).waiting(access, place, asked)

    async def failure(self, access: Access, place: str, error: Retryable | Permanent) -> None:
        """Say why there is no credential."""
        await self._for(place).failure(access, place, error)

    def _for(self, window: str) -> Delivery:
        ways = (way for prefix, way in self._ways.items() if window.startswith(prefix))
        return next(ways, self._people)
