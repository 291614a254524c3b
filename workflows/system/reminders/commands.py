"""What can be asked of someone's reminders, by Daypass alone."""

from dataclasses import dataclass
from datetime import datetime

from workflows.system.reminders.state import Reminder
from workflows.workflow import Command


@dataclass(frozen=True)
class Remind(Command):
    """Remind the person of these. `over`: what they were reminded of and no longer waits for them."""

    person: str
    of: tuple[Reminder, ...]
    over: tuple[str, ...] = ()
    digest: datetime | None = None
    """When it was due, if it is a digest."""
