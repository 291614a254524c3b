"""The timeline of an incident: its events from the log as lines that a person reads. It writes itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from workflows.incidents.events import IncidentEvent
from workflows.incidents.narrative import SENTENCES
from workflows.incidents.state import NAME
from workflows.narrative import ERASED, LoggedEvent, Names
from workflows.ports import Directory

QUIET = ("channel-opened", "people-invited", "message-pinned", "follow-up-done", "duplicates-found")
"""What the review leaves to the story."""

TYPED = frozenset(f"{NAME}.{event.action}" for event in get_args(IncidentEvent) if event.texts)
"""What holds words that somebody typed."""


@dataclass(frozen=True)
class Line:
    """`said` is what somebody typed: it is shown as text and nothing else."""

    at: datetime
    text: str
    said: str = ""
    author: str = ""


def timeline(story: Iterable[LoggedEvent], directory: Directory) -> list[Line]:
    """The lines, oldest first. What only matters to Daypass itself, and refusals, are left to the log."""
    lines = []
    for told in story:
        name = told.action.partition(".")[2]
        write = SENTENCES.get(name)
        if write is not None and name not in QUIET:
            text = write(told.facts, Names(directory, told.actor))
            said = next(iter(told.texts.values()), ERASED) if told.action in TYPED else ""
            author = str(told.facts.get("author", told.actor))
            lines.append(Line(told.at, text, said, directory.name_of(author)))
    return lines
