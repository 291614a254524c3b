"""Windows that come again by a rule of iCalendar (RFC 5545, section 3.3.10), in the time zone in which they are meant."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from workflows.policy.schema.on_call import instant

RARELY_ENOUGH = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_A_DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def rule_of(text: str, first: datetime, zone: str) -> rrule:
    """Read a rule such as `FREQ=WEEKLY;BYDAY=FR` for a window that first begins at `first`.

    Raises ValueError if it can't be read, begins more often than daily, or doesn't itself begin at `first`.
    """
    named = [part.partition("=")[::2] for part in text.split(";")]
    parts = dict(named)
    if parts.get("FREQ") not in RARELY_ENOUGH or parts.keys() & {"BYHOUR", "BYMINUTE", "BYSECOND"}:
        raise ValueError("it begins more often than once a day")
    if not re.fullmatch(r"0*[1-9]\d{0,3}", parts.get("INTERVAL", "1")):
        raise ValueError("its interval isn't a whole number from 1 to 9,999")
    if len(parts) < len(named):
        raise ValueError("a part of it is there twice")
    start = first.astimezone(ZoneInfo(zone))
    try:
        read = rrulestr(text, dtstart=start)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError("it can't be read") from error
    if not isinstance(read, rrule) or next(iter(read), None) != start:
        raise ValueError("its first time isn't the window's begin")
    return read


def window_at(
    now: datetime,
    begins: datetime,
    ends: datetime,
    rule: str,
    zone: str,
    left_out: frozenset[date] = frozenset(),
) -> tuple[datetime, datetime] | None:
    """The begin and the end, in UTC, of the window in which `now` is: the one that ends last, if there are several.

    `begins` to `ends` is the first window. Each lasts as long by the clock on the wall, so that one from Friday 16:00 to
    Monday 08:00 ends at 08:00 although the clocks change in between. `left_out` are local dates on which none begins.
    """
    here = ZoneInfo(zone)
    lasts = _on_the_wall(ends, here) - _on_the_wall(begins, here)
    starts = rule_of(rule, begins, zone).between(now - lasts - _A_DAY, now + _A_DAY, inc=True)
    windows = [
        (one.astimezone(UTC), instant(one.replace(tzinfo=None) + lasts, zone))
        for one in starts
        if one.date() not in left_out
    ]
    return max((one for one in windows if one[0] <= now < one[1]), key=lambda one: one[1], default=None)


def _on_the_wall(moment: datetime, here: ZoneInfo) -> datetime:
    return moment.astimezone(here).replace(tzinfo=None)
