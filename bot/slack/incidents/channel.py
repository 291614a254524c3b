"""The channel in which people work on an incident, kept as the incident says."""

import asyncio
import re
import unicodedata
from collections.abc import Callable

from bot.slack.blocks import message, sections
from bot.slack.incidents import texts
from bot.slack.incidents.cards import headline
from bot.slack.message import Message
from bot.slack.message_store import MessageStore
from bot.slack.mrkdwn import as_typed, literal, plain_lines
from bot.slack.renderer import Renderer
from integrations.slack.channels import MAX_CHANNEL_NAME_CHARS, Rooms
from integrations.slack.posting import SKEW
from workflows.database.stored_messages import Slot
from workflows.incidents.review import as_html, file_name, markdown
from workflows.incidents.state import KIND, Incident
from workflows.incidents.timeline import timeline
from workflows.ledger.repository import Repository
from workflows.ports import Retryable
from workflows.workflow import World


class SlackRoom:
    """The `Room` of incidents, in Slack."""

    def __init__(
        self,
        rooms: Rooms,
        board: MessageStore,
        drawing: Renderer,
        reads: Repository,
        world: Callable[[], World],
    ) -> None:
        self._rooms = rooms
        self._board = board
        self._drawing = drawing
        self._reads = reads
        self._world = world

    async def open(self, incident: Incident) -> str:
        try:
            since = incident.declared_at - SKEW
            return await self._rooms.make(name_of(incident), incident.private, since)
        except Exception:
            await self._drawing.subject(incident.id)  # whoever it is announced to hears of it all the same
            raise

    async def fill(
        self, incident: Incident, people: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        assert incident.channel is not None
        done = await asyncio.gather(
            self._invite(incident.channel, people),
            self._rooms.set_topic(incident.channel, topic_of(incident, self._name(incident.commander))),
            self._drawing.subject(incident.id),
            return_exceptions=True,
        )
        for outcome in done:
            if isinstance(outcome, BaseException):
                raise outcome
        refused = done[0]
        assert isinstance(refused, dict)
        return tuple(one for one in people if one not in refused), tuple(sorted(refused.items()))

    async def post(self, incident: Incident, channel: str, name: str, text: str) -> None:
        place = channel or incident.channel
        if place is None:
            raise Retryable(texts.CHANNEL_NOT_READY)
        await self._board.show(Slot(incident.id, f"channel:{place}", name), update(incident, text))

    async def read(self, incident: Incident, ts: str) -> tuple[str, str]:
        assert incident.channel is not None
        author, text = await self._rooms.message(incident.channel, ts)
        return author, as_typed(text)

    async def review(self, incident: Incident) -> None:
        if incident.channel is None:
            raise Retryable(texts.CHANNEL_NOT_READY)
        directory = self._world().directory
        document = markdown(incident, timeline(await self._reads.story(incident.id), directory), directory)
        name, title = file_name(incident), literal(texts.REVIEW_OF.format(title=incident.title), 200)
        if f"{name}.md" in await self._rooms.shared_since(incident.channel, incident.declared_at - SKEW):
            return  # shared already; its answer was lost
        files = [
            (f"{name}.md", f"{title} (Markdown)", document),
            (f"{name}.html", f"{title} (page)", as_html(incident, document)),
        ]
        await self._rooms.share(incident.channel, files, texts.REVIEW_READY)

    async def _invite(self, channel: str, people: tuple[str, ...]) -> dict[str, str]:
        return await self._rooms.invite(channel, people) if people else {}

    def _name(self, person: str | None) -> str:
        return self._world().directory.name_of(person) if person else "none yet"


def update(incident: Incident, text: str) -> Message:
    """What a playbook's step says of the incident, all of it."""
    said = f":mega: {plain_lines(text)}"
    return message(f"*{headline(incident)}*\n{said}", *sections(f"*{headline(incident)}*", *said.split("\n")))


def name_of(incident: Incident) -> str:
    """As Slack takes it, `inc-42-stale-features`; a private incident's title isn't in it."""
    words = "" if incident.private else incident.title
    unaccented = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    called = incident.number.replace(KIND, "drill") if incident.drill else incident.number
    slug = re.sub(r"[^a-z0-9]+", "-", f"{called} {unaccented}".casefold())
    return slug[:MAX_CHANNEL_NAME_CHARS].strip("-")


def topic_of(incident: Incident, commander: str) -> str:
    drill = texts.TOPIC_DRILL if incident.drill else ""
    return texts.TOPIC.format(
        drill=drill,
        severity=incident.severity.upper(),
        status=incident.status,
        commander=commander,
        title=incident.title,
    )
