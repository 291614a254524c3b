"""What every system that keeps on-call schedules has to say, by the answers that it documents, and what it can say wrongly.

A new kind needs a case here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.demo.servers import free_port
from integrations.on_call import ON_CALL_KINDS, Account, OnCallAccounts, Window, open_on_call
from tests.lanes import only_in_soak
from tests.policy.on_call_samples import (
    ADA,
    BEN,
    calendar,
    incident_io_entries,
    opsgenie_on_calls,
    pagerduty_oncalls,
    shift,
)
from tests.policy.on_call_server import Answer, OnCallServer
from workflows.policy.on_call import Roster, Span, shift_at
from workflows.policy.schema.on_call import SOURCES, OnCallBlock
from workflows.ports import Permanent, Retryable

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
WINDOW = Window(NOW, NOW + timedelta(minutes=15))
KEY = "a-key-that-nobody-may-see"
BEGINS, ENDS = "2026-03-02T09:00:00+01:00", "2026-03-09T09:00:00+01:00"
ADA_NOW = Span(ADA, datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 9, 8, tzinfo=UTC))
HOSTILE = (None, [], 7, "on call", {"email": 7}, [[]], {"a": {"b": None}})


@dataclass(frozen=True)
class Case:
    """A schedule as a bundle writes it, with answers of which one has Ada on call now, and one nobody.

    `spelled` is what is made of the first one.
    """

    written: Any
    ada: Any
    nobody: Any
    spelled: tuple[Span, ...] = (ADA_NOW,)
    path: str = ""
    query: tuple[tuple[str, str], ...] = ()
    authorization: str = ""


CASES = {
    "ical": Case(
        {"url": "ranking", "zone": "Europe/Berlin"},
        calendar(shift(ADA, "20260302T090000", "20260309T090000")),
        calendar(),
        path="/ranking.ics",
    ),
    "pagerduty": Case(
        "PI7DH85",
        pagerduty_oncalls((ADA, BEGINS, ENDS)),
        pagerduty_oncalls(),
        path="/oncalls",
        query=(("schedule_ids[]", "PI7DH85"), ("include[]", "users"), ("since", "2026-03-04T12:00:00+00:00")),
        authorization=f"Token token={KEY}",
    ),
    "incident_io": Case(
        "01HPFH8T92MPGSQS5C1SPAF4V0",
        incident_io_entries((ADA, BEGINS, ENDS)),
        incident_io_entries(),
        path="/v2/schedule_entries",
        query=(
            ("schedule_id", "01HPFH8T92MPGSQS5C1SPAF4V0"),
            ("entry_window_start", "2026-03-04T12:00:00+00:00"),
            ("entry_window_end", "2026-03-04T12:15:00+00:00"),
        ),
        authorization=f"Bearer {KEY}",
    ),
    "opsgenie": Case(
        "d875alp4-9b4e-4219-a803-0c26936d18de",
        opsgenie_on_calls(ADA),
        opsgenie_on_calls(),
        (Span(ADA),),
        path="/v2/schedules/d875alp4-9b4e-4219-a803-0c26936d18de/on-calls",
        query=(("flat", "true"),),
        authorization=f"GenieKey {KEY}",
    ),
}
EVERY = pytest.mark.parametrize(("kind", "case"), CASES.items(), ids=CASES)
Ask = Callable[[str], Awaitable[tuple[Span, ...]]]


def block(kind: str) -> OnCallBlock:
    return OnCallBlock.model_validate({"title": "Ranking", kind: CASES[kind].written})


def accounts(url: str) -> OnCallAccounts:
    account = Account(url, SecretStr(KEY))
    return OnCallAccounts(account, account, account, {"ranking": SecretStr(f"{url}/ranking.ics")})


@pytest.fixture(scope="module")
def server() -> Iterator[OnCallServer]:
    server = OnCallServer()
    yield server
    server.stop()


@pytest.fixture
async def ask(server: OnCallServer) -> AsyncIterator[Ask]:
    async with open_on_call(accounts(server.url)) as readers:
        yield lambda kind: readers[kind](block(kind), WINDOW)


async def refused(ask: Ask, kind: str) -> str:
    """Why it couldn't be read. Neither a key nor an address is in it."""
    with pytest.raises((Retryable, Permanent)) as why:
        await ask(kind)
    assert KEY not in str(why.value) and "ranking.ics" not in str(why.value)
    return str(why.value)


def test_every_outside_source_has_a_reader_and_a_case() -> None:
    assert {*SOURCES} - {"rota"} == {*ON_CALL_KINDS} == {*CASES}


