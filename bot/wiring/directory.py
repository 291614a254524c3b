"""Who works here, by Slack's word: read in full now and then, kept across restarts, corrected by events in between.

An event, or a list that is older than it looks, can take something away at once; it gives nobody anything before Slack,
asked about that one person or group, has said the same.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.wiring.directory_sentences import LEARNING, STALE, STALE_GROUPS, UNCONFIRMED, UNCONFIRMED_GROUPS
from bot.wiring.world import PolicyAndPeople
from integrations.slack.people import Home, home_of, people, people_of, person, usergroups
from workflows.database.stored_people import Name, PeopleReading, StoredDirectory, kept
from workflows.policy.directory import Doubt
from workflows.ports import Permanent, Person, Retryable

log = logging.getLogger(__name__)

READ_EVERY_SECONDS = 300.0
GROUPS_AT_MOST_EVERY_SECONDS = 5.0
"""However many events say that user groups have changed; Slack lists them twenty times a minute."""
RETRY_SECONDS = 5.0
"""After an error that doesn't say when to come back."""
SHORTEST_WAIT_SECONDS = 0.1
CLAIM_KEPT_EVERY_SECONDS = 20.0
MAX_ASKED_ONE_BY_ONE = 50
"""People about whom events came in; if there are more, everybody is read instead."""
_RANK = {"outside": 0, "guest": 1, "member": 2}


