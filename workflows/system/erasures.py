"""Erasing what people typed about one subject: that an operator ordered it, and that it was done, is in the log; what they
typed isn't any more.

The log has only salted commitments to typed texts, so it verifies without them. The texts themselves are beside the log, and
in the subject's state; `erased_state` makes that state anew out of its events, without them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from workflows.audit.replay import replay
from workflows.audit.tlog.leaf import read_leaf
from workflows.narrative import ERASED, Names, Sentences
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
    kind_of,
    unmet,
)

KIND = "erase"
NAME = "erasure"
ERASABLE: Mapping[str, frozenset[str]] = {
    "acc": frozenset({"ended", "denied", "withdrawn", "lapsed"}),
    "rel": frozenset(
        {"evaluated", "rolled back", "rejected", "withdrawn", "lapsed", "superseded", "replaced"}
    ),
    "inc": frozenset({"reviewed", "cancelled"}),
    "review": frozenset({"closed"}),
    "doc": frozenset({"discarded"}),
    "stop": frozenset({"over"}),
    "ses": frozenset({"over"}),
}
"""By kind, the statuses in which nobody decides by what was typed any more."""


class Erasure(State):
    """`about` is the subject whose texts are to be erased: `ordered` until they are, then `over`."""

    about: str


@dataclass(frozen=True)
class EraseTexts(Command):
    """Orders that what people typed about a subject, `count` texts, is erased. Its own subject is `erasure_id(about)`."""

    about: str
    count: int


@dataclass(frozen=True)
class ReportErased(Command):
    """Reports that the texts about this subject are gone. Its own subject is `erasure_id(about)`."""

    about: str


ErasureCommand = EraseTexts | ReportErased


class ErasureOrdered(Event):
    """The texts are to be erased next."""

    action = "ordered"
    about: str
    count: int
    at: datetime


class ErasureDone(Event):
    """The texts that were ordered to be erased are gone; the log counts them as missing."""

    action = "done"
    about: str
    at: datetime


ErasureEvent = ErasureOrdered | ErasureDone


def erasure_id(about: str) -> str:
    """Give the one id under which erasing this subject is recorded; the second time is recorded there too."""
    return f"{KIND}_{about}"


def decide(
    state: Erasure | None, command: ErasureCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """Recorded once for each time that there is something to erase; only an operator at the database may."""
    if actor != OPERATOR:
        return Refused("not-operator", "Only an operator can erase texts, with `daypass erase`.")
    match command:
        case EraseTexts():
            ordered = ErasureOrdered(about=command.about, count=command.count, at=now)
            return (ordered,) if command.count else NoChange()
        case ReportErased():
            waits = state is not None and state.status == "ordered"
            return (ErasureDone(about=command.about, at=now),) if waits else NoChange()
        case _:
            assert_never(command)


def evolve(state: Erasure | None, event: ErasureEvent) -> Erasure:
    """Give the state after the event."""
    status = "ordered" if isinstance(event, ErasureOrdered) else "over"
    return Erasure(id=erasure_id(event.about), status=status, about=event.about)


def impossible(state: Erasure | None, past: Sequence[Occurred], now: Occurred) -> str | None:
    """Say why this could not have happened; None if it could."""
    event = now.event
    assert isinstance(event, ErasureEvent)
    ordered = state is not None and state.status == "ordered"
    return unmet(
        (now.subject == erasure_id(event.about), "it is recorded under another id"),
        (now.actor == OPERATOR, "only an operator can erase texts"),
        (ordered or isinstance(event, ErasureOrdered), "nobody had ordered it"),
        (isinstance(event, ErasureDone) or event.count > 0, "there was nothing to erase"),
    )


def not_erasable(subject: str, state: State, awaits: str | None) -> str | None:
    """Say why what people typed about it can't be erased now; None if it can."""
    statuses = ERASABLE.get(kind_of(subject))
    if statuses is None:
        return f"{subject} has nothing that people typed and that can be erased."
    if state.status not in statuses:
        return (
            f"{subject} is still {state.status}: people decide by what was typed. Erase it when it is over "
            f"({', '.join(sorted(statuses))})."
        )
    if awaits:
        return f"{subject} isn't over: “{awaits}” is still to be done about it. Erase it after that."
    return None


def erased_state(workflow: Workflow, row: State, leaves: Sequence[bytes]) -> State | str:
    """Make the state anew from the subject's events, with “(erased)” for all that was typed.

    It is the stored one in everything else; where it isn't, or the events couldn't have happened, say so in a sentence.
    """
    replayed = replay(workflow, [(read_leaf(leaf), {}) for leaf in leaves])
    if replayed.fault:
        return f"The events of {row.id} couldn't have happened: {replayed.fault.why}. Nothing was erased."
    exclude: dict[str, Any] = dict(workflow.typed)
    if replayed.state is None or row.model_dump(exclude=exclude) != replayed.state.model_dump(
        exclude=exclude
    ):
        return f"The stored state of {row.id} isn't what its events led to. Nothing was erased."
    state: State | None = None
    for occurred in replayed.story:
        marked = dict.fromkeys(occurred.erased, ERASED)
        state = workflow.evolve(state, occurred.event.model_copy(update=marked))
    assert state is not None
    return state


def _spell_ordered(facts: Mapping[str, Any], names: Names) -> str:
    return f"An operator ordered that what people typed about {facts['about']} is erased ({facts['count']} texts)"


def _spell_done(facts: Mapping[str, Any], names: Names) -> str:
    return f"What people typed about {facts['about']} was erased"


SENTENCES: Sentences = {"ordered": _spell_ordered, "done": _spell_done}

WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Erasure,
    decide=decide,
    evolve=evolve,
    effects=lambda state, event: (),
    due=lambda state: None,
    concerns=lambda state, directory, person: False,
    events=(ErasureOrdered, ErasureDone),
    impossible=impossible,
    sentences=SENTENCES,
)
