"""Hands wrapping tokens over in a modal, never in a message. The token is held in memory only for the call."""

from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.access.modals import credential_modal, failure_modal, minting_modal
from integrations.slack.calls import call
from workflows.access.model import Access
from workflows.ports import LeftBehind, Minted, Permanent, Retryable


class ModalDelivery:
    """`window` is the trigger of the click that asked; Slack lets it open one modal, for three seconds."""

    def __init__(self, client: AsyncWebClient, vault_addr: str) -> None:
        self._client = client
        self._vault_addr = vault_addr

    async def opening(self, access: Access, window: str) -> str:
        view = minting_modal(access).to_dict()
        answer = await call("views.open", self._client.views_open(trigger_id=window, view=view))
        return str(answer["view"]["id"])

    async def credential(self, access: Access, place: str, minted: Minted) -> None:
        try:
            await self._update(place, credential_modal(access, minted, self._vault_addr))
        except Retryable:
            await self._update(place, failure_modal("Slack could not show it."))
            raise

    async def failure(self, access: Access, place: str, error: Retryable | Permanent) -> None:
        await self._update(place, failure_modal(str(error), _may_be_left(access, error)))

    async def _update(self, place: str, view: View) -> None:
        await call("views.update", self._client.views_update(view_id=place, view=view.to_dict()))


def _may_be_left(access: Access, error: Retryable | Permanent) -> bool:
    """Whether something may work on that nothing can take back."""
    cut_off = isinstance(error, Retryable) and not access.terms.vault.revocable
    return cut_off or isinstance(error, LeftBehind)
