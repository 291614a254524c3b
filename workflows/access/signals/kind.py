"""What a kind of signal is: what it looks at, when it is raised, and how it is explained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pydantic import JsonValue

from workflows.access.signals.history import Asked, History
from workflows.policy.fields import Signal

Inputs = Mapping[str, JsonValue]
"""What one kind looked at and compared it with, as the log keeps it: no floats, nothing that is None."""
Names = Callable[[str], str]
"""How a person is called where the explanation is read."""


@dataclass(frozen=True)
class SignalKind:
    """One kind, as pure functions. `raised` and `explain` look at the inputs alone, so that the log can be checked."""

    name: Signal
    label: str
    """On a card, in a few words."""
    observe: Callable[[History, Asked], Inputs]
    raised: Callable[[Inputs], bool]
    explain: Callable[[Inputs, Names], str]
    learns: timedelta = timedelta()
    """For how long requests have to be known before it can be told."""
    of_history: bool = True
    """Whether it is told from earlier requests, and so not where those couldn't be read."""


def number(inputs: Inputs, name: str) -> int:
    """An integer among the inputs. Raises ValueError if it is something else."""
    value = inputs.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} isn't a number")
    return value


def counted(count: int, what: str) -> str:
    """`1 request`, `2 requests`."""
    return f"{count} {what}{'' if count == 1 else 's'}"
