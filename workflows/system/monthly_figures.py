"""The figures of each month, sent once to a channel: whichever replica comes first, and whatever is cut short."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from workflows.narrative import Sentences
from workflows.workflow import (
    TELLING,
    Actor,
    Command,
    Decision,
    Effect,
    Event,
    NoChange,
    Occurred,
    Refused,
    State,
    Workflow,
    World,
    unmet,
)

KIND = "mfig"
NAME = "monthly-figures"
SEND = "send-monthly-figures"
"""Sends the message."""
NOT_DAYPASS = Refused("not-daypass", "Only Daypass sends the figures of a month.")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class MonthlyFigures(State):
    """The figures of a `month`, such as `2026-11`, which are sent since `sent_at`."""

    month: str
    sent_at: datetime


@dataclass(frozen=True)
class SendFigures(Command):
    """The month is over."""

    month: str


class FiguresSent(Event):
    action = "sent"
    month: str
    at: datetime


def figures_id(month: str) -> str:
    """The subject of a month's figures: always the same."""
    return f"{KIND}_{month}"


def is_over(month: str, now: datetime) -> bool:
    """Whether it is a month, and over in UTC."""
    return bool(_MONTH.fullmatch(month)) and month < f"{now.astimezone(UTC):%Y-%m}"


def decide(
    state: MonthlyFigures | None, command: SendFigures, actor: Actor, world: World, now: datetime
) -> Decision:
    """Once for each month, when it is over."""
    if not actor.is_daypass:
        return NOT_DAYPASS
    if state or not is_over(command.month, now):
        return NoChange()
    return (FiguresSent(month=command.month, at=now),)


def evolve(state: MonthlyFigures | None, event: FiguresSent) -> MonthlyFigures:
    """The state after the event."""
    return MonthlyFigures(id=figures_id(event.month), status="sent", month=event.month, sent_at=event.at)


def effects(state: MonthlyFigures, event: FiguresSent) -> tuple[Effect, ...]:
    """The message."""
    return (Effect(SEND, lock=f"{state.id}/slack", payload={"month": event.month}, priority=TELLING),)


def impossible(state: MonthlyFigures | None, past: Sequence[Occurred], now: Occurred) -> str | None:
    """Why this could not have happened; None if it could."""
    event = now.event
    assert isinstance(event, FiguresSent)
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass sent them"),
        (now.subject == figures_id(event.month), "it names another month"),
        (is_over(event.month, now.at), "the month wasn't over"),
        (state is None, "they had been sent"),
    )


SENTENCES: Sentences = {"sent": lambda f, n: f"The figures of {f['month']} were sent to their channel"}

WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=MonthlyFigures,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=lambda state: None,
    events=(FiguresSent,),
    impossible=impossible,
    sentences=SENTENCES,
)
