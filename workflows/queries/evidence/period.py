"""The days that an evidence pack is about."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from workflows.queries.figures.month import ids_between

MAX_DAYS = 366


class PeriodError(ValueError):
    """No evidence can be given for these days; the message says why and what to do."""


@dataclass(frozen=True)
class Period:
    """Whole days in UTC, the last one included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"

    @property
    def starts(self) -> datetime:
        return _midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last) + timedelta(days=1)

    def has(self, at: datetime) -> bool:
        """Whether the moment lies in it."""
        return self.starts <= at < self.ends

    def ids(self, kind: str) -> tuple[str, str]:
        """The ids between which all lie that subjects of a workflow got in it."""
        return ids_between(kind, self.starts, self.ends)


def read_period(first: str, last: str, now: datetime) -> Period:
    """Read two days such as `2026-01-31`, the last one included. Raises PeriodError."""
    period = Period(_day(first), _day(last))
    if period.first > period.last:
        raise PeriodError(f"The period ends on {period.last}, before it starts. Swap the two days.")
    if (period.last - period.first).days >= MAX_DAYS:
        raise PeriodError(f"The period is longer than {MAX_DAYS} days. Choose a shorter one.")
    if period.starts > now:
        raise PeriodError(f"The period starts on {period.first}, which is in the future.")
    return period


def last_quarter(now: datetime) -> Period:
    """The newest calendar quarter that is over."""
    today = now.astimezone(UTC).date()
    last = date(today.year, today.month - (today.month - 1) % 3, 1) - timedelta(days=1)
    return Period(date(last.year, last.month - 2, 1), last)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None or text.strip() != day.isoformat() or not 2000 <= day.year <= 2999:
        raise PeriodError(f"“{text.strip()[:40]}” isn't a day. Write it like 2026-03-31.")
    return day


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
