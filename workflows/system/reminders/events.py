"""What can happen to someone's reminders."""

from datetime import datetime

from workflows.system.reminders.state import Reminder
from workflows.workflow import Event


class ReminderSent(Event):
    """The person is reminded of these, in one message; of what is `over`, they need not be reminded again."""

    action = "sent"
    person: str
    of: tuple[Reminder, ...]
    at: datetime
    over: tuple[str, ...] = ()
    digest: datetime | None = None
