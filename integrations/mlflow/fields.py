"""Fields of MLflow's answers, which may hold anything."""

from typing import Any

MAX_TEXT_CHARS = 250


def as_text(value: Any, most: int = MAX_TEXT_CHARS) -> str:
    """At most so many characters; what was cut ends in “…”, so it is no other's name. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value if len(value) <= most else f"{value[: most - 1]}…"


def tags_of(document: dict[str, Any]) -> dict[str, str]:
    """By key. Raises KeyError, TypeError or AttributeError if there is something else."""
    return {as_text(tag["key"]): as_text(tag.get("value", "")) for tag in document.get("tags", [])}
