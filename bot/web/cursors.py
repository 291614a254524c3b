"""Where a page of a search or a story ended, as it stands in an address."""

import re
from datetime import UTC, datetime

from workflows.queries.search import Place

_PLACE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6})Z-([0-9]{1,18})")
_STEP = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
"""A place in a story."""


class NoPlace(ValueError):
    """What is given as a page's place isn't one."""


def write_place(place: Place) -> str:
    """A page's place, for an address."""
    return f"{place.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z-{place.index}"


def read_place(text: str) -> Place | None:
    """Raises NoPlace unless it is from `write_place`, or empty."""
    if not text:
        return None
    found = _PLACE.fullmatch(text)
    try:
        if found:
            return Place(datetime.fromisoformat(found[1]).replace(tzinfo=UTC), int(found[2]))
    except ValueError:
        pass
    raise NoPlace("This isn't a page of the search. Start from the first page.")


def write_step(step: tuple[int, int]) -> str:
    """A story's place, for an address."""
    return f"{step[0]}-{step[1]}"


def read_step(text: str) -> tuple[int, int]:
    """The beginning if it is empty. Raises NoPlace unless it is from `write_step`."""
    if not text:
        return (0, 0)
    found = _STEP.fullmatch(text)
    if found:
        return int(found[1]), int(found[2])
    raise NoPlace("This isn't a page of the history. Start from the first page.")
