"""When an access review opens, and what its periods are called. Pure functions of its schedule and a moment."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from workflows.policy.schema.on_call import instant
from workflows.policy.terms.reviews import ReviewSchedule

_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def last_opening(schedule: ReviewSchedule, now: datetime) -> datetime:
    """The last time at or before now at which it was to open, in UTC."""
    local = now.astimezone(ZoneInfo(schedule.zone)).date()
    begun = _opening(schedule, _first_month(schedule, local))
    return begun if begun <= now else _opening(schedule, _neighbour(schedule, local, -1))


def next_opening(schedule: ReviewSchedule, now: datetime) -> datetime:
    """The first time after now at which it is to open, in UTC."""
    local = now.astimezone(ZoneInfo(schedule.zone)).date()
    begun = _opening(schedule, _first_month(schedule, local))
    return begun if begun > now else _opening(schedule, _neighbour(schedule, local, 1))


def period_of(schedule: ReviewSchedule | None, opened: datetime) -> str:
    """What people call the period, such as `2026-Q4`; without a schedule the day (UTC)."""
    if schedule is None:
        return f"{opened.astimezone(UTC):%Y-%m-%d}"
    local = opened.astimezone(ZoneInfo(schedule.zone)).date()
    part = (local.month - 1) // _MONTHS[schedule.every] + 1
    spelt = {"month": f"-{local.month:02}", "quarter": f"-Q{part}", "half-year": f"-H{part}", "year": ""}
    return f"{local.year}{spelt[schedule.every]}"


def _first_month(schedule: ReviewSchedule, day: date) -> date:
    length = _MONTHS[schedule.every]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def _neighbour(schedule: ReviewSchedule, day: date, periods: int) -> date:
    """The first month of a period before or after."""
    first = _first_month(schedule, day)
    months = first.year * 12 + first.month - 1 + periods * _MONTHS[schedule.every]
    return date(months // 12, months % 12 + 1, 1)


def _opening(schedule: ReviewSchedule, first: date) -> datetime:
    return instant(datetime.combine(first.replace(day=schedule.day), schedule.at), schedule.zone)
