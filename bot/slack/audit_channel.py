"""The audit channel: where the log's signed heads are posted, for everybody there to hold against the log."""

from collections.abc import Callable

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import texts
from bot.slack.blocks import section
from bot.slack.message import Message
from bot.slack.message_store import MessageStore
from bot.slack.mrkdwn import escape, moment
from integrations.slack.channel_lookup import ChannelLookup
from integrations.slack.message_text import posted_in
from workflows.audit.sequencer import Head
from workflows.database.stored_messages import Slot


class AuditChannel:
    """A sink for the log's heads. `channel` is the one that the bundle in force names."""

    def __init__(
        self, client: AsyncWebClient, channels: ChannelLookup, board: MessageStore, channel: Callable[[], str]
    ) -> None:
        self.client = client
        self._channels = channels
        self._board = board
        self._channel = channel

    @property
    def where(self) -> str:
        return f"the channel {self._channel()}"

    async def keep(self, head: Head) -> None:
        """Post it where the log's operator can't take it back. Raises Retryable or Permanent."""
        slot = Slot("log", f"channel:{self._channel()}", f"checkpoint/{head.size}/{int(head.at.timestamp())}")
        await self._board.show(slot, checkpoint_message(head))

    async def kept(self) -> list[str]:
        """The newest texts in the channel. Raises Retryable or Permanent."""
        return await posted_in(self.client, self._channels, self._channel())


def checkpoint_message(head: Head) -> Message:
    """The checkpoint as it is read back from Slack: its whole note."""
    text = texts.CHECKPOINT.format(events=head.size, at=moment(head.at), note=escape(head.note))
    return Message(text, (section(text),))
