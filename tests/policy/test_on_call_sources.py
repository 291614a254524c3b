"""What every on-call source promises, and what a rota says of hand-overs, overrides and changes of the clock."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lanes import examples
from tests.policy.conftest import EXAMPLE, Faults
from workflows.policy.on_call import NOT_READ_YET, ON_CALL_SOURCES, Roster, Span, shift_at
from workflows.policy.schema.on_call import SOURCES, OnCallBlock

ADA, BEN, CLEO = "ada@northwind.example", "ben@northwind.example", "cleo@northwind.example"
NOTHING_READ = Roster()
_WRITTEN = (EXAMPLE / "on-call.yaml").read_text()
ROTA = _WRITTEN[_WRITTEN.index("rota:") :]
"""The example's only schedule, from its source on."""
BERLIN = {"people": (ADA, BEN), "begins": "2026-03-02T09:00", "zone": "Europe/Berlin"}


@dataclass(frozen=True)
class Case:
    """A schedule as a bundle writes it, with a moment at which Ada is on call and one at which nobody is.

    `roster` is what was read of it, if it is kept elsewhere.
    """

    written: Any
    ada: datetime
    nobody: datetime
    roster: Roster = NOTHING_READ


WEDNESDAY, SUNDAY = datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
MONDAY, KNOWN_UNTIL = datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 12, tzinfo=UTC)
READ = Roster(
    (Span(ADA, MONDAY, MONDAY + timedelta(weeks=1)), Span(BEN, MONDAY + timedelta(days=5), None)),
    KNOWN_UNTIL,
    "",
)
CASES = {
    "rota": Case(BERLIN, WEDNESDAY, SUNDAY),
    "ical": Case({"url": "https://calendar.northwind.example/ranking.ics"}, WEDNESDAY, SUNDAY, READ),
    "pagerduty": Case("PI7DH85", WEDNESDAY, SUNDAY, READ),
    "incident_io": Case("01HPFH8T92MPGSQS5C1SPAF4V0", WEDNESDAY, SUNDAY, READ),
    "opsgenie": Case("d875alp4-9b4e-4219-a803-0c26936d18de", WEDNESDAY, SUNDAY, READ),
}
EVERY = pytest.mark.parametrize(("source", "case"), CASES.items(), ids=CASES)


def schedule(source: str, written: Any) -> OnCallBlock:
    return OnCallBlock.model_validate({"title": "Ranking", source: written})


def rota(**written: Any) -> OnCallBlock:
    return schedule("rota", {**BERLIN, **written})


def people(block: OnCallBlock, at: str) -> tuple[str, ...]:
    return shift_at(block, datetime.fromisoformat(at)).people


class TestEverySource:
    def test_is_registered_and_has_a_case(self) -> None:
        assert set(SOURCES) == set(ON_CALL_SOURCES) == set(CASES)

    @EVERY
    def test_says_who_is_on_call_and_that_nobody_is(self, source: str, case: Case) -> None:
        block = schedule(source, case.written)
        assert shift_at(block, case.ada, case.roster).people == (ADA,)
        assert shift_at(block, case.nobody, case.roster).people == ()

    @EVERY
    @given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)), st.floats(0, 1))
    @settings(max_examples=examples(50, 1_000), deadline=None)
    @pytest.mark.soak
    def test_a_shift_is_the_same_from_its_beginning_to_its_end(
        self, source: str, case: Case, at: datetime, share: float
    ) -> None:
        block, moment = schedule(source, case.written), at.replace(tzinfo=UTC)
        shift = shift_at(block, moment, case.roster)
        assert shift.holds_at(moment)
        begins, ends = shift.since or moment, shift.until or moment
        within = begins + (ends - begins) * share
        assert within == ends or shift_at(block, within, case.roster) == shift
        if shift.until:
            assert not shift.holds_at(shift.until)


class TestAScheduleKeptElsewhere:
    def test_has_everybody_who_is_on_call_at_once(self) -> None:
        block, both = schedule("pagerduty", "PI7DH85"), MONDAY + timedelta(days=6)
        assert shift_at(block, both, READ).people == (ADA, BEN)
        assert shift_at(block, both, READ).until == MONDAY + timedelta(weeks=1)

    def test_is_known_until_its_reading_is_too_old_and_then_says_why(self) -> None:
        block, read = schedule("pagerduty", "PI7DH85"), replace(READ, fault="PagerDuty is away.")
        assert shift_at(block, KNOWN_UNTIL - timedelta(seconds=1), read).people == (BEN,)
        too_old = shift_at(block, KNOWN_UNTIL, read)
        assert (too_old.people, too_old.unknown) == ((), "PagerDuty is away.")

    def test_that_was_never_read_is_unknown_and_has_nobody(self) -> None:
        shift = shift_at(schedule("opsgenie", "d875alp4"), WEDNESDAY)
        assert (shift.people, shift.unknown) == ((), NOT_READ_YET)