class TestEveryKind:
    @EVERY
    async def test_says_who_is_on_call_and_until_when(
        self, ask: Ask, server: OnCallServer, kind: str, case: Case
    ) -> None:
        server.says(Answer(case.ada))
        assert await ask(kind) == case.spelled
        (asked,) = server.asked
        assert asked.path == case.path
        assert {*case.query} <= {*asked.query}
        assert asked.headers.get("authorization", "") == case.authorization

    @EVERY
    async def test_says_that_nobody_is(self, ask: Ask, server: OnCallServer, kind: str, case: Case) -> None:
        server.says(Answer(case.nobody))
        assert await ask(kind) == ()

    @EVERY
    async def test_that_can_t_be_used_is_no_answer(
        self, ask: Ask, server: OnCallServer, kind: str, case: Case
    ) -> None:
        for body in ("", "<html>Sign in</html>", b"\xff\xfe", *HOSTILE):
            server.says(Answer(body))
            assert await refused(ask, kind)

    @EVERY
    async def test_names_what_to_do_when_it_says_no(
        self, ask: Ask, server: OnCallServer, kind: str, case: Case
    ) -> None:
        for status, why in (
            (401, "Ask an operator to check DAYPASS_"),
            (403, "Ask an operator to check DAYPASS_"),
            (404, "has no such schedule"),
            (302, "a response that Daypass can't use"),
            (503, "is unavailable right now"),
        ):
            server.says(Answer({"error": KEY}, status, {"Location": "https://elsewhere.example/"}))
            assert why in await refused(ask, kind)
            assert len(server.asked) == 1

    @EVERY
    async def test_is_waited_for_as_long_as_it_asks(
        self, ask: Ask, server: OnCallServer, kind: str, case: Case
    ) -> None:
        server.says(Answer({}, 429, {"Retry-After": "30"}))
        with pytest.raises(Retryable) as busy:
            await ask(kind)
        assert busy.value.pause == 30

    @EVERY
    async def test_that_is_away_says_so(self, kind: str, case: Case) -> None:
        async with open_on_call(accounts(f"http://127.0.0.1:{free_port()}")) as readers:
            assert "can't be reached" in await refused(lambda kind: readers[kind](block(kind), WINDOW), kind)

    @EVERY
    async def test_that_isn_t_set_up_says_so(self, kind: str, case: Case) -> None:
        async with open_on_call(OnCallAccounts()) as readers:
            why = await refused(lambda kind: readers[kind](block(kind), WINDOW), kind)
        assert "Ask an operator to" in why and "DAYPASS_" in why


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("pagerduty", pagerduty_oncalls(("UADA", BEGINS, ENDS))),
        ("incident_io", incident_io_entries(("", BEGINS, ENDS))),
        ("opsgenie", opsgenie_on_calls("UADA")),
    ],
)
async def test_whoever_has_no_address_is_called_like_nobody_in_slack(
    ask: Ask, server: OnCallServer, kind: str, answer: Any
) -> None:
    server.says(Answer(answer))
    (span,) = await ask(kind)
    assert "'s user " in span.person


class TestPagerDuty:
    async def test_is_asked_for_each_page(self, ask: Ask, server: OnCallServer) -> None:
        server.says(
            Answer(pagerduty_oncalls((ADA, None, None), more=True)),
            Answer(pagerduty_oncalls((BEN, BEGINS, None))),
        )
        assert {one.person for one in await ask("pagerduty")} == {ADA, BEN}
        assert [dict(one.query)["offset"] for one in server.asked] == ["0", "100"]

    async def test_that_has_pages_without_end_is_given_up(self, ask: Ask, server: OnCallServer) -> None:
        server.says(Answer(pagerduty_oncalls((ADA, None, None), more=True)))
        assert "can't use" in await refused(ask, "pagerduty")
        assert len(server.asked) == 10


class TestIncidentIo:
    async def test_is_asked_for_each_page(self, ask: Ask, server: OnCallServer) -> None:
        server.says(
            Answer(incident_io_entries((ADA, BEGINS, ENDS), after="01G0")),
            Answer(incident_io_entries((BEN, BEGINS, ENDS))),
        )
        assert {one.person for one in await ask("incident_io")} == {ADA, BEN}
        assert dict(server.asked[1].query)["after"] == "01G0"


