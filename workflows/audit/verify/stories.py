"""An export's stories, replayed: each subject's events through its workflow's own functions.

The workflows come from whoever verifies; the log's own modules know none of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflows.audit.replay import Typed, follows, replay
from workflows.audit.tlog.leaf import Leaf
from workflows.workflow import Workflow, kind_of

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


def replay_stories(events: Iterable[ExportedEvent], workflows: Workflows) -> Stories:
    """Replay what is there from its beginning and without a gap; the rest is counted."""
    by_subject: dict[str, list[ExportedEvent]] = {}
    for event in events:
        by_subject.setdefault(event.leaf.subject, []).append(event)
    whole = [
        story for subject, story in by_subject.items() if kind_of(subject) in workflows and _is_whole(story)
    ]
    faults = [fault for story in whole if (fault := _fault(story, workflows))]
    return Stories(len(whole), len(by_subject) - len(whole), tuple(faults))


def _is_whole(story: Sequence[ExportedEvent]) -> bool:
    leaves = [event.leaf for event in story]
    return follows(None, leaves[0]) and all(follows(one, other) for one, other in pairwise(leaves))


def _fault(story: Sequence[ExportedEvent], workflows: Workflows) -> str | None:
    subject = story[0].leaf.subject
    fault = replay(workflows[kind_of(subject)], ((one.leaf, one.typed) for one in story)).fault
    if fault is None:
        return None
    index = next(one.index for one in story if one.leaf is fault.leaf)
    return f"The story of {subject} could not have happened: event {index} ({fault.leaf.action}), for {fault.why}."
