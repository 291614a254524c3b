"""Whether a person is to be reminded now, and of what: a pure function of what they chose, were told, and what waits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from workflows.system.reminders.choice import Choice, digest_at, is_quiet
from workflows.system.reminders.state import Reminder, Reminders

NOBODY_TOLD: Mapping[str, int] = {}


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person's decision, who may give it. `reminders` are when reminders of it fall due."""

    subject: str
    since: datetime
    reminders: tuple[datetime, ...]


@dataclass(frozen=True)
class DueMessage:
    """One message, about all of these. `digest` is when it was due, if it is a digest."""

    of: tuple[Reminder, ...]
    digest: datetime | None = None


def message_due(
    choice: Choice, zone: tzinfo, before: Reminders | None, waiting: Iterable[Waiting], now: datetime
) -> DueMessage | None:
    """What to send now; None if nothing is due, or it is quiet.

    What falls due while it is quiet is sent together when that is over. A digest has whatever waited when it was due
    and hasn't been reminded of; one that nobody was there to send is left out, and the next has it all.
    """
    if choice.reminders == "off" or is_quiet(choice, zone, now):
        return None
    told = before.told if before else NOBODY_TOLD
    if choice.reminders == "at-once":
        return _message((_reminder(one, now, 0) for one in waiting), told, None)
    at = digest_at(choice, zone, now)
    last = before.digest_at if before else None
    if not choice.chosen_at < at <= now or (last is not None and last >= at):
        return None
    return _message((_reminder(one, at, 1) for one in waiting if one.since <= at), told, at)


def untold(of: Iterable[Reminder], told: Mapping[str, int]) -> tuple[Reminder, ...]:
    """Those that the person hasn't had."""
    return tuple(one for one in of if one.number > told.get(one.subject, 0))


def _reminder(waiting: Waiting, at: datetime, least: int) -> Reminder:
    fallen_due = sum(each <= at for each in waiting.reminders)
    return Reminder(subject=waiting.subject, number=max(least, fallen_due))


def _message(of: Iterable[Reminder], told: Mapping[str, int], digest: datetime | None) -> DueMessage | None:
    new = untold(of, told)
    return DueMessage(new, digest) if new else None
