"""Sends the figures of a month: a picture with words beside it, once however often it is tried."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.charts.charts import CHARTS, draw_page
from bot.charts.drawing import draw_png
from bot.slack.figures import texts
from bot.slack.figures.messages import Beside, comment, without_picture
from bot.slack.message_store import MessageStore
from bot.slack.mrkdwn import cut
from bot.slack.renderer import TELLING
from bot.slack.retry import result_of
from integrations.slack.channel_lookup import ChannelLookup
from integrations.slack.channels import Picture, Rooms
from integrations.slack.errors import Declined, OutOfOrder
from integrations.slack.posting import SKEW
from workflows.database.stored_messages import Slot
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ports import Permanent, Retryable
from workflows.queries.figures.figures import FigureReader, Figures
from workflows.queries.figures.month import Month, read_month
from workflows.queries.open_exceptions import open_exceptions
from workflows.system.monthly_figures import SEND, MonthlyFigures
from workflows.system.policy_in_force import SUBJECT
from workflows.workflow import World

log = logging.getLogger(__name__)

MONTHS_SHOWN = 6
MAX_SECONDS = 60.0
"""For one attempt: six months counted, a picture drawn and uploaded."""
MAX_ALT_CHARS = 1_000
"""Of what a screen reader says for the picture (https://docs.slack.dev/reference/methods/files.getUploadURLExternal)."""
WORDS = "figures"
"""The name of the message that has no picture."""


@dataclass
class FiguresSender:
    """Its parts, and the performer. `url` is the console's address; `pace` is a factor on every pause."""

    rooms: Rooms
    channels: ChannelLookup
    board: MessageStore
    reads: Repository
    world: Callable[[], World]
    now: Callable[[], datetime]
    url: str | None
    pace: float = 1.0

    def __post_init__(self) -> None:
        self._figures = FigureReader(self.reads, self.now)

    @property
    def performers(self) -> Mapping[str, Performer]:
        """Of the effect that sends a month's figures."""
        perform = performed_on(MonthlyFigures, self.reads, self._perform)
        return {SEND: Performer(perform, TELLING, MAX_SECONDS)}

    async def _perform(self, effect: ClaimedEffect, sent: MonthlyFigures) -> Result:
        channel, month = self.world().bundle.settings.channels.figures, read_month(sent.month)
        if channel is None or month is None:
            return Done()
        try:
            await self._send(sent, channel, month)
        except (Retryable, Permanent) as error:
            return result_of(effect, error, self.now(), self.pace)
        return Done()

    async def _send(self, sent: MonthlyFigures, channel: str, month: Month) -> None:
        months = await self._figures.back_from(month, MONTHS_SHOWN)
        beside = await self._beside(month)
        page = draw_page(months)
        slot = Slot(sent.id, f"channel:{channel}", WORDS)
        if months[-1].empty or page is None or slot in await self.board.slots(sent.id):
            await self.board.show(slot, without_picture(months[-1], beside, None))
            return
        picture = Picture(
            f"figures-{month}.png", month.name, await draw_png(page), alternative(month, months)
        )
        try:
            await self._share(sent, channel, picture, comment(months[-1], beside))
        except (OutOfOrder, Declined) as refused:
            log.warning("the figures of %s go without their picture: %s", month, refused)
            await self.board.show(slot, without_picture(months[-1], beside, str(refused)))

    async def _share(self, sent: MonthlyFigures, channel: str, picture: Picture, words: str) -> None:
        """Share it, unless an attempt whose answer was lost has."""
        id = await self.channels.id_of(channel)
        if picture.name not in await self.rooms.shared_since(id, sent.sent_at - SKEW):
            await self.rooms.share_picture(id, picture, words)

    async def _beside(self, month: Month) -> Beside:
        world, now = self.world(), self.now()
        adopted = [one for one in await self.reads.story(SUBJECT) if month.starts <= one.at < month.ends]
        exceptions = await open_exceptions(self.reads, world.directory, now)
        return Beside(len(adopted), world.bundle.short_digest, len(exceptions), self.url)


def alternative(month: Month, months: Sequence[Figures]) -> str:
    """What a screen reader says for the picture."""
    words = " ".join(f"{one.title}: {one.words(months)}" for one in CHARTS.values())
    return cut(texts.CHARTS.format(month=month.name, words=words), MAX_ALT_CHARS)
