"""Slack, joined: channels and messages, what draws them, and who listens to what people do there."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from fastapi import APIRouter
from slack_bolt.async_app import AsyncApp

from bot.slack import (
    absences,
    access,
    access_reviews,
    alarms,
    documents,
    http,
    incidents,
    passkeys,
    releases,
    reminders,
    stops,
)
from bot.slack.access.delivery import ModalDelivery
from bot.slack.access.kits.delivery import PREFIX as KIT_WINDOW
from bot.slack.access.kits.delivery import KitWindows
from bot.slack.acknowledgement import Acknowledging
from bot.slack.answers import Answers
from bot.slack.bolt import bolt_app
from bot.slack.context import ListenerContext
from bot.slack.controls import OtherReleases
from bot.slack.directory_events import Changes
from bot.slack.drawn_buttons import Clicks
from bot.slack.figures.sender import FiguresSender
from bot.slack.health_watch import WATCH_SLACK, SlackWatch
from bot.slack.home_listeners import HomeFiltering
from bot.slack.membership_check import Confirming
from bot.slack.message_store import MessageStore
from bot.slack.payload import Reader
from bot.slack.questions import Questions
from bot.slack.releases.version_cache import Catalog
from bot.slack.reminders.sender import ReminderSender
from bot.slack.renderer import Renderer
from bot.slack.reviews import TakingBack
from bot.slack.show_all import Whole
from bot.web.api.delivery import PREFIX as API_WINDOW
from bot.web.api.delivery import Deliveries, Waiting
from bot.web.rejections import Rejections
from bot.wiring.core import Core
from bot.wiring.monthly_figures import SendingFigures
from bot.wiring.outside import Outside
from integrations.slack.channel_lookup import ChannelLookup
from integrations.slack.channel_status import Places
from integrations.slack.channels import Rooms
from integrations.slack.permalinks import Permalinks
from workflows.database.stored_messages import StoredMessages
from workflows.incidents.open_incidents import OpenIncidents
from workflows.ledger.outbox import Performer
from workflows.system.reminders.choices import Choices

PRESENTERS = (
    access.PRESENTER,
    access_reviews.PRESENTER,
    releases.PRESENTER,
    incidents.PRESENTER,
    alarms.PRESENTER,
    stops.PRESENTER,
    absences.PRESENTER,
    passkeys.PRESENTER,
    documents.PRESENTER,
)


class Listeners(Protocol):
    """Attaches to Bolt whatever it listens to."""

    def attach(self, app: AsyncApp, /) -> None: ...


class SlackSide:
    """What Daypass shows and hears in Slack."""

    def __init__(self, core: Core, outside: Outside) -> None:
        client, known, pace = outside.client, outside.known, outside.slack_pace
        self._core, self._outside = core, outside
        self.channels = ChannelLookup(client)
        self.places = Places(client, self.channels, pace)
        self.board = MessageStore(client, StoredMessages(outside.store, outside.now), self.places)
        self.choices = Choices(outside.store)
        presenters = (*PRESENTERS, reminders.presenter(self.choices.of))
        self.drawing = Renderer(
            self.board, core.reads, known.world, lambda: known.warning, presenters, outside.now, pace
        )
        self.reminding = ReminderSender(
            self.board,
            core.reads,
            self.choices,
            known.world,
            PRESENTERS,
            Permalinks(client),
            outside.now,
            pace,
        )
        self.monthly = SendingFigures(core.ledger, core.reads, lambda: known.bundle, outside.now)
        rooms = Rooms(client, self.channels)
        self.figures = FiguresSender(
            rooms,
            self.channels,
            self.board,
            core.reads,
            known.world,
            outside.now,
            str(outside.settings.daypass_url or "").rstrip("/") or None,
            pace,
        )
        self.watch = SlackWatch(
            client,
            client.standing,
            self.places,
            outside.store,
            core.reads,
            core.ledger,
            known.world,
            PRESENTERS,
            outside.now,
            drawn=core.wake_effects,
            pace=pace,
        )
        client.standing.changed = self.places.changed = lambda: core.clockwork.wake(WATCH_SLACK)
        self.answers = Answers(client)
        self.room = incidents.SlackRoom(rooms, self.board, self.drawing, core.reads, known.world)
        console = str(outside.settings.daypass_url or "").rstrip("/")
        self.parts = ListenerContext(core.ledger, self.drawing, self.answers, known.world, console)

    @property
    def performers(self) -> dict[str, Performer]:
        """Who performs what is shown in Slack."""
        return {**self.drawing.performers, **self.reminding.performers, **self.figures.performers}

    def listen(
        self, rejections: Rejections, going_wrong: OpenIncidents, catalog: Catalog
    ) -> tuple[APIRouter, Callable[[float], Awaitable[None]]]:
        """The route for Slack's requests, and what waits for some seconds until those who clicked have answers."""
        outside = self._outside
        bolt = bolt_app(outside.client)
        bolt.middleware(Confirming(self._core.people).check)
        bolt.middleware(Clicks(self.board.kept, self.parts).check)
        for listeners in self._listeners(going_wrong, catalog):
            listeners.attach(bolt)
        bolt.event("app_home_opened")(self.parts.home)
        clicks = Acknowledging(bolt, self.answers, outside.acknowledge_within)
        secret = outside.settings.slack_signing_secret.get_secret_value()
        reader = Reader(str(outside.settings.slack_api_url))
        return http.router(clicks.dispatch, secret, rejections, reader), clicks.drain

    def _listeners(self, going_wrong: OpenIncidents, catalog: Catalog) -> Sequence[Listeners]:
        parts, outside = self.parts, self._outside
        return (
            stops.Listeners(parts, self._core.reads),
            absences.Listeners(parts, self._core.reads, outside.now),
            access.Listeners(parts, self._core.reads, outside.now, outside.runs),
            documents.Listeners(parts, self._core.reads),
            releases.Listeners(parts, outside.releasing, going_wrong, catalog, self._core.reads, outside.now),
            incidents.Listeners(parts, self._core.reads),
            access_reviews.Listeners(parts),
            reminders.Listeners(parts, self.choices, outside.now),
            Whole(parts),
            TakingBack(parts),
            access.ForLess(parts, self._core.reads),
            access.OnBehalf(parts),
            Questions(parts, self._core.reads),
            HomeFiltering(parts),
            Changes(self._core.people, self.channels),
            OtherReleases(parts),
        )


def open_deliveries(core: Core, outside: Outside, slack: SlackSide, waiting: Waiting) -> Deliveries:
    """Who hands credentials over: to programs in their requests, to people in windows, one for all of a kit."""
    shown = (outside.client, slack.answers, outside.vault_addr, core.world)
    kits, people = outside.delivery or KitWindows(*shown), outside.delivery or ModalDelivery(*shown)
    return Deliveries({API_WINDOW: waiting, KIT_WINDOW: kits}, people)
