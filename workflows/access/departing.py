"""Departures, as access carries them out: everything of people who have left ends, until every end is confirmed.

Who has left is looked at again and again, by every replica. Whatever was cut short, or was recorded by a replica that
didn't know yet, is found the next time.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from workflows.access.commands import EndForLeaver
from workflows.access.state import KIND, Access
from workflows.access.stopping import AFFECTED
from workflows.access.views import troubled
from workflows.database.stored_scim import StoredScim
from workflows.ledger.clockwork import PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.provisioned import OUT, Leaver, LeaverStatus, LeavingAccounts
from workflows.ports import Person
from workflows.system.alarms import alarm
from workflows.system.departures.commands import ReportAccess, ReportLeavers, ReportReturned
from workflows.system.departures.decide import hold_above
from workflows.system.departures.state import KIND as DEPARTURES
from workflows.system.departures.state import OPEN, Departure
from workflows.system.session_commands import SignOut
from workflows.system.sessions import KIND as SESSIONS
from workflows.system.sessions import Session
from workflows.workflow import CLOCKWORK, Command, derived

DEPARTING = "carry out departures"
EVERY_SECONDS = 5.0
LEARNED_SECONDS = 10.0
"""In which every replica has learned that somebody has left, and has recorded nothing more for them."""
AT_ONCE = 20
"""Commands that are waited for together."""
HELD = "departures-held"
WHERE = "in the console under Directory, or with `daypass directory` on the server"


class People(Protocol):
    """Slack's people, whether or not they still count."""

    def accounts_of_leavers(self, leavers: Iterable[Leaver]) -> tuple[LeavingAccounts, ...]:
        """Each with every account that may be theirs."""

    def person(self, id: str) -> Person | None:
        """Somebody as Slack last described them."""


