"""Replaying a subject's events through its workflow's own functions: could its story have happened, and where
did it lead?

The log says what happened and is signed; a state row and an effect only follow from it. So whoever is about to
give something away replays the events first, and an auditor replays all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workflows.audit.tlog.leaf import Leaf
from workflows.workflow import REFUSED, Actor, Event, Occurred, State, Workflow

NOT_ITS_FACTS = "its facts aren't those of such an event"
_UNREADABLE = (KeyError, TypeError, AttributeError, ValueError)
"""What comes of records within an event that nobody promised the form of."""
Typed = Mapping[str, str]
"""What people typed into one event, by field; what was erased or isn't at hand is missing."""


@dataclass(frozen=True)
class Fault:
    """The first event of a story that could not have happened, and why, as the end of a sentence."""

    leaf: Leaf
    why: str


@dataclass(frozen=True)
class Replayed:
    """`story` and `state` reach as far as the events could have happened."""

    state: State | None
    story: tuple[Occurred, ...]
    fault: Fault | None = None


def follows(before: Leaf | None, leaf: Leaf) -> bool:
    """Whether nothing is missing between these two events of a subject; `before` is None at its beginning."""
    here = (leaf.version, leaf.position)
    if before is None:
        return here == (1, 0)
    if ends_version(before) and here == (before.version + 1, 0):
        return True
    return before.of == leaf.of and here == (before.version, before.position + 1)


def ends_version(leaf: Leaf) -> bool:
    """Say whether no other event of its version comes after it, as far as it says how many there are."""
    return leaf.of is None or leaf.position + 1 == leaf.of


def replay(workflow: Workflow, events: Iterable[tuple[Leaf, Typed]]) -> Replayed:
    """Fold a subject's events, oldest first, as far as each could have happened after those before it."""
    state: State | None = None
    story: list[Occurred] = []
    before: Leaf | None = None
    for leaf, typed in events:
        occurred = _next(workflow, state, story, before, leaf, typed)
        if isinstance(occurred, str):
            return Replayed(state, tuple(story), Fault(leaf, occurred))
        if occurred:
            state = workflow.evolve(state, occurred.event)
            story.append(occurred)
        before = leaf
    return Replayed(state, tuple(story))


def _next(
    workflow: Workflow,
    state: State | None,
    story: Sequence[Occurred],
    before: Leaf | None,
    leaf: Leaf,
    typed: Typed,
) -> Occurred | str | None:
    """The event, or why it could not have happened; None for a refusal, which changes nothing."""
    if why := _out_of_order(before, leaf):
        return why
    if _name(leaf) == REFUSED:
        return None
    occurred = _occurred(workflow, leaf, typed)
    if isinstance(occurred, str):
        return occurred
    try:
        return _misdated(occurred) or workflow.impossible(state, story, occurred) or occurred
    except _UNREADABLE:
        return NOT_ITS_FACTS


def _out_of_order(before: Leaf | None, leaf: Leaf) -> str | None:
    if not follows(before, leaf):
        return "an event before it is missing"
    if before and (leaf.subject != before.subject or leaf.time < before.time):
        return "it belongs to another story, or is dated before the event it follows"
    return None


def _misdated(occurred: Occurred) -> str | None:
    at = getattr(occurred.event, "at", occurred.at)
    return None if at == occurred.at else "it gives another time than the one it was logged at"


def _name(leaf: Leaf) -> str:
    return leaf.action.partition(".")[2]


def _occurred(workflow: Workflow, leaf: Leaf, typed: Typed) -> Occurred | str:
    """The event as its workflow knows it, or why it can't be read as one."""
    kind = next((one for one in workflow.events if one.action == _name(leaf)), None)
    if kind is None or leaf.action.partition(".")[0] != workflow.name:
        return "this version of Daypass knows no such event"
    event = _read(kind, leaf.facts, typed)
    if event is None:
        return NOT_ITS_FACTS
    return Occurred(
        subject=leaf.subject,
        event=event,
        actor=Actor(leaf.actor),
        at=leaf.time,
        place=(leaf.version, leaf.position),
        policy=leaf.policy,
        erased=frozenset(leaf.texts.keys() - typed.keys()),
    )


def _read(kind: type[Event], facts: Mapping[str, Any], typed: Typed) -> Event | None:
    """Facts are written without what is None, at every depth; put back what the event can't be read without."""
    given = {**_without_texts(kind), **facts, **typed}
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        missing = error.errors(include_url=False, include_context=False, include_input=False)
    if any(one["type"] != "missing" for one in missing):
        return None
    try:
        return kind.model_validate(_with_none(given, missing))
    except (ValidationError, LookupError, TypeError):
        return None


def _without_texts(kind: type[Event]) -> dict[str, str | None]:
    fields = kind.model_fields
    return {name: None if NoneType in get_args(fields[name].annotation) else "" for name in kind.texts}


def _with_none(given: Mapping[str, Any], missing: Sequence[ErrorDetails]) -> dict[str, Any]:
    """Raises LookupError or TypeError where there is nothing to put it into."""
    filled = deepcopy(dict(given))
    for error in missing:
        place: Any = filled
        *path, name = error["loc"]
        for step in path:
            place = place[step]
        place[name] = None
    return filled
