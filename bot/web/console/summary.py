"""A summary: a subject's title, where it stands, and what is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from workflows.narrative import Said
from workflows.ports import Directory

Tone = Literal["waits", "good", "bad", "over"]


@dataclass(frozen=True)
class Fact:
    """Something known, under its name. `story` is the subject of another story that it leads to, `page` another page."""

    name: str
    value: str | datetime
    story: str | None = None
    page: str | None = None


@dataclass(frozen=True)
class Summary:
    """`tone` says whether somebody has to look; `rule` is the rule it goes by, `policy` the bundle's digest."""

    subject: str
    kind: str
    title: str
    status: str
    tone: Tone
    facts: tuple[Fact, ...] = ()
    said: tuple[Said, ...] = ()
    rule: str = ""
    policy: str = ""
    attested: bool = False
    """Whether there is a signed verdict to download."""


TONES: Mapping[str, Tone] = {
    "pending": "waits",
    "proposed": "waits",
    "approved": "waits",
    "rolling back": "waits",
    "scheduled": "waits",
    "active": "good",
    "live": "good",
    "evaluated": "good",
    "ending": "bad",
    "open": "bad",
    "mitigated": "waits",
    "raised": "bad",
    "stopping": "bad",
    "in force": "waits",
    "away": "waits",
}


def names_of(people: tuple[str, ...], directory: Directory) -> str:
    return ", ".join(directory.name_of(one) for one in people)
