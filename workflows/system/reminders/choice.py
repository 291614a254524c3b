"""What someone has chosen of their reminders, and when they may be sent by that: in their own time zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field

When = Literal["at-once", "daily", "off"]
"""As they fall due, together once a day, or not at all."""
ALL_DAYS = frozenset(range(7))
"""Monday is 0, as `datetime.weekday` has it."""
QUIET_ENDS_WITHIN = timedelta(days=9)
"""A week, and what clocks are put forward or back."""
_STEP = timedelta(minutes=1)


class Choice(BaseModel):
    """What one person chose. It is theirs alone, changes nothing for others, and is in no log."""

    model_config = ConfigDict(frozen=True)

    reminders: When = "at-once"
    digest_hour: int = Field(default=9, ge=0, le=23)
    """At which hour what waits is sent together, if that is what they chose."""
    quiet_from: time | None = None
    quiet_to: time | None = None
    """Between these two nothing is sent; over midnight if the second is the earlier one. Both or neither."""
    quiet_days: frozenset[int] = frozenset()
    """Days on which nothing is sent at all."""
    chosen_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    @property
    def digest_time(self) -> time:
        return time(self.digest_hour)


NOTHING_CHOSEN = Choice()


def faults(choice: Choice) -> Mapping[str, str]:
    """What is wrong with a choice: a sentence by the name of its field."""
    found: dict[str, str] = {}
    if (choice.quiet_from is None) != (choice.quiet_to is None):
        missing = "quiet_from" if choice.quiet_from is None else "quiet_to"
        found[missing] = "Pick both times, or clear both."
    elif choice.quiet_from is not None and choice.quiet_from == choice.quiet_to:
        found["quiet_to"] = "Pick two different times, or clear both."
    if choice.quiet_days >= ALL_DAYS:
        found["quiet_days"] = "Leave at least one day, or turn reminders off."
    if not found and choice.reminders == "daily" and _is_quiet_time(choice, choice.digest_time):
        found["digest_hour"] = "That is in your quiet hours. Pick another hour."
    return found


def zone_named(name: str | None) -> tzinfo:
    """The time zone of this IANA name; UTC if Slack says none, or one that nobody knows."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def is_quiet(choice: Choice, zone: tzinfo, now: datetime) -> bool:
    """Whether nothing may be sent at this moment."""
    local = now.astimezone(zone)
    return local.weekday() in choice.quiet_days or _is_quiet_time(choice, local.time())


def quiet_until(choice: Choice, zone: tzinfo, now: datetime) -> datetime:
    """The first full minute from `now` on at which something may be sent; `now` itself if it is one."""
    at = now
    while is_quiet(choice, zone, at) and at < now + QUIET_ENDS_WITHIN:
        at = at.replace(second=0, microsecond=0) + _STEP
    return at


def digest_at(choice: Choice, zone: tzinfo, now: datetime) -> datetime:
    """When on the day that it is there the digest is due, in UTC.

    Where clocks skip that hour it is as much later; where they go back, the first of the two.
    """
    day = now.astimezone(zone).date()
    return datetime.combine(day, choice.digest_time, zone).astimezone(UTC)


def _is_quiet_time(choice: Choice, at: time) -> bool:
    begin, end = choice.quiet_from, choice.quiet_to
    if begin is None or end is None:
        return False
    return begin <= at < end if begin < end else at >= begin or at < end
