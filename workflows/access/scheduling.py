"""Access that is wanted from a later moment on: its limits when it is asked for, and the window that it gets.

The window is fixed when it is asked for, in UTC: it ends when it was to end, however late it is approved. Until it begins
the grant is scheduled, and right before it begins the rules are looked at again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.access.state import Access, Extended
from workflows.durations import spell_duration
from workflows.workflow import Command, Refused

START = "start"
"""The field of a form that says when access starts."""


@dataclass(frozen=True)
class CancelScheduled(Command):
    """A scheduled grant doesn't begin, because the rules no longer allow it."""

    reason: str


def start_refusal(
    starts_at: datetime | None, extends: Extended | None, ahead: int, now: datetime
) -> Refused | None:
    """Why access can't be asked for from then on; None if it can. `ahead`: how many seconds from now, at most."""
    if starts_at is None:
        return None
    if extends is not None:
        return _refused("extension-start", "An extension starts when your access ends. Leave the start out.")
    if starts_at <= now:
        return _refused("start-in-the-past", "That start has passed. Pick a later one, or leave it out.")
    if starts_at > now + timedelta(seconds=ahead):
        sentence = f"You can request this at most {spell_duration(ahead)} ahead. Pick an earlier start."
        return _refused("start-too-late", sentence)
    return None


def grant_window(
    seconds: int, approved: int, starts_at: datetime | None, extends: Extended | None, now: datetime
) -> tuple[datetime, datetime]:
    """From when until when a grant lasts that was asked for so many `seconds`, and is now `approved` for as many or less.

    What extends a grant begins when that ends. What was wanted from a moment on ends in time, however late it begins.
    """
    if starts_at is not None:
        begins = max(now, starts_at)
        return begins, min(begins + timedelta(seconds=approved), starts_at + timedelta(seconds=seconds))
    begins = max(now, extends.ends_at) if extends else now
    return begins, begins + timedelta(seconds=approved)


def judged_at(starts_at: datetime | None, now: datetime) -> datetime:
    """The moment for which the conditions of the rules are looked at: when access begins."""
    return max(now, starts_at) if starts_at else now


def wanted_until(state: Access) -> datetime | None:
    """When access ends that was asked for from a later moment on; None for any other."""
    return state.starts_at + timedelta(seconds=state.approved_seconds) if state.starts_at else None


def _refused(code: str, sentence: str) -> Refused:
    return Refused(code, sentence, fields={START: sentence})
