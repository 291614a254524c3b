"""One window for all the logins of a kit: each fills its part as it is created, and what fails takes nothing from the others.

Slack shows a window as a whole, so what is in it is kept until the last part may be there, and no longer.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.access import texts as access_texts
from bot.slack.access.credential_modal import failure_words
from bot.slack.access.delivery import may_be_left
from bot.slack.access.kits.windows import credentials_modal, failure_part, login_part, minting_part
from bot.slack.access.vault_quorum import waiting_blocks
from bot.slack.answers import Answers, Body, said
from integrations.slack.calls import call
from workflows.access.performers import HANDING_OVER, MAX_MINT_SECONDS
from workflows.access.state import Access
from workflows.access.vault_quorum.state import VaultRequest
from workflows.ports import Minted, Permanent, Retryable
from workflows.workflow import World

PREFIX = "kit:"
"""What a window is called by in which several logins are shown; the trigger of the click follows."""
UPDATING_SECONDS = 3.0
KEPT_SECONDS = MAX_MINT_SECONDS + HANDING_OVER


@dataclass
class _Window:
    """What stands in it, by request, in the kit's order; `view` is its id, once it is open."""

    click: Body
    opening: asyncio.Task[Body | None]
    order: tuple[str, ...]
    parts: dict[str, list[Block]] = field(default_factory=dict)
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)
    view: str = ""


class KitWindows:
    """The windows that are open, by the name that those who ask for credentials give them."""

    def __init__(
        self, client: AsyncWebClient, answers: Answers, vault_addr: str, world: Callable[[], World]
    ) -> None:
        self._client = client
        self._answers = answers
        self._vault_addr = vault_addr
        self._world = world
        self._windows: dict[str, _Window] = {}

    async def opening(self, access: Access, name: str) -> str:
        """Open the window once, whichever of the logins comes first. Raises Permanent if there is none."""
        window = self._windows.get(name) or self._open(access, name)
        window.parts.setdefault(access.id, minting_part(access))
        opened = await asyncio.shield(window.opening)
        if opened is None:
            raise Permanent(access_texts.NO_WINDOW)
        window.view = str(opened["view"]["id"])
        return name

    async def credential(self, access: Access, name: str, minted: Minted) -> None:
        """Show the login beside the others. Raises Retryable or Permanent when nobody can be sure that it is seen."""
        entitlement = self._world().bundle.entitlements.get(access.terms.entitlement)
        connection = entitlement.connect if entitlement else None
        await self._show(access, name, login_part(access, minted, self._vault_addr, connection))

    async def waiting(self, access: Access, name: str, asked: VaultRequest) -> None:
        """Show for whom a login waits that was guarded after it was requested: no kit has one that is."""
        await self._show(access, name, waiting_blocks(access, asked))

    async def failure(self, access: Access, name: str, error: Retryable | Permanent) -> None:
        """Show why this one has no login, or tell it. Raises Retryable or Permanent."""
        words = failure_words(str(error), may_be_left(access, error))
        try:
            await self._show(access, name, failure_part(access, words))
        except (Retryable, Permanent):
            window = self._windows.get(name)
            click = window.click if window else {"user": {"id": access.requester}}
            self._answers.tell_later(click, said(words), window=False)
            raise

    def _open(self, access: Access, name: str) -> _Window:
        click = self._answers.noted(name.removeprefix(PREFIX), access.requester)
        view = credentials_modal([minting_part(access)])
        opening = asyncio.create_task(self._answers.open(click, view))
        order = access.kit.requests if access.kit else (access.id,)
        window = self._windows[name] = _Window(click, opening, order)
        asyncio.get_running_loop().call_later(KEPT_SECONDS, self._windows.pop, name, None)
        return window

    async def _show(self, access: Access, name: str, part: list[Block]) -> None:
        window = self._windows.get(name)
        if window is None:
            raise Permanent(access_texts.NO_WINDOW)
        async with window.drawing:
            before = window.parts[access.id]
            window.parts[access.id] = part
            view = credentials_modal([window.parts[one] for one in window.order if one in window.parts])
            updating = self._client.views_update(view_id=window.view, view=view.to_dict())
            try:
                await call("views.update", asyncio.wait_for(updating, UPDATING_SECONDS))
            except BaseException:
                window.parts[access.id] = before
                raise