class People:
    """Keeps `known` in step with Slack. What it is `sure` of, and for how long, goes by the monotonic clock."""

    def __init__(
        self,
        client: AsyncWebClient,
        stored: StoredDirectory,
        known: PolicyAndPeople,
        now: Callable[[], datetime],
        stale_seconds: float,
        wake: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
        pace: float = 1.0,
    ) -> None:
        """`stale_seconds` after Slack last said it, nothing counts as confirmed. `wake` has `refresh` run soon.

        `pace` is a factor on every pause after an error.
        """
        self._client = client
        self._stored = stored
        self._known = known
        self._now = now
        self._stale_seconds = stale_seconds
        self._read_every = min(READ_EVERY_SECONDS, stale_seconds / 3)
        self._wake = wake
        self._monotonic = monotonic
        self._pace = pace
        self._home: Home | None = None
        self._seen: Mapping[Name, PeopleReading] = {"people": PeopleReading(), "groups": PeopleReading()}
        self._as_of: dict[Name, float] = {}
        self._not_before: dict[Name, float] = {}
        self._wanted: set[Name] = set()
        self._trouble: dict[Name, Retryable | Permanent] = {}
        self._confirmed_at: dict[str, float] = {}
        self._to_ask: dict[str, None] = {}
        self._ask_not_before = 0.0
        self._settled: set[str] = set()
        """Whom an event has taken something from, and who are stored so."""
        self._reading_turn = asyncio.Lock()
        self._loading_turn = asyncio.Lock()

    async def refresh(self, forced: bool = False) -> datetime:
        """Take over what is stored, ask about whom events named, read what is old; when to come back at the latest.

        `forced`: read now, however fresh it is. Slack's errors are kept for `fault` and `alarm`.
        """
        async with self._reading_turn:
            await self.load()
            await self._ask_one_by_one()
            for name in self._due(forced):
                await self._read(name)
            await self.load()
        wait = min(self._next_at()) - self._monotonic()
        return self._now() + timedelta(seconds=max(SHORTEST_WAIT_SECONDS, wait))

    def _next_at(self) -> list[float]:
        """When each thing is to be done next, by the monotonic clock."""
        now, pending = self._monotonic(), self._pending()
        found = [self._ask_not_before] if self._to_ask else []
        for name in self._needed():
            old_at = self._as_of.get(name, now) + self._read_every
            found.append(self._not_before.get(name, now) if name in pending else old_at)
            stale_at = self._as_of.get(name, now) + self._stale_seconds
            found += [stale_at] if stale_at > now else []
        return found

    async def load(self) -> None:
        """Take what is stored into force, if this or another replica has changed it."""
        async with self._loading_turn:
            settled = frozenset(self._settled)
            readings = await self._stored.readings()
            for name, reading in readings.items():
                if reading.as_of is not None and reading.as_of != self._seen[name].as_of:
                    age = max(0.0, (self._now() - reading.as_of).total_seconds())
                    self._as_of[name] = self._monotonic() - age
            revisions = [(one.revision, one.as_of is None) for one in readings.values()]
            changed = revisions != [(one.revision, one.as_of is None) for one in self._seen.values()]
            if changed and "people" in self._as_of:
                people, groups, pushed = await self._stored.everything()
                await asyncio.to_thread(self._known.know, people, groups, settled, pushed)
                self._settled -= settled
            self._seen = readings

    async def confirm(self, id: str) -> None:
        """Ask Slack about this one person, and take its answer into force. Raises Retryable or Permanent."""
        await self._ask_about(id)
        await self.load()

    def doubts(self) -> tuple[Doubt, ...]:
        """About whom Slack's word is too old by now."""
        if not self._known.has_people:
            return (Doubt(LEARNING),)
        found = []
        if self._is_stale("people"):
            since = self._monotonic() - self._stale_seconds
            sure = frozenset(id for id, at in self._confirmed_at.items() if at >= since)
            found.append(Doubt(UNCONFIRMED, sure))
        if self._is_stale("groups"):
            found.append(Doubt(UNCONFIRMED_GROUPS, only=self._known.in_user_groups))
        return tuple(found)

    def fault(self) -> str | None:
        """Why the directory isn't what it should be, with Slack's last word; None if it is."""
        if not self._known.has_people:
            return self._said(
                "People aren't loaded from Slack yet, so nobody can request or approve.", "people"
            )
        if self._is_stale("people"):
            return self._said(STALE.format(self._minutes), "people")
        return self._said(STALE_GROUPS.format(self._minutes), "groups") if self._is_stale("groups") else None

    def alarm(self) -> str | None:
        """What to alarm about; the same words for as long as it is the same."""
        if self._known.has_people and self._is_stale("people"):
            return STALE.format(self._minutes)
        refused = getattr(self._trouble.get("groups"), "error", None) and self._known.uses_user_groups
        return STALE_GROUPS.format(self._minutes) if refused or self._is_stale("groups") else None

    @property
    def bot(self) -> str:
        """The app's own user id, as far as it is known."""
        return self._home.bot if self._home else ""

    async def hear(self, event: Mapping[str, Any]) -> None:
        """An event says that somebody has changed, or a user group."""
        kind = str(event["type"])
        if kind.startswith("subteam"):
            await self._hear_of_group(event)
            self._want("groups")
        elif kind in ("tokens_revoked", "app_uninstalled"):
            self._want("people")
        else:
            await self._hear_of_person(event["user"])

    async def _hear_of_person(self, said: Mapping[str, Any]) -> None:
        teams = self._home.teams if self._home else ()
        for heard in map(kept, people_of([said], teams)):
            known = self._known.person(heard.id)
            if heard == known or (known is None and heard.standing == "outside"):
                continue
            if known and (less := _less(known, heard)) != known:
                self._known.take_away(heard.id)
                await self._stored.keep_person(less)
                self._settled.add(heard.id)
            self._to_ask[heard.id] = None
            self._wake()

    async def _hear_of_group(self, event: Mapping[str, Any]) -> None:
        said = event.get("subteam") or {}
        id = str(said.get("id") or event.get("subteam_id") or "")
        members = self._known.user_group(id)
        left = frozenset[str]() if said.get("date_delete") else frozenset(said.get("users") or members)
        gone = (members - left) | (members & frozenset(event.get("removed_users") or ()))
        if gone:
            await self._stored.without_members(id, gone)
            await self.load()

    def _want(self, name: Name) -> None:
        self._wanted.add(name)
        self._wake()

    def _needed(self) -> tuple[Name, ...]:
        return ("people", "groups") if self._known.uses_user_groups else ("people",)

    def _pending(self) -> list[Name]:
        """What is to be read as soon as it may be."""
        return [one for one in self._needed() if one in self._wanted or self._is_older(one, self._read_every)]

    def _due(self, forced: bool) -> list[Name]:
        if forced:
            return list(self._needed())
        now = self._monotonic()
        return [name for name in self._pending() if now >= self._not_before.get(name, now)]

    def _is_older(self, name: Name, seconds: float) -> bool:
        return name not in self._as_of or self._monotonic() - self._as_of[name] >= seconds

    def _is_stale(self, name: Name) -> bool:
        if name == "groups" and not self._known.uses_user_groups:
            return False
        return self._is_older(name, self._stale_seconds)

    async def _ask_one_by_one(self) -> None:
        if len(self._to_ask) > MAX_ASKED_ONE_BY_ONE:
            self._to_ask.clear()
            self._wanted.add("people")
        if self._monotonic() < self._ask_not_before:
            return
        for id in list(self._to_ask):
            try:
                await self._ask_about(id)
            except (Retryable, Permanent) as error:
                log.warning("asking Slack about %s failed and will be tried again: %s", id, error)
                self._ask_not_before = self._monotonic() + _pause(error) * self._pace
                return
            self._to_ask.pop(id, None)

    async def _ask_about(self, id: str) -> None:
        home = self._home = self._home or await home_of(self._client)
        found = kept(await person(self._client, id, home.teams))
        self._confirmed_at[id] = self._monotonic()
        known = self._known.person(id)
        stored_otherwise = id in self._known.taken or found != known
        if stored_otherwise and (known or found.standing != "outside"):
            await self._stored.keep_person(found)

    async def _read(self, name: Name) -> None:
        if not await self._stored.claim(name, self._seen[name]):
            self._not_before[name] = self._monotonic() + RETRY_SECONDS * self._pace
            return
        self._wanted.discard(name)
        try:
            await self._read_from_slack(name)
        except (Retryable, Permanent) as error:
            log.warning("reading %s from Slack failed, so the last list stays in use: %s", name, error)
            self._trouble[name] = error
            self._wanted.add(name)
            self._not_before[name] = self._monotonic() + _pause(error) * self._pace
            await self._stored.release(name)
        else:
            self._trouble.pop(name, None)
            pause = min(GROUPS_AT_MOST_EVERY_SECONDS, self._read_every) if name == "groups" else 0
            self._not_before[name] = self._monotonic() + pause

    async def _read_from_slack(self, name: Name) -> None:
        as_of = self._now()
        if name == "groups":
            await self._stored.keep_groups(await usergroups(self._client), as_of)
            return
        self._home = await home_of(self._client)
        listed = await people(self._client, self._home.teams, partial(self._wait, name))
        await self._stored.keep_people(listed, as_of)

    async def _wait(self, name: Name, seconds: float) -> None:
        """As long as Slack asks to, without another replica beginning the same meanwhile."""
        until = self._monotonic() + seconds * self._pace
        while (left := until - self._monotonic()) > 0:
            await self._stored.still_reading(name)
            await asyncio.sleep(min(left, CLAIM_KEPT_EVERY_SECONDS))
        await self._stored.still_reading(name)

    @property
    def _minutes(self) -> str:
        return f"{self._stale_seconds / 60:g}"

    def _said(self, sentence: str, name: Name) -> str:
        trouble = self._trouble.get(name)
        return f"{sentence} Slack's last answer: {trouble}" if trouble else sentence


def _pause(error: Retryable | Permanent) -> float:
    said = error.pause if isinstance(error, Retryable) else None
    return RETRY_SECONDS if said is None else said


def _less(known: Person, heard: Person) -> Person:
    """What is left of somebody by an event alone: they can lose standing and their address by it, and gain nothing."""
    standing = min(known.standing, heard.standing, key=lambda one: _RANK[one])
    return replace(known, standing=standing, email=known.email if heard.email == known.email else None)
