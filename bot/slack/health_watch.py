"""Watches how Daypass stands with Slack: says what is out of order, and catches up once it is mended."""

import logging
import socket
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.presenter import Presenter
from bot.slack.retry import word_of
from integrations.slack.api_status import ApiStatus
from integrations.slack.calls import call
from integrations.slack.channel_status import CHANNEL, Places, trouble_sentence
from workflows.database.store import Store
from workflows.ledger import effect_queue
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.ports import Permanent, Retryable
from workflows.system.alarms import KIND, Alarm, ClearAlarm, RaiseAlarm, alarm_id
from workflows.workflow import CLOCKWORK, TELLING, Effect, World, draw

log = logging.getLogger(__name__)

WATCH_SLACK = "watch Slack"
LOOK_EVERY_SECONDS = 15.0
ASK_EVERY_SECONDS = 30.0
"""For which an answer of Slack's stands; then it is asked who Daypass is."""
CAUGHT_UP_EVERY_SECONDS = 5.0
"""Between two times that what is open is drawn again, however often something breaks and is mended."""
FAULT_ALARM = "slack"
AWAY_ALARM = "slack-away:"
CHANNEL_ALARM = "slack-channel:"
SLACK_KINDS = frozenset({"draw", "tell", "reply", "room", "act", "review", "read-pinned", "remind"})
"""Effects that are performed in Slack."""


class SlackWatch:
    """Run as a periodic job. Each replica watches by itself; what they find out is the same alarm."""

    def __init__(
        self,
        client: AsyncWebClient,
        standing: ApiStatus,
        places: Places,
        store: Store,
        reads: Repository,
        ledger: Ledger,
        world: Callable[[], World],
        presenters: Iterable[Presenter],
        now: Callable[[], datetime],
        drawn: Callable[[], None],
        pace: float = 1.0,
    ) -> None:
        """`drawn` is told when there is something to draw; `pace` is a factor on every pause."""
        self._client = client
        self._standing = standing
        self._places = places
        self._store = store
        self._reads = reads
        self._ledger = ledger
        self._world = world
        self._artists = tuple(presenters)
        self._now = now
        self._drawn = drawn
        self._pace = pace
        self._started = False
        self._caught_up_at: float | None = None
        self._behind = True
        """What is open is to be drawn again."""

    @property
    def every_seconds(self) -> float:
        return LOOK_EVERY_SECONDS * self._pace

    async def run(self) -> datetime | None:
        """Ask Slack if it hasn't answered lately, raise and clear alarms, and catch up if something is mended."""
        await self._ask()
        if not self._started:
            self._started = True
            await self._check(f"{CHANNEL}{one}" for one in set(self._world().bundle.channels.values()))
        await self._tell()
        restored = (self._standing.take_restored(), self._places.take_restored())
        self._behind = self._behind or any(restored)
        return await self._catch_up() if self._behind else None

    async def _ask(self) -> None:
        heard_at, now = self._standing.heard_at, time.monotonic()
        if (
            heard_at is not None
            and not self._standing.reason
            and now - heard_at < ASK_EVERY_SECONDS * self._pace
        ):
            return
        try:
            await call("auth.test", self._client.auth_test())
        except (Retryable, Permanent) as error:
            log.warning("Slack doesn't say who Daypass is: %s", error)

    async def _check(self, places: Iterable[str]) -> None:
        for place in sorted(places):
            try:
                await self._places.check(place)
            except (Retryable, Permanent) as error:
                log.warning("%s could not be checked: %s", place, error)

    async def _tell(self) -> None:
        """Keep alarms true, those too that another replica has raised, or this one before it was restarted."""
        raised = {one.key for one in await self._reads.in_status(Alarm, KIND, ["raised"])}
        doubtful = {key.removeprefix(CHANNEL_ALARM) for key in raised if key.startswith(CHANNEL_ALARM)}
        await self._check(doubtful | self._places.troubles.keys())
        wanted = self._wanted()
        for key, sentence in wanted.items():
            await self._ledger.handle(RaiseAlarm(alarm_id(key), key, sentence), CLOCKWORK, "clockwork")
        for key in await self._over(raised - wanted.keys()):
            await self._ledger.handle(ClearAlarm(alarm_id(key)), CLOCKWORK, "clockwork")

    async def _over(self, raised: Collection[str]) -> set[str]:
        """Of the raised alarms that nothing here speaks for, those that are over: nothing waits for them any more."""
        doubtful = {key for key in raised if key.startswith(CHANNEL_ALARM) or word_of(key)}
        over = {key for key in raised if key in self._own()}
        if not doubtful:
            return over
        errors = [one.last_error for one in await self._reads.open_effects() if one.status != "failed"]
        waiting = [error for error in errors if error]
        return over | {key for key in doubtful if not any(_is_about(key, error) for error in waiting)}

    def _wanted(self) -> Mapping[str, str]:
        """What is to be alarmed about now: a sentence by key."""
        found = {
            FAULT_ALARM: self._standing.fault,
            f"{AWAY_ALARM}{socket.gethostname()}": self._standing.away,
        }
        channels = {
            f"{CHANNEL_ALARM}{place}": trouble_sentence(place, refusal)
            for place, refusal in self._places.troubles.items()
        }
        return {key: sentence for key, sentence in found.items() if sentence} | channels

    def _own(self) -> frozenset[str]:
        return frozenset({FAULT_ALARM, f"{AWAY_ALARM}{socket.gethostname()}"})

    async def _catch_up(self) -> datetime | None:
        """Try again what waits, and draw what is open; soon, if that was done just now."""
        now = time.monotonic()
        since = now - self._caught_up_at if self._caught_up_at is not None else CAUGHT_UP_EVERY_SECONDS
        if since < CAUGHT_UP_EVERY_SECONDS * self._pace:
            return self._now() + timedelta(seconds=CAUGHT_UP_EVERY_SECONDS * self._pace - since)
        self._caught_up_at, self._behind = now, False
        self._places.release()
        await effect_queue.hurry(self._store, SLACK_KINDS, self._now())
        for presenter in self._artists:
            found = await self._reads.versions(presenter.kind, presenter.open)
            drawings = [(subject, version, _once_more(subject)) for subject, version in found]
            await effect_queue.add(self._store, drawings, self._now())
        self._drawn()
        return None


def _once_more(subject: str) -> Effect:
    """Draw it after all that has changed since."""
    return replace(draw(subject), priority=TELLING + 1)


def _is_about(key: str, error: str) -> bool:
    """Whether what an effect waits for may be what the alarm is about."""
    about = word_of(key)
    return all(word in error for word in about) if about else error.startswith("Slack")
