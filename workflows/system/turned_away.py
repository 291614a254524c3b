"""The door: what was turned away before it could name a subject. It is recorded all the same."""

from dataclasses import dataclass
from datetime import datetime

from ulid import ULID

from workflows.text import one_line
from workflows.workflow import Actor, Command, Decision, Refused, State, Workflow, World

KIND = "door"
MAX_SENTENCE_CHARS = 300
"""Characters of a sentence; whoever stands at the door may have had a hand in it."""
MAX_ORIGIN_CHARS = 100


@dataclass(frozen=True)
class TurnAway(Command):
    """Something came in that can't be trusted or understood; `came_from` is a network address or a person."""

    code: str
    sentence: str
    came_from: str
    times: int = 1
    """How often, when many are recorded as one."""


def refused_beyond(actor: str, times: int) -> TurnAway:
    """Somebody who may come in was refused so often that only the number is recorded."""
    sentence = "Too many refusals in a minute to record one by one; this counts the rest."
    return TurnAway(f"{KIND}_{ULID()}", "too-many-refusals", sentence, actor, times)


def decide(state: State | None, command: TurnAway, actor: Actor, world: World, now: datetime) -> Decision:
    """Always a refusal."""
    often = f" ({command.times} times)" if command.times > 1 else ""
    sentence, came_from = (
        one_line(command.sentence, MAX_SENTENCE_CHARS),
        one_line(command.came_from, MAX_ORIGIN_CHARS),
    )
    return Refused(command.code, f"{sentence} It came from {came_from}{often}.")


def _nothing_happens(state: State, event: object) -> State:
    raise AssertionError("nothing ever happens at the door")


WORKFLOW = Workflow(
    kind=KIND,
    name="http",
    state=State,
    decide=decide,
    evolve=_nothing_happens,
    effects=lambda state, event: (),
    due=lambda state: None,
)
