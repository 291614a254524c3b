"""The reminders of one person as their events have made them: of what they were reminded that waits for them still."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from workflows.workflow import Part, State

KIND = "remind"
NAME = "reminder"


class Reminder(Part):
    """That something waits. `number` counts the reminders of it that have fallen due, and tells one from the next."""

    subject: str
    number: int


class Reminders(State):
    """A person's reminders, of whatever waits for them."""

    owner: str
    told: Mapping[str, int]
    """By subject, up to which number they were reminded of it. What no longer waited at the last one is forgotten."""
    digest_at: datetime | None = None
    """When their last digest was due."""


def reminders_of(person: str) -> str:
    """The id of a person's reminders: always the same."""
    return f"{KIND}_{hashlib.sha256(person.encode()).hexdigest()[:26]}"
