"""The event of a refusal: somebody was refused, and the log says why."""

from pydantic import JsonValue

from workflows.workflow import (
    REFUSED,
    Command,
    Event,
    Refused,
    State,
)


class Turned(Event):
    """Somebody was refused: what they tried and why it was not done."""

    action = REFUSED
    texts = frozenset({"sentence"})
    command: str
    code: str
    sentence: str
    scope: str | None = None
    """The subject whose members alone may know of it."""
    seen: dict[str, JsonValue] | None = None
    """What a refused new request was decided by."""


def turned(command: Command, refusal: Refused, state: State | None) -> Turned:
    """The event of a refusal on a subject in this state."""
    return Turned(
        command=type(command).__name__,
        code=refusal.code,
        sentence=refusal.sentence,
        scope=(state.scope if state else None) or command.scope,
        seen=dict(refusal.seen) or None,
    )
