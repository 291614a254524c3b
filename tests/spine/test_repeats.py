"""The same words by the same person within a minute are one (P5), on however many replicas."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from tests.builders import WORKFLOWS, replicas
from workflows.incidents.commands import Cancel, DeclareIncident
from workflows.ledger.ledger import Ledger
from workflows.ledger.repeated_commands import MINUTE, Said, claims, repeated, words_of
from workflows.ledger.work import Outcome
from workflows.workflow import Actor

ADA, GRACE = Actor("UADA"), Actor("UGRACE")
WORDS = "said/0"
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECONDS = st.integers(0, 400)


class Once:
    """What the database lets stand once: who claimed each key, and when that was begun."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, datetime]] = {}

    def found(self, now: datetime) -> list[Said]:
        """As `look_up` finds them: those of this minute and the next one, and what came after each."""
        wanted, found = list(claims(WORDS, now)), []
        while wanted:
            if (key := wanted.pop()) in self.keys:
                subject, at = self.keys[key]
                found.append(Said(key, subject, 1, "open", "", at))
                wanted.append(f"{WORDS}/after/{subject}")
        return found

    def say(self, now: datetime) -> bool:
        """Whether something new is begun now."""
        found = self.found(now)
        if repeated(found, now, frozenset()):
            return False
        subject = f"s{len(self.keys)}"
        self.keys |= dict.fromkeys(claims(WORDS, now, found), (subject, now))
        return True


@given(st.lists(SECONDS, min_size=1, max_size=12))
def test_what_is_said_again_within_a_minute_is_one_and_later_is_another(said: list[int]) -> None:
    once, last = Once(), None
    for second in sorted(said):
        now = START + timedelta(seconds=second)
        new = once.say(now)
        assert new == (last is None or now - last >= MINUTE)
        last = now if new else last


@given(st.lists(SECONDS, max_size=6), SECONDS, st.integers(-59, 59))
def test_two_that_can_not_see_each_other_claim_the_same(before: list[int], second: int, apart: int) -> None:
    """So the database lets one of them stand, whatever was said before and however the minutes fall."""
    once = Once()
    for earlier in sorted(before):
        once.say(START + timedelta(seconds=min(earlier, second)))
    one, other = START + timedelta(seconds=500 + second), START + timedelta(seconds=500 + second + apart)
    mine, theirs = (set(claims(WORDS, now, once.found(now))) for now in (one, other))
    assert mine & theirs


@pytest.fixture
async def ledger(store, world, clock):
    ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
    yield ledger
    await ledger.drain()


def declare(title: str = "stale", **more: object) -> DeclareIncident:
    return DeclareIncident(f"inc_{ULID()}", title, "sev3", **more)  # type: ignore[arg-type]


async def say(ledger: Ledger, command: DeclareIncident, actor: Actor = ADA) -> Outcome:
    return await ledger.handle(command, actor, "slack", f"slack/{ULID()}", words_of(actor, command))


class TestWhatIsTypedAgain:
    async def test_leads_to_what_it_began_and_says_which(self, ledger, clock):
        first = await say(ledger, declare())
        clock.forward(seconds=59)
        again = await say(ledger, declare())
        assert (again.subject, again.state.id, again.events) == (first.subject, first.subject, ())

    async def test_begins_another_one_after_a_minute(self, ledger, clock):
        first = await say(ledger, declare())
        subjects = {first.subject}
        for _ in range(4):
            clock.forward(seconds=60)
            subjects.add((await say(ledger, declare())).subject)
            clock.forward(seconds=1)
            subjects.add((await say(ledger, declare())).subject)
        assert len(subjects) == 5

    async def test_begins_another_one_when_the_first_is_over(self, ledger):
        first = await say(ledger, declare())
        await ledger.handle(Cancel(first.subject, "it was nothing"), ADA, "slack")
        second = await say(ledger, declare())
        third = await say(ledger, declare())
        assert second.subject != first.subject
        assert third.subject == second.subject

    @pytest.mark.parametrize(
        "other", [declare("broken"), declare(drill=True), declare(service="ranking-model")]
    )
    async def test_in_other_words_begins_another_one(self, ledger, other):
        first = await say(ledger, declare())
        assert (await say(ledger, other)).subject != first.subject

    async def test_by_somebody_else_begins_another_one(self, ledger):
        first = await say(ledger, declare())
        assert (await say(ledger, declare(), GRACE)).subject != first.subject

    async def test_after_a_refusal_is_decided_anew(self, ledger):
        assert (await say(ledger, declare(""))).refusal
        assert (await say(ledger, declare(""))).refusal

    async def test_many_times_at_once_is_one(self, ledger):
        found = await asyncio.gather(*(say(ledger, declare()) for _ in range(8)))
        assert len({one.subject for one in found}) == 1
        assert sum(bool(one.events) for one in found) == 1

    async def test_on_two_replicas_at_once_is_one(self, postgres_database, world, clock):
        async with replicas(postgres_database.url) as stores:
            ledgers = [Ledger(store, WORKFLOWS, lambda: world, clock) for store in stores]
            for _ in range(5):
                clock.forward(seconds=60)
                found = await asyncio.gather(*(say(one, declare()) for one in ledgers for _ in range(3)))
                assert len({one.subject for one in found}) == 1
                assert sum(bool(one.events) for one in found) == 1
            await asyncio.gather(*(one.drain() for one in ledgers))
