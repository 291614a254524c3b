"""Reminders: who is reminded of what, when they chose to be, once, and of nothing that is decided."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.story import Story
from tests.builders import MONDAY
from tests.lanes import examples
from tests.logged import Logged
from tests.people import ADA, EDSGER, GRACE, MARGARET, RADIA
from workflows.access.state import Access
from workflows.approval.approvers import still_needed
from workflows.ports import Away
from workflows.queries.waiting import waiting_for
from workflows.system.reminders import WORKFLOW
from workflows.system.reminders.choice import (
    NOTHING_CHOSEN,
    Choice,
    digest_at,
    faults,
    quiet_until,
    zone_named,
)
from workflows.system.reminders.commands import Remind
from workflows.system.reminders.decide import decide, effects, evolve
from workflows.system.reminders.due import DueMessage, Waiting, message_due
from workflows.system.reminders.state import Reminder, Reminders, reminders_of
from workflows.workflow import CLOCKWORK, Actor, NoChange, Refused, World

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
NIGHT = Choice(quiet_from=time(19), quiet_to=time(8))
DAILY = Choice(reminders="daily", digest_hour=9)
NO_WORLD: Any = None
"""Whether someone is to be reminded was worked out before; what is recorded depends on the past alone."""


def thing(
    name: str = "acc_1", since: datetime = MONDAY, after: float | None = 1.0, again: float | None = None
) -> Waiting:
    """Something that waits since then, with reminders after so many hours."""
    hours = [one for one in (after, again) if one is not None]
    return Waiting(name, since, tuple(since + one * HOUR for one in hours))


@dataclass
class Person:
    """Somebody's reminders as their messages make them, in a world in which only time goes on."""

    choice: Choice = NOTHING_CHOSEN
    zone: ZoneInfo = BERLIN
    state: Reminders | None = None
    sent: list[tuple[datetime, DueMessage]] = field(default_factory=list)

    def at(self, now: datetime, *waiting: Waiting) -> list[tuple[str, int]]:
        """What they are reminded of now."""
        due = message_due(self.choice, self.zone, self.state, waiting, now)
        if due is None:
            return []
        left = {one.subject for one in waiting}
        over = tuple(one for one in (self.state.told if self.state else ()) if one not in left)
        command = Remind(reminders_of(GRACE), GRACE, due.of, over, due.digest)
        decided = decide(self.state, command, CLOCKWORK, NO_WORLD, now)
        assert isinstance(decided, tuple)
        (event,) = decided
        self.state = evolve(self.state, event)
        self.sent.append((now, due))
        return [(one.subject, one.number) for one in due.of]


class TestOneByOne:
    def test_a_reminder_comes_as_it_falls_due_and_once(self) -> None:
        grace = Person()
        assert grace.at(MONDAY, thing()) == []
        assert grace.at(MONDAY + HOUR, thing()) == [("acc_1", 1)]
        assert grace.at(MONDAY + 2 * HOUR, thing()) == []

    def test_the_next_one_of_the_same_comes_when_that_is_due(self) -> None:
        grace = Person()
        grace.at(MONDAY + HOUR, thing(again=24))
        assert grace.at(MONDAY + 25 * HOUR, thing(again=24)) == [("acc_1", 2)]

    def test_what_fell_due_at_night_comes_together_in_the_morning(self) -> None:
        grace, evening = Person(NIGHT), MONDAY.replace(hour=18)
        both = thing(since=evening), thing("acc_2", evening, after=3)
        for hour in range(13):
            assert grace.at(evening + hour * HOUR, *both) == [], hour
        assert grace.at(evening + 13 * HOUR, *both) == [("acc_1", 1), ("acc_2", 1)]

    def test_what_was_decided_at_night_does_not_come(self) -> None:
        grace, evening = Person(NIGHT), MONDAY.replace(hour=18)
        grace.at(evening + 2 * HOUR, thing(since=evening))
        assert grace.at(evening + 14 * HOUR) == []

    def test_nothing_comes_on_a_quiet_day(self) -> None:
        grace = Person(Choice(quiet_days=frozenset({0})))
        assert grace.at(MONDAY + 2 * HOUR, thing()) == []
        assert grace.at(MONDAY.replace(hour=23), thing()) == [("acc_1", 1)], "it is Tuesday in Berlin"

    def test_nothing_ever_comes_where_they_are_off(self) -> None:
        assert Person(Choice(reminders="off")).at(MONDAY + 2 * HOUR, thing()) == []


