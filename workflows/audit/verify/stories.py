"""An export's stories, replayed: each subject's events through its workflow's own functions.

The workflows come from whoever verifies; the log's own modules know none of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflows.audit.possibility import Claim
from workflows.audit.replay import Replayed, Typed, follows, replay
from workflows.audit.tlog.leaf import Leaf
from workflows.workflow import Occurred, State, Workflow, kind_of

Workflows = Mapping[str, Workflow]
"""By the prefix of their subjects' ids."""


@dataclass(frozen=True)
class Stories:
    """How many stories could be replayed whole, how many not (a part of them isn't here, or no workflow knows them),
    and a sentence for each that could not have happened."""

    replayed: int = 0
    left_out: int = 0
    faults: tuple[str, ...] = ()


NONE_REPLAYED = Stories()


@dataclass(frozen=True)
class ExportedEvent:
    """An event of an export: its place in the log, and what was typed as far as it is there."""

    index: int
    leaf: Leaf
    typed: Typed


@dataclass(frozen=True)
class _Made:
    """A claim, with the event that makes it."""

    event: ExportedEvent
    claim: Claim


Told = Mapping[str, Sequence[ExportedEvent]]
"""What is there of each subject, oldest first."""


def replay_stories(
    events: Iterable[ExportedEvent], workflows: Workflows, *, complete: bool = False
) -> Stories:
    """Replay what is there from its beginning and without a gap; the rest is counted.

    What a story says of another one is compared with it. `complete`: these are all events of the log, so what is said of
    a subject that isn't among them is wrong.
    """
    told: dict[str, list[ExportedEvent]] = {}
    for event in events:
        told.setdefault(event.leaf.subject, []).append(event)
    whole = [story for subject, story in told.items() if kind_of(subject) in workflows and _is_whole(story)]
    faults: list[str] = []
    claims: list[_Made] = []
    for story in whole:
        workflow = workflows[kind_of(story[0].leaf.subject)]
        found = _replayed(workflow, story)
        if found.fault:
            faults.append(_sentence(_event_of(story, found.fault.leaf), found.fault.why))
        else:
            claims += _claims(workflow, story, found.story)
    refuted = (
        _sentence(made.event, why)
        for made in claims
        if (why := _refuted(made, told, workflows, complete=complete))
    )
    return Stories(len(whole), len(told) - len(whole), (*faults, *refuted))


def _claims(
    workflow: Workflow, story: Sequence[ExportedEvent], replayed: Sequence[Occurred]
) -> Iterator[_Made]:
    places = {(one.leaf.version, one.leaf.position): one for one in story}
    state: State | None = None
    for occurred in replayed:
        for claim in workflow.claims(state, occurred):
            yield _Made(places[occurred.place], claim)
        state = workflow.evolve(state, occurred.event)


def _refuted(made: _Made, told: Told, workflows: Workflows, *, complete: bool) -> str | None:
    """Why what is said of the other subject isn't so; None if it is, or if its story isn't here to tell."""
    subject = made.claim.subject
    if subject not in told or kind_of(subject) not in workflows:
        return f"this log has nothing of {subject}" if complete else None
    if not _is_whole(told[subject]):
        return None
    before = [one for one in told[subject] if one.index < made.event.index]
    return made.claim.refuted(_replayed(workflows[kind_of(subject)], before).story)


def _is_whole(story: Sequence[ExportedEvent]) -> bool:
    leaves = [event.leaf for event in story]
    return follows(None, leaves[0]) and all(follows(one, other) for one, other in pairwise(leaves))


def _replayed(workflow: Workflow, story: Sequence[ExportedEvent]) -> Replayed:
    return replay(workflow, ((one.leaf, one.typed) for one in story))


def _event_of(story: Sequence[ExportedEvent], leaf: Leaf) -> ExportedEvent:
    return next(one for one in story if one.leaf is leaf)


def _sentence(event: ExportedEvent, why: str) -> str:
    leaf = event.leaf
    return f"The story of {leaf.subject} could not have happened: event {event.index} ({leaf.action}), for {why}."
