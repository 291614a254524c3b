"""Many values, in portions that a statement of any database can take."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

PARAMETERS_PER_STATEMENT = 500
"""How many values every database takes as parameters of one statement."""


def portions(of: Sequence[T], most: int = PARAMETERS_PER_STATEMENT) -> Iterator[Sequence[T]]:
    """All of it in its order, at most so many at once; nothing if there is nothing."""
    return (of[start : start + most] for start in range(0, len(of), most))