@dataclass
class Departures:
    """The periodic job. `limit` is how many may leave within `window`; None: ten percent, and at least five."""

    ledger: Ledger
    reads: Repository
    stored: StoredScim
    people: People
    changed: Callable[[], None]
    """Called when leavers were settled, so that the directory is made anew."""
    now: Callable[[], datetime]
    limit: int | None
    window: timedelta
    _told: dict[str, str | None] = field(default_factory=dict)
    """What alarms say, by their keys, as far as this process has told it."""

    def job(self) -> PeriodicJob:
        return PeriodicJob(DEPARTING, self.run, EVERY_SECONDS)

    async def run(self) -> datetime | None:
        """Report new leavers, follow what operators decided, and end what those who left hold."""
        leavers = self.people.accounts_of_leavers(await self.stored.leavers())
        departures = await self.reads.in_status(Departure, DEPARTURES, OPEN)
        if not leavers and not departures and self._told.get(HELD, HELD) is None:
            return None
        held = next((one for one in departures if one.status == "held"), None)
        await self._report(leavers, held)
        await self._follow(leavers, held)
        await self._end(leavers)
        await self._alarm_held()
        return None

    async def _report(self, leavers: tuple[LeavingAccounts, ...], held: Departure | None) -> None:
        """Only people with an account in Slack are counted and named: others have nothing that could end.

        Replicas that see more and fewer of the same leavers report the same departure, known by the first of them. Whoever
        isn't in it by then is reported the next time.
        """
        new = [one for one in leavers if one.leaver.status == "new" and one.accounts]
        if not new:
            return
        first = min((one.leaver for one in new), key=lambda one: (one.since, one.address))
        own = derived(DEPARTURES, first.since, first.address)
        people = tuple(sorted(frozenset[str]().union(*(one.accounts for one in new))))
        left = [one for one in leavers if one.leaver.status == "left"]
        recent = self._here(one for one in left if self.now() - one.leaver.since < self.window)
        limit = self.limit
        if limit is None:
            limit = hold_above((await self.stored.counts())["active"] + recent + len(new))
        command = ReportLeavers(held.id if held else own, people, self._here(new), recent, limit)
        state = (await self.ledger.handle(command, CLOCKWORK, "clockwork")).state
        if isinstance(state, Departure):
            reported = [one.leaver.address for one in new if not one.accounts.isdisjoint(state.people)]
            await self._settle(reported, "new", _reported_as(state), state.id)

    def _here(self, leavers: Iterable[LeavingAccounts]) -> int:
        """How many of them Slack still has."""
        found = (map(self.people.person, one.accounts) for one in leavers)
        return sum(any(person and person.standing != "outside" for person in some) for some in found)

    async def _follow(self, leavers: tuple[LeavingAccounts, ...], held: Departure | None) -> None:
        """See what became of those who were held: an operator decided, or they are here again."""
        waiting: dict[str, list[str]] = {}
        for one in leavers:
            if one.leaver.status == "held" and one.leaver.departure:
                waiting.setdefault(one.leaver.departure, []).append(one.leaver.address)
        for id, addresses in waiting.items():
            departure = await self.reads.find(Departure, id)
            if departure is not None and (status := _settled_as(departure)):
                await self._settle(addresses, "held", status, id)
        if held is None:
            return
        left = frozenset[str]().union(*(one.accounts for one in leavers))
        back = tuple(one for one in held.people if one not in left and self.people.person(one))
        if back:
            await self.ledger.handle(ReportReturned(held.id, back), CLOCKWORK, "clockwork")

    async def _settle(
        self, addresses: list[str], before: LeaverStatus, after: LeaverStatus, departure: str
    ) -> None:
        await self.stored.settle(addresses, before, after, departure)
        self.changed()

    async def _end(self, leavers: tuple[LeavingAccounts, ...]) -> None:
        """End what people hold who have left, and report how far that is."""
        departures = await self.reads.in_status(Departure, DEPARTURES, ("ending",))
        named = {
            account: one.leaver.departure or ""
            for one in leavers
            for account in one.accounts
            if one.leaver.status in OUT
        }
        named |= {account: each.id for each in departures for account in each.people}
        if not named:
            return
        found = await self.reads.in_status(Access, KIND, AFFECTED, named)
        await self._handle(EndForLeaver(one.id, named[one.owner]) for one in found if one.status != "ending")
        sessions = await self.reads.in_status(Session, SESSIONS, ("open",), named)
        await self._handle(SignOut(one.id, "account deactivated") for one in sessions)
        for departure in departures:
            people = frozenset(departure.people)
            await self._report_access(departure, [one for one in found if one.owner in people])

    async def _report_access(self, departure: Departure, theirs: list[Access]) -> None:
        """Say what is new. An end counts only when nobody can have given them anything since."""
        stuck = [one for one in theirs if troubled(one)]
        titles = ", ".join(sorted({one.terms.title for one in stuck if not one.private})[:5])
        sentence = (
            "Someone who left the company still has access that can't be ended yet: "
            f"{titles or 'for a private incident'}. Daypass keeps trying; the cards say why. See {departure.id}."
        )
        await self._alarm(f"departure:{departure.id}", sentence if stuck else None)
        since = departure.decided_at or departure.at
        learned = self.now() - since >= timedelta(seconds=LEARNED_SECONDS)
        requests, ended = tuple(one.id for one in theirs), learned and not theirs
        if ended or not frozenset(departure.requests).issuperset(requests):
            await self.ledger.handle(ReportAccess(departure.id, requests, ended), CLOCKWORK, "clockwork")

    async def _alarm_held(self) -> None:
        """Say loudly that people are said to have left, and that they keep what they hold until somebody decides."""
        held = await self.reads.in_status(Departure, DEPARTURES, ("held",))
        number = sum(len(one.people) for one in held)
        sentence = (
            f"The identity provider deactivated or deleted more people than usual ({number} Slack accounts). They keep what "
            f"they hold and get nothing new until an operator decides. Confirm or reject it {WHERE}."
        )
        await self._alarm(HELD, sentence if held else None)

    async def _alarm(self, key: str, sentence: str | None) -> None:
        if self._told.get(key, key) != sentence:
            await self.ledger.handle(alarm(key, sentence), CLOCKWORK, "clockwork")
            self._told[key] = sentence

    async def _handle(self, commands: Iterable[Command]) -> None:
        left = list(commands)
        for start in range(0, len(left), AT_ONCE):
            some = left[start : start + AT_ONCE]
            await asyncio.gather(*(self.ledger.handle(one, CLOCKWORK, "clockwork") for one in some))


def _reported_as(departure: Departure) -> LeaverStatus:
    """What they are who were reported as leaving with it, which may have been decided since."""
    if departure.status == "held":
        return "held"
    return "kept" if departure.status == "rejected" else "left"


def _settled_as(departure: Departure) -> LeaverStatus | None:
    """What becomes of leavers who were held in it; None while it is held."""
    if departure.status == "held":
        return None
    if departure.status == "rejected":
        return "kept"
    return "confirmed" if departure.decided_by else "new"
