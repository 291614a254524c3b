"""Answers of systems that speak JSON over HTTP. Nothing in them is trusted to be what it should.

What is said of a system in words is in its own module.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from workflows.ports import Permanent

MAX_PAUSE_SECONDS = 3_600.0
"""For which a system isn't asked, at most, if it says so."""


def is_passing(status: int) -> bool:
    """Whether this says nothing but that it doesn't work just now."""
    return status in (408, 425, 429) or status >= 500


def json_object(body: bytes) -> dict[str, Any] | None:
    """The object that a body is (RFC 8259); None if it is anything else."""
    try:
        found = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


@contextmanager
def built_as_documented(otherwise: str) -> Iterator[None]:
    """Reading an answer of another shape or type raises Permanent with this sentence."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise Permanent(otherwise) from None


def seconds_to_wait(header: str | None) -> float | None:
    """The seconds of a header such as Retry-After, at most MAX_PAUSE_SECONDS; None for anything else."""
    return min(float(header), MAX_PAUSE_SECONDS) if header and header.isascii() and header.isdigit() else None


def moment(said: str) -> datetime:
    """The moment of an RFC 3339 text. Raises ValueError."""
    found = datetime.fromisoformat(said)
    if found.tzinfo is None:
        raise ValueError("a time without an offset")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time that no calendar has") from None