class TestOnceADay:
    NINE = MONDAY.replace(hour=8, minute=0)
    """In Berlin."""

    def test_all_that_waited_by_then_comes_together(self) -> None:
        grace, early = Person(DAILY), self.NINE - 2 * HOUR
        both = thing(since=early), thing("acc_2", early, after=None)
        assert grace.at(self.NINE - timedelta(minutes=1), *both) == []
        assert grace.at(self.NINE, *both) == [("acc_1", 1), ("acc_2", 1)]
        assert grace.at(self.NINE + 24 * HOUR, *both) == []

    def test_what_comes_after_it_waits_for_the_next(self) -> None:
        grace = Person(DAILY)
        late = thing(since=self.NINE + timedelta(minutes=5))
        assert [grace.at(self.NINE + hour * HOUR, late) for hour in range(24)] == [[]] * 24
        assert grace.at(self.NINE + 24 * HOUR, late) == [("acc_1", 1)]

    def test_what_becomes_theirs_after_it_waits_for_the_next(self) -> None:
        grace, early = Person(DAILY), self.NINE - 2 * HOUR
        both = thing(since=early), thing("acc_2", early)
        assert grace.at(self.NINE, both[0]) == [("acc_1", 1)]
        assert grace.at(self.NINE + HOUR, *both) == [], "one a day"
        assert grace.at(self.NINE + 24 * HOUR, *both) == [("acc_2", 1)]

    def test_there_is_none_for_an_hour_that_had_passed_when_it_was_chosen(self) -> None:
        chosen = DAILY.model_copy(update={"chosen_at": self.NINE + HOUR})
        assert Person(chosen).at(self.NINE + 2 * HOUR, thing(since=self.NINE - HOUR)) == []

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
            (datetime(2026, 10, 25, 12, tzinfo=UTC), datetime(2026, 10, 25, 0, 0, tzinfo=UTC)),
        ],
        ids=["clocks go forward over it", "it comes twice"],
    )
    def test_an_hour_that_clocks_skip_or_repeat_is_one_moment(
        self, day: datetime, expected: datetime
    ) -> None:
        assert digest_at(Choice(reminders="daily", digest_hour=2), BERLIN, day) == expected