class TestARota:
    def test_is_handed_over_at_the_hour_and_goes_round(self) -> None:
        block = rota()
        assert people(block, "2026-03-09T08:59:59+01:00") == (ADA,)
        assert people(block, "2026-03-09T09:00:00+01:00") == (BEN,)
        assert people(block, "2026-03-16T09:00:00+01:00") == (ADA,)

    def test_has_turns_of_several_weeks(self) -> None:
        assert people(rota(weeks=2), "2026-03-15T12:00:00+01:00") == (ADA,)
        assert people(rota(weeks=2), "2026-03-16T12:00:00+01:00") == (BEN,)

    def test_keeps_its_local_hour_when_the_clocks_change(self) -> None:
        before, after = rota(), rota(begins="2026-10-19T09:00")
        assert shift_at(before, datetime(2026, 3, 24, tzinfo=UTC)).until == datetime(
            2026, 3, 30, 7, tzinfo=UTC
        )
        assert shift_at(after, datetime(2026, 10, 20, tzinfo=UTC)).until == datetime(
            2026, 10, 26, 8, tzinfo=UTC
        )

    @pytest.mark.parametrize(
        ("begins", "changes_at"),
        [
            ("2026-03-22T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
            ("2026-10-18T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ],
        ids=["skipped", "shown twice"],
    )
    def test_is_handed_over_once_at_an_hour_that_clocks_skip_or_show_twice(
        self, begins: str, changes_at: datetime
    ) -> None:
        block = rota(begins=begins)
        assert shift_at(block, changes_at - timedelta(seconds=1)).people == (ADA,)
        for minutes in (0, 30, 60, 90):
            assert shift_at(block, changes_at + timedelta(minutes=minutes)).people == (BEN,)

    def test_an_override_covers_for_its_time_and_no_longer(self) -> None:
        covered = {"person": CLEO, "begins": "2026-03-04T18:00", "ends": "2026-03-05T09:00"}
        block = rota(overrides=(covered,))
        assert people(block, "2026-03-04T17:59:59+01:00") == (ADA,)
        assert shift_at(block, datetime.fromisoformat("2026-03-04T12:00:00+01:00")).until == datetime(
            2026, 3, 4, 17, tzinfo=UTC
        )
        assert people(block, "2026-03-04T18:00:00+01:00") == (CLEO,)
        assert people(block, "2026-03-05T09:00:00+01:00") == (ADA,)


class TestABundle:
    def test_a_group_by_an_unknown_schedule_is_a_fault(self, faults: Faults) -> None:
        (fault,) = faults("groups.yaml", "on_call: ranking", "on_call: rankin")
        assert fault.what == "there is no on-call schedule “rankin”"
        assert "ranking" in fault.meant

    def test_a_stage_that_only_people_on_call_could_approve_is_a_fault(self, faults: Faults) -> None:
        stage = "stages:\n    - {name: now, approvers: [ranking-on-call]}"
        (fault,) = faults("services/ranking-model.yaml", "stages:", stage)
        assert fault.what == "only people on call could approve the stage “now”"

    @pytest.mark.parametrize(
        ("old", "new", "what"),
        [
            ("Europe/Berlin", "Europe/Berlim", "“Europe/Berlim” isn't a time zone"),
            ("2026-03-02T09:00", "2026-03-02T09:00Z", "'2026-03-02T09:00Z' has a time zone of its own"),
            ("2026-03-02T09:00", "Monday", "'Monday' isn't a date and time"),
            (ROTA, "pagerduty: ../users", "“../users” isn't valid"),
            (
                ROTA,
                "ical: {url: 'https://calendar.example/x.ics?token=secret'}",
                "“https://calendar.example/x.ics?token=secret” isn't valid",
            ),
            (
                ROTA,
                "ical: {url: 'http://calendar.example/x.ics'}",
                "“http://calendar.example/x.ics” isn't valid",
            ),
            (ROTA, "ical: {url: ranking, zone: Berlin}", "“Berlin” isn't a time zone"),
        ],
    )
    def test_a_rota_that_makes_no_sense_is_a_fault(
        self, faults: Faults, old: str, new: str, what: str
    ) -> None:
        (fault,) = faults("on-call.yaml", old, new)
        assert fault.what == what

    def test_overrides_that_overlap_are_a_fault(self, faults: Faults) -> None:
        twice = "\n".join(
            f"        - {{person: radia@northwind.example, begins: 2026-03-0{day}T09:00, ends: 2026-03-06T09:00}}"
            for day in (3, 4)
        )
        (fault,) = faults("on-call.yaml", "      weeks: 1\n", f"      overrides:\n{twice}\n")
        assert fault.what == "two overrides cover 2026-03-04 09:00"