class TestACalendar:
    """Who is on call at a moment, by what its events say."""

    @pytest.fixture
    def at(self, ask: Ask, server: OnCallServer) -> Callable[..., Awaitable[tuple[str, ...]]]:
        async def people(moment: str, *events: str) -> tuple[str, ...]:
            server.says(Answer(calendar(*events)))
            roster = Roster(await ask("ical"), NOW + timedelta(days=14))
            return shift_at(block("ical"), datetime.fromisoformat(moment), roster).people

        return people

    async def test_repeats_but_for_what_was_changed_or_left_out(self, at) -> None:
        left_out, instead_of = (
            "EXDATE;TZID=Europe/Berlin:20260309T090000",
            "RECURRENCE-ID;TZID=Europe/Berlin:",
        )
        weekly = shift(ADA, "20260105T090000", "20260106T090000", "UID:1", "RRULE:FREQ=WEEKLY", left_out)
        swapped = shift(BEN, "20260316T090000", "20260317T090000", "UID:1", f"{instead_of}20260316T090000")
        assert await at("2026-03-05T12:00+01:00", weekly) == ()
        assert await at("2026-03-09T12:00+01:00", weekly) == ()
        assert await at("2026-03-16T12:00+01:00", weekly) == (ADA,)
        assert await at("2026-03-16T12:00+01:00", weekly, swapped) == (BEN,)

    async def test_keeps_its_local_hour_when_the_clocks_change(self, ask: Ask, server: OnCallServer) -> None:
        server.says(
            Answer(
                calendar(shift(ADA, "20260302T090000", "20260302T180000", "RRULE:FREQ=DAILY")),
                200,
                {"ETag": '"1"'},
            )
        )
        begins = NOW + timedelta(days=22)
        async with open_on_call(accounts(server.url)) as readers:
            spans = await readers["ical"](block("ical"), Window(begins, begins + timedelta(minutes=15)))
        hours = {one.begins.date().isoformat(): one.begins.hour for one in spans if one.begins}
        assert (hours["2026-03-28"], hours["2026-03-29"]) == (8, 7)

    async def test_has_whole_days_and_local_times_in_the_zone_of_the_bundle(self, at) -> None:
        day = f"DTSTART;VALUE=DATE:20260305\nDTEND;VALUE=DATE:20260306\nSUMMARY:{ADA} on call"
        local = f"DTSTART:20260306T090000\nDTEND:20260306T100000\nSUMMARY:Ben <{BEN}>"
        assert await at("2026-03-04T23:00Z", day) == (ADA,)
        assert await at("2026-03-05T23:00Z", day) == ()
        assert await at("2026-03-06T08:30Z", local) == (BEN,)

    async def test_has_nobody_who_declined_or_is_no_person(self, at) -> None:
        event = shift("room@northwind.example", "20260302T090000", "20260309T090000")
        room = event.replace("CUTYPE=INDIVIDUAL", "CUTYPE=ROOM")
        declined = shift(BEN, "20260302T090000", "20260309T090000").replace("ACCEPTED", "DECLINED")
        cancelled = shift(ADA, "20260302T090000", "20260309T090000", "STATUS:CANCELLED")
        assert await at(NOW.isoformat(), room, declined, cancelled) == ()
        assert await at(NOW.isoformat(), f"{room}\nATTENDEE:mailto:{ADA}") == (ADA,)

    async def test_that_repeats_without_end_is_given_up(self, ask: Ask, server: OnCallServer) -> None:
        every_second = shift(ADA, "19700101T000000", "19700101T000001", "RRULE:FREQ=SECONDLY")
        server.says(Answer(calendar(every_second)))
        assert "isn't valid, or it is too large" in await refused(ask, "ical")

    @only_in_soak
    async def test_that_takes_too_long_to_read_is_given_up(self, ask: Ask, server: OnCallServer) -> None:
        never = shift(ADA, "19700101T000000", "19700101T000001", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
        server.says(Answer(calendar(*[never] * 50)))
        assert await refused(ask, "ical")

    async def test_that_hasn_t_changed_isn_t_read_again(self, ask: Ask, server: OnCallServer) -> None:
        server.says(
            Answer(calendar(shift(ADA, "20260302T090000", "20260309T090000")), 200, {"ETag": '"7"'}),
            Answer("", 304),
        )
        assert await ask("ical") == await ask("ical") == (ADA_NOW,)
        assert [one.headers.get("if-none-match") for one in server.asked] == [None, '"7"']

    async def test_is_kept_for_each_zone_in_which_a_schedule_reads_it(self, server: OnCallServer) -> None:
        day = f"DTSTART;VALUE=DATE:20260305\nDTEND;VALUE=DATE:20260306\nSUMMARY:{ADA} on call"
        server.says(
            *(Answer(calendar(day), 200, {"ETag": f'"{n}"'}) for n in (1, 2)),
            Answer("", 304),
        )
        ical = CASES["ical"].written
        there = [
            OnCallBlock.model_validate({"title": "Ranking", "ical": {**ical, "zone": zone}})
            for zone in ("Europe/Berlin", "UTC")
        ]
        async with open_on_call(accounts(server.url)) as readers:
            first = [await readers["ical"](one, WINDOW) for one in there]
            assert [await readers["ical"](one, WINDOW) for one in there] == first
        assert first[0] != first[1]
        assert [one.headers.get("if-none-match") for one in server.asked] == [None, None, '"1"', '"2"']