ZONES = [zone_named(one) for one in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", None)]
STARTS = st.sampled_from(
    [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC)]
)
"""A day or two before clocks change somewhere."""
HOURS = st.integers(0, 90).map(float)
times = st.integers(0, 95).map(lambda one: time(one // 4, one % 4 * 15))
choices = st.builds(
    Choice,
    reminders=st.sampled_from(["at-once", "daily", "off"]),
    digest_hour=st.integers(0, 23),
    quiet_from=times,
    quiet_to=times,
    quiet_days=st.frozensets(st.integers(0, 6), max_size=3),
).map(lambda one: one if not faults(one) else one.model_copy(update={"quiet_from": None, "quiet_to": None}))
things = st.lists(st.tuples(HOURS, HOURS, st.none() | HOURS, st.none() | HOURS), max_size=4)


@pytest.mark.soak
@settings(max_examples=examples(20, 2_000), deadline=None)
@given(choices, st.sampled_from(ZONES), STARTS, things)
def test_whatever_they_chose_and_clocks_do_each_thing_comes_once_and_none_is_forgotten(
    choice: Choice,
    zone: ZoneInfo,
    start: datetime,
    every: list[tuple[float, float, float | None, float | None]],
) -> None:
    """`every` has hours: when it begins to wait, when its reminder falls due, a second one, and when it is decided."""
    person, heard = Person(choice, zone), dict[str, int]()
    for tick in range(5 * 48):
        now = start + tick * timedelta(minutes=30)
        waiting = list(_waiting(every, start, now))
        told = person.at(now, *waiting)
        assert {name for name, _ in told} <= {one.subject for one in waiting}, "decided, or not there yet"
        assert all(number > heard.get(name, 0) for name, number in told), "told twice"
        heard |= dict(told)
        quiet = _looks_quiet(choice, now.astimezone(zone))
        assert not (told and (quiet or choice.reminders == "off"))
        if choice.reminders == "at-once" and not quiet:
            assert all(heard.get(one.subject, 0) >= _fallen_due(one, now) for one in waiting), "forgotten"
        if choice.reminders == "daily" and not quiet and (due := digest_at(choice, zone, now)) <= now:
            by_then = [one for one in waiting if one.since <= due]
            assert all(heard.get(one.subject, 0) >= max(1, _fallen_due(one, due)) for one in by_then)
    days = [now.astimezone(zone).date() for now, due in person.sent if due.digest]
    assert len(days) == len(set(days)), "two digests on a day"


def _waiting(
    every: list[tuple[float, float, float | None, float | None]], start: datetime, now: datetime
) -> Iterator[Waiting]:
    for number, (begins, after, again, decided) in enumerate(every):
        since = start + begins * HOUR
        if since <= now and (decided is None or now < since + decided * HOUR):
            yield thing(
                f"acc_{number}", since, min(after, again or after), max(after, again) if again else None
            )


def _fallen_due(one: Waiting, at: datetime) -> int:
    return sum(each <= at for each in one.reminders)


def _looks_quiet(choice: Choice, local: datetime) -> bool:
    """Minute by minute, as somebody reads it off their clock."""
    if local.weekday() in choice.quiet_days:
        return True
    if choice.quiet_from is None or choice.quiet_to is None:
        return False
    begin, end, at = (
        one.hour * 60 + one.minute for one in (choice.quiet_from, choice.quiet_to, local.time())
    )
    return (at - begin) % 1_440 < (end - begin) % 1_440


class TestAChoice:
    @pytest.mark.parametrize(
        ("choice", "wrong"),
        [
            (NOTHING_CHOSEN, []),
            (NIGHT, []),
            (Choice(quiet_from=time(19)), ["quiet_to"]),
            (Choice(quiet_to=time(8)), ["quiet_from"]),
            (Choice(quiet_from=time(8), quiet_to=time(8)), ["quiet_to"]),
            (Choice(quiet_days=frozenset(range(7))), ["quiet_days"]),
            (NIGHT.model_copy(update={"reminders": "daily", "digest_hour": 7}), ["digest_hour"]),
            (NIGHT.model_copy(update={"reminders": "daily", "digest_hour": 8}), []),
        ],
    )
    def test_is_refused_where_it_could_not_be_kept(self, choice: Choice, wrong: list[str]) -> None:
        assert list(faults(choice)) == wrong

    def test_ends_its_quiet_at_the_next_minute_that_is_free(self) -> None:
        late = datetime(2026, 3, 28, 22, 15, 30, tzinfo=UTC)
        assert quiet_until(NIGHT, BERLIN, late) == datetime(2026, 3, 29, 6, 0, tzinfo=UTC), (
            "an hour less that night"
        )
        assert quiet_until(NOTHING_CHOSEN, BERLIN, late) == late


class TestTheLog:
    OF = (Reminder(subject="acc_1", number=1),)

    def remind(
        self, state: Reminders | None, by: Actor = CLOCKWORK, digest: datetime | None = None
    ) -> object:
        command = Remind(reminders_of(GRACE), GRACE, self.OF, (), digest)
        return decide(state, command, by, NO_WORLD, MONDAY)

    def test_has_each_reminder_once_whichever_replica_comes_first(self) -> None:
        decided = self.remind(None)
        assert isinstance(decided, tuple)
        state = evolve(None, decided[0])
        assert isinstance(self.remind(state), NoChange)
        assert [one.kind for one in effects(state, decided[0])] == ["remind"]

    def test_has_one_digest_for_each_day(self) -> None:
        state = Reminders(id="", status="reminded", owner=GRACE, told={}, digest_at=MONDAY)
        assert isinstance(self.remind(state, digest=MONDAY), NoChange)

    def test_has_none_that_a_person_sent(self) -> None:
        assert isinstance(self.remind(None, Actor(EDSGER)), Refused)

    def test_forgets_what_no_longer_waits(self) -> None:
        grace = Person()
        grace.at(MONDAY + HOUR, thing())
        grace.at(MONDAY + 3 * HOUR, thing("acc_2"))
        assert grace.state is not None
        assert grace.state.told == {"acc_2": 1}

    @pytest.mark.parametrize(
        ("first", "then"),
        [(1, 1), (2, 1)],
    )
    def test_that_reminds_twice_of_the_same_could_not_have_happened(
        self, world: World, first: int, then: int
    ) -> None:
        logged, state = Logged(WORKFLOW, reminders_of(GRACE)), None
        for number in (first, then):
            command = Remind(reminders_of(GRACE), GRACE, (Reminder(subject="acc_1", number=number),))
            decided = decide(None, command, CLOCKWORK, world, MONDAY)
            assert isinstance(decided, tuple)
            logged.add(state, decided, CLOCKWORK, world, MONDAY)
            state = evolve(state, decided[0])
        fault = logged.replayed().fault
        assert fault
        assert fault.why == "they had been reminded of it"


class TestWhoIsReminded:
    @pytest.fixture
    def asked(self, world: World) -> Story:
        story = Story(world)
        story.asks(ADA)
        return story

    def waiting(self, story: Story, delegate: str | None = None) -> dict[str, Waiting]:
        """Whom it waits for; with a `delegate` while Grace is away and has them decide for her."""
        since = story.clock() - HOUR
        leave = Away(
            absence="away_1",
            owner=GRACE,
            since=since,
            until=since + 99 * HOUR,
            delegate=delegate,
            groups=frozenset({"data-owners"}),
        )
        absent = {GRACE: leave} if delegate else {}
        stand_in = {"data-owners": frozenset({"incident-command"})}
        directory = replace(story.world.directory, away=absent, stand_in=stand_in)
        return dict(waiting_for(story.now, directory))

    def test_is_who_can_decide_and_never_who_asked(self, asked: Story) -> None:
        needed = frozenset[str]().union(*still_needed(asked.now, asked.world.directory).values())
        assert self.waiting(asked).keys() == needed
        assert ADA not in needed

    def test_is_nobody_once_it_is_decided(self, asked: Story) -> None:
        asked.approves(GRACE)
        assert asked.status == "active"
        assert self.waiting(asked) == {}

    def test_is_the_delegate_of_who_is_away(self, asked: Story) -> None:
        people = self.waiting(asked, MARGARET).keys()
        assert GRACE not in people
        assert MARGARET in people

    def test_is_not_who_has_decided(self, world: World) -> None:
        story = Story(world)
        story.asks(ADA, "warehouse-write", 1_800, ticket="DATA-42")
        story.approves(GRACE)
        assert story.status == "pending"
        people = self.waiting(story).keys()
        assert GRACE not in people
        assert RADIA in people

    def test_comes_halfway_to_the_escalation_and_for_others_halfway_from_there(self, asked: Story) -> None:
        state: Access = asked.now
        (stage,) = state.terms.stages
        assert stage.escalate_after is not None
        before = self.waiting(asked)[GRACE]
        escalates = state.begun_at + timedelta(seconds=stage.escalate_after)
        assert before.reminders == (state.begun_at + (escalates - state.begun_at) / 2,)
        asked.passes(seconds=stage.escalate_after)
        after = self.waiting(asked)
        assert after[GRACE] == before
        others = next(one for who, one in after.items() if who not in self.regular(asked))
        assert others.since == escalates
        assert others.reminders == (escalates + (asked.now.lapses_at - escalates) / 2,)

    def regular(self, story: Story) -> frozenset[str]:
        return story.world.directory.members("data-owners")
