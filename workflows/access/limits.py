"""What approvers made of what was asked for: less time, and conditions, bound by a digest."""

import hashlib
from collections.abc import Sequence

import rfc8785
from pydantic import JsonValue

from workflows.workflow import Part


class Condition(Part):
    """What an approver's approval of the request `of` depends on. `digest` binds it, and stays where its text is erased."""

    of: str
    by: str
    digest: str
    condition: str | None = None


def without_texts(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """The same without what was typed."""
    return tuple(one.model_copy(update={"condition": None}) for one in conditions)


def with_texts(conditions: Sequence[Condition], typed: str | None) -> tuple[Condition, ...]:
    """The same with what was typed, a line each; as they are if it was erased."""
    texts = typed.split("\n") if typed else [None] * len(conditions)
    return tuple(
        one.model_copy(update={"condition": text}) for one, text in zip(conditions, texts, strict=False)
    )


def texts_of(conditions: Sequence[Condition]) -> str | None:
    """What was typed, a line each; None if there are none."""
    return "\n".join(one.condition or "" for one in conditions) or None


def in_one_line(conditions: Sequence[Condition]) -> str:
    """All that was typed, as a card shows it if there is room."""
    return " / ".join(one.condition or "" for one in conditions)


def condition_digest(subject: str, by: str, text: str) -> str:
    """Of one approver's condition on one request, as SHA-256 (RFC 8785)."""
    return _digest({"request": subject, "by": by, "condition": text})


def offer_digest(asked: str, seconds: int, approved_seconds: int, conditions: Sequence[Condition]) -> str:
    """Of what was asked and of what approvers made of it, as SHA-256 (RFC 8785); `asked` while it is the same."""
    if not conditions and approved_seconds == seconds:
        return asked
    bound = [one.digest for one in conditions]
    return _digest({"asked": asked, "seconds": approved_seconds, "conditions": [*bound]})


def _digest(shown: dict[str, JsonValue]) -> str:
    return hashlib.sha256(rfc8785.dumps(shown)).hexdigest()
