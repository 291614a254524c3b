"""What a request is asked for besides its reason: the inputs of its entitlement, as they were declared."""

from collections.abc import Iterable
from typing import Literal

from workflows.policy.terms.snapshot import Snapshot

InputType = Literal["choice", "number", "text", "date", "yes-no"]


class InputTerms(Snapshot):
    """One input. Which fields count depends on its type; `default` is the value as it is recorded, None if one has to
    be given."""

    name: str
    title: str
    type: InputType
    hint: str = ""
    options: tuple[str, ...] = ()
    """`choice`: what can be chosen."""
    least: int = 0
    most: int = 0
    """`number`: its bounds, both included."""
    pattern: str = ""
    """`text`: all of it has to match; see `workflows.policy.inputs.pattern`."""
    earliest: str = ""
    latest: str = ""
    """`date`: its bounds as YYYY-MM-DD, both included; empty if there is none."""
    default: str | None = None


def required(inputs: Iterable[InputTerms]) -> list[str]:
    """The names of those that have to be given."""
    return [one.name for one in inputs if one.default is None]
