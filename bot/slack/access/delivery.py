"""Hands wrapping tokens over in a modal, never in a message. The token is held in memory only for the call."""

import asyncio
from collections.abc import Callable

from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.access import texts
from bot.slack.access.credential_modal import (
    credential_modal,
    failure_modal,
    failure_words,
    minting_modal,
    waiting_modal,
)
from bot.slack.answers import Answers, Body, said
from integrations.slack.calls import call
from workflows.access.state import Access
from workflows.access.vault_quorum.state import VaultRequest
from workflows.ports import LeftBehind, Minted, Permanent, Retryable
from workflows.workflow import World

UPDATING_SECONDS = 3.0
"""For one update of the window: whoever looks at it waits."""
KEPT_WINDOWS = 256


class ModalDelivery:
    """`window` is the trigger of the click that asked; Slack lets it open one modal, for three seconds."""

    def __init__(
        self, client: AsyncWebClient, answers: Answers, vault_addr: str, world: Callable[[], World]
    ) -> None:
        self._client = client
        self._answers = answers
        self._vault_addr = vault_addr
        self._world = world
        self._clicks: dict[str, Body] = {}
        """By window, what was clicked to open it."""

    async def opening(self, access: Access, window: str) -> str:
        click = self._answers.noted(window, access.requester)
        opened = await self._answers.open(click, minting_modal(access))
        if opened is None:
            raise Permanent(texts.NO_WINDOW)
        place = str(opened["view"]["id"])
        self._clicks[place] = click
        while len(self._clicks) > KEPT_WINDOWS:
            del self._clicks[next(iter(self._clicks))]
        return place

    async def credential(self, access: Access, place: str, minted: Minted) -> None:
        entitlement = self._world().bundle.entitlements.get(access.terms.entitlement)
        connection = entitlement.connect if entitlement else None
        await self._update(place, credential_modal(access, minted, self._vault_addr, connection))

    async def waiting(self, access: Access, place: str, asked: VaultRequest) -> None:
        await self._update(place, waiting_modal(access, asked))

    async def failure(self, access: Access, place: str, error: Retryable | Permanent) -> None:
        left = may_be_left(access, error)
        try:
            await self._update(place, failure_modal(str(error), left))
        except (Retryable, Permanent):
            click = self._clicks.get(place) or {"user": {"id": access.requester}}
            self._answers.tell_later(click, said(failure_words(str(error), left)), window=False)
            raise

    async def _update(self, place: str, view: View) -> None:
        updating = self._client.views_update(view_id=place, view=view.to_dict())
        await call("views.update", asyncio.wait_for(updating, UPDATING_SECONDS))


def may_be_left(access: Access, error: Retryable | Permanent) -> bool:
    """Whether something may work on that nothing can take back."""
    cut_off = isinstance(error, Retryable) and not access.terms.vault.revocable
    return cut_off or isinstance(error, LeftBehind)
