"""All that Daypass listens to, and a value for each button and window."""

from typing import Any

from bot.slack import (
    absences,
    access,
    access_reviews,
    documents,
    incidents,
    questions,
    releases,
    reminders,
    reviews,
    stops,
)
from bot.slack.access.links import OPEN
from bot.slack.button_values import About, Page
from bot.slack.controls import Control
from bot.slack.show_all import Whole


def listeners() -> tuple[Any, ...]:
    """The listeners of every workflow, over no parts: to look at, not to call."""
    none: Any = None
    return (
        stops.Listeners(none, none),
        absences.Listeners(none, none, none),
        access.Listeners(none, none, none, {}),
        documents.Listeners(none, none),
        releases.Listeners(none, none, none, none, none, none),
        incidents.Listeners(none, none),
        access_reviews.Listeners(none),
        reminders.Listeners(none, none, none),
        Whole(none),
        reviews.TakingBack(none),
        access.ForLess(none, none),
        access.OnBehalf(none),
        questions.Questions(none, none),
    )


def controls() -> dict[str, Control[Any]]:
    """Every button and every window that a button opens, by its name."""
    found = [one for each in listeners() for one in (*each.buttons, *getattr(each, "windows", ()))]
    assert len(found) == len({one.name for one in found})
    return {one.name: one for one in found}


def carried(name: str, subject: str) -> str:
    """A value that this control carries about the subject, made up apart from that."""
    if name == OPEN:
        return "warehouse 1h because the bench asks"
    kind: type[About] = controls()[name].carries
    if kind is Page:
        return Page(subject, "card").value
    made_up = ["0"] * (len(kind.__dataclass_fields__) - 1)
    return kind(subject, *made_up).value
