"""Requests that were rejected before they could name a subject. They are recorded all the same, as `http.refused`."""

from dataclasses import dataclass
from datetime import datetime

from ulid import ULID

from workflows.text import one_line
from workflows.workflow import Actor, Command, Decision, Refused, State, Workflow, World

KIND = "http"
MAX_SENTENCE_CHARS = 300
"""Characters of a sentence; the sender may have written part of it."""
MAX_ORIGIN_CHARS = 100


@dataclass(frozen=True)
class RejectRequest(Command):
    """Rejects a request that can't be trusted or understood; `came_from` is a network address or a person."""

    code: str
    sentence: str
    came_from: str
    times: int = 1
    """How often, when many are recorded as one."""


def refused_beyond(actor: str, times: int) -> RejectRequest:
    """Make the command that records how often someone was refused beyond what is recorded one by one."""
    sentence = "Too many refusals in a minute to record one by one; this counts the rest."
    return RejectRequest(f"{KIND}_{ULID()}", "too-many-refusals", sentence, actor, times)


def decide(
    state: State | None, command: RejectRequest, actor: Actor, world: World, now: datetime
) -> Decision:
    """Refuse, always."""
    often = f" ({command.times} times)" if command.times > 1 else ""
    sentence, came_from = (
        one_line(command.sentence, MAX_SENTENCE_CHARS),
        one_line(command.came_from, MAX_ORIGIN_CHARS),
    )
    return Refused(command.code, f"{sentence} It came from {came_from}{often}.")


def _nothing_happens(state: State, event: object) -> State:
    raise AssertionError("a rejected request has no events but its refusal")


WORKFLOW = Workflow(
    kind=KIND,
    name="http",
    state=State,
    decide=decide,
    evolve=_nothing_happens,
    effects=lambda state, event: (),
    due=lambda state: None,
)
