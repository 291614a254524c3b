"""For which time control tests are due. A pure function of the bundle and a moment."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from workflows.policy.schema.control_tests import ControlTests
from workflows.policy.schema.on_call import instant


def last_due(schedule: ControlTests, now: datetime) -> datetime:
    """The last scheduled time at or before now, in UTC."""
    day = _first_day(schedule, now.astimezone(ZoneInfo(schedule.zone)).date())
    at = _at(schedule, day)
    return at if at <= now else _at(schedule, _first_day(schedule, day - timedelta(days=1)))


def _first_day(schedule: ControlTests, day: date) -> date:
    """The scheduled day of the period that this one is in."""
    if schedule.every == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if schedule.every == "week" else day


def _at(schedule: ControlTests, day: date) -> datetime:
    return instant(datetime.combine(day, schedule.at), schedule.zone)
