"""Alarms about the whole: raised once for each cause, shown in the alarms channel, cleared when it is gone."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from workflows.narrative import Sentences
from workflows.workflow import (
    Actor,
    Command,
    Decision,
    Effect,
    Event,
    NoChange,
    Occurred,
    State,
    Workflow,
    World,
    draw,
    unmet,
)

KIND = "alm"


class Alarm(State):
    """`status` is raised or cleared; `sentence` says what happened, what it means and what to do."""

    key: str
    sentence: str
    raised_at: datetime
    cleared_at: datetime | None = None


@dataclass(frozen=True)
class RaiseAlarm(Command):
    key: str
    sentence: str


@dataclass(frozen=True)
class ClearAlarm(Command):
    pass


class AlarmRaised(Event):
    action = "raised"
    id: str
    key: str
    sentence: str
    at: datetime


class AlarmCleared(Event):
    action = "cleared"
    at: datetime


def alarm_id(key: str) -> str:
    """The subject of the alarm about this cause."""
    return f"{KIND}_{hashlib.sha256(key.encode()).hexdigest()[:26]}"


def alarm(key: str, sentence: str | None) -> RaiseAlarm | ClearAlarm:
    """What to do about a cause: raise its alarm with this sentence, or clear it if there is none."""
    subject = alarm_id(key)
    return RaiseAlarm(subject, key, sentence) if sentence else ClearAlarm(subject)


def changes(raised: Iterable[Alarm], prefix: str, wanted: Mapping[str, str]) -> list[RaiseAlarm | ClearAlarm]:
    """What has to be done so that of all alarms whose keys begin so, these are raised, each by its key with its sentence."""
    told = {one.key: one.sentence for one in raised if one.key.startswith(prefix)}
    over = dict.fromkeys(told.keys() - wanted.keys())
    return [alarm(key, sentence) for key, sentence in {**over, **wanted}.items() if told.get(key) != sentence]


def decide(
    state: Alarm | None, command: RaiseAlarm | ClearAlarm, actor: Actor, world: World, now: datetime
) -> Decision:
    """Raised again only with something new to say; cleared only if raised."""
    raised = state is not None and state.status == "raised"
    match command:
        case RaiseAlarm(subject=subject, key=key, sentence=sentence):
            if raised and state is not None and state.sentence == sentence:
                return NoChange()
            return (AlarmRaised(id=subject, key=key, sentence=sentence, at=now),)
        case ClearAlarm():
            return (AlarmCleared(at=now),) if raised else NoChange()
        case _:
            assert_never(command)


def evolve(state: Alarm | None, event: AlarmRaised | AlarmCleared) -> Alarm:
    """The state after the event."""
    match event:
        case AlarmRaised():
            return Alarm(
                id=event.id, status="raised", key=event.key, sentence=event.sentence, raised_at=event.at
            )
        case AlarmCleared(at=at):
            assert state is not None
            return state.model_copy(update={"status": "cleared", "cleared_at": at})
        case _:
            assert_never(event)


def impossible(state: Alarm | None, past: Sequence[Occurred], now: Occurred) -> str | None:
    """Why this could not have happened to an alarm in this state; None if it could."""
    raised = state is not None and state.status == "raised"
    match now.event:
        case AlarmRaised(id=id, key=key, sentence=sentence):
            again = raised and state is not None and state.sentence == sentence
            return unmet(
                (id == now.subject == alarm_id(key), "it names another alarm"),
                (not again, "it had been raised with the same words"),
            )
        case _:
            return unmet((raised, "it was not raised"))


def effects(state: Alarm, event: AlarmRaised | AlarmCleared) -> tuple[Effect, ...]:
    """An alarm is a card like any other."""
    return (draw(state.id),)


SENTENCES: Sentences = {
    "raised": lambda f, n: f"Alarm: {f['sentence']}",
    "cleared": lambda f, n: "The alarm cleared",
}

WORKFLOW = Workflow(
    KIND,
    "alarm",
    Alarm,
    decide,
    evolve,
    effects,
    lambda state: None,
    events=(AlarmRaised, AlarmCleared),
    impossible=impossible,
    sentences=SENTENCES,
)
