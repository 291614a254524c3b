"""Which event an operator lets an event sink skip: one, by its place in the log, that its receiver will never take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.narrative import Sentences
from workflows.workflow import (
    OPERATOR,
    Actor,
    Command,
    Decision,
    Event,
    NoChange,
    Occurred,
    Refused,
    State,
    Workflow,
    World,
    unmet,
)

KIND = "sink"
NOT_AN_OPERATOR = Refused("not-an-operator", "Only an operator can let an event sink skip an event.")
ALREADY_PAST = Refused("already-past", "The event sink has skipped a later event already.")


class Skipping(State):
    """`index` is the place of the last event that was to be skipped."""

    sink: str
    index: int


@dataclass(frozen=True)
class SkipEvent(Command):
    sink: str
    index: int


class EventSkipped(Event):
    action = "event-skipped"
    sink: str
    index: int


def sink_id(name: str) -> str:
    """The subject of the event sink of this name."""
    return f"{KIND}_{name}"


def decide(state: Skipping | None, command: SkipEvent, actor: Actor, world: World, now: datetime) -> Decision:
    """Each event once, and only forward."""
    if actor != OPERATOR:
        return NOT_AN_OPERATOR
    if state and state.index == command.index:
        return NoChange()
    if state and state.index > command.index:
        return ALREADY_PAST
    return (EventSkipped(sink=command.sink, index=command.index),)


def evolve(state: Skipping | None, event: EventSkipped) -> Skipping:
    """The state after the event."""
    return Skipping(id=sink_id(event.sink), status="sending", sink=event.sink, index=event.index)


def impossible(state: Skipping | None, past: Sequence[Occurred], now: Occurred) -> str | None:
    """Why this could not have happened; None if it could."""
    event = now.event
    assert isinstance(event, EventSkipped)
    return unmet(
        (now.subject == sink_id(event.sink), "it names another event sink"),
        (now.actor == OPERATOR, "only an operator can skip an event"),
        (state is None or event.index > state.index, "a later event had been skipped before"),
    )


SENTENCES: Sentences = {
    "event-skipped": lambda f, n: f"The event sink {f['sink']} was allowed to skip event {f['index']}"
}

WORKFLOW = Workflow(
    kind=KIND,
    name="event-sink",
    state=Skipping,
    decide=decide,
    evolve=evolve,
    effects=lambda state, event: (),
    due=lambda state: None,
    events=(EventSkipped,),
    impossible=impossible,
    sentences=SENTENCES,
)
