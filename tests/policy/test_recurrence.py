"""Windows that come again: by the clock on the wall, over its changes, and read by a library as Daypass reads them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.policy.recurrence import rule_of, window_at

ZURICH = ZoneInfo("Europe/Zurich")
FRIDAY, MONDAY = datetime(2026, 3, 6, 16, tzinfo=ZURICH), datetime(2026, 3, 9, 8, tzinfo=ZURICH)
WEEKENDS = "FREQ=WEEKLY;BYDAY=FR"


def at(*moment: int) -> tuple[datetime, datetime] | None:
    now = datetime(*moment, tzinfo=ZURICH)
    return window_at(now, FRIDAY, MONDAY, WEEKENDS, "Europe/Zurich", frozenset({date(2026, 4, 3)}))


def test_it_lasts_to_the_same_hour_when_the_clocks_change_within_it():
    assert at(2026, 3, 29, 12) == (
        datetime(2026, 3, 27, 15, tzinfo=UTC),
        datetime(2026, 3, 30, 6, tzinfo=UTC),
    )
    assert at(2026, 3, 30, 7, 59)
    assert at(2026, 3, 30, 8) is None
    assert at(2026, 3, 27, 15, 59) is None
    assert at(2026, 3, 27, 16)


def test_it_is_left_out_on_the_dates_named_and_before_it_first_begins():
    assert at(2026, 4, 4, 12) is None
    assert at(2026, 4, 11, 12)
    assert at(2026, 2, 28, 12) is None


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("FREQ=HOURLY", "more often"),
        ("FREQ=DAILY;BYHOUR=1,2", "more often"),
        ("BYDAY=FR", "more often"),
        ("FREQ=WEEKLY;BYDAY=XX", "can't be read"),
        ("FREQ=WEEKLY;UNTIL=yesterday", "can't be read"),
        ("FREQ=WEEKLY;INTERVAL=00", "interval"),
        ("FREQ=WEEKLY;INTERVAL=-1", "interval"),
        ("FREQ=WEEKLY;BYDAY=FR;BYDAY=FR", "twice"),
        ("FREQ=WEEKLY;BYDAY=MO", "first time"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "first time"),
        ("FREQ=WEEKLY;COUNT=0", "first time"),
    ],
)
def test_a_rule_that_makes_no_such_window_says_why(rule, says):
    with pytest.raises(ValueError, match=says):
        rule_of(rule, FRIDAY, "Europe/Zurich")


@pytest.fixture(scope="module")
def by_the_library():
    """Whether the calendar's own library finds the window at a moment."""
    import recurring_ical_events
    from icalendar import Calendar

    lines = [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "UID:1",
        "DTSTART;TZID=Europe/Zurich:20260306T160000",
        "DTEND;TZID=Europe/Zurich:20260309T080000",
        f"RRULE:{WEEKENDS}",
        "EXDATE;TZID=Europe/Zurich:20260403T160000",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    query = recurring_ical_events.of(Calendar.from_ical("\r\n".join(lines) + "\r\n"))
    return lambda now: bool(query.between(now, now + timedelta(seconds=1)))


def test_another_reader_of_icalendar_finds_the_same(by_the_library):
    @given(st.integers(0, 366 * 24 * 4 - 1))
    def search(quarters: int) -> None:
        now = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=15 * quarters)
        ours = window_at(now, FRIDAY, MONDAY, WEEKENDS, "Europe/Zurich", frozenset({date(2026, 4, 3)}))
        assert bool(ours) == by_the_library(now)

    search()
