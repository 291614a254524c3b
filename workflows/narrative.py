"""Telling a subject's story: each event of the log as a sentence, with who, when, why and by which rule.

Each workflow has a table of sentences, one for every event that it knows; refusals are told alike for all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.ledger.repository import Told
from workflows.ports import Directory
from workflows.workflow import REFUSED, Actor

ERASED = "(erased)"

_LABELS = {
    "justification": "Why",
    "ticket": "Ticket",
    "reason": "Reason",
    "note": "What changes",
    "title": "What",
    "summary": "Summary",
    "brief": "Brief",
    "text": "Said",
    "what": "What",
    "sentence": "Answer",
}

_BLOCKED = {
    "own-request": "deciding their own request",
    "not-an-approver": "deciding as someone who isn't an approver",
    "stale": "deciding on a card that was out of date",
    "not-as-drawn": "using a card that Daypass didn't post",
}
"""What somebody was blocked from, by the code of the refusal; any other is said with its code."""


@dataclass(frozen=True)
class Names:
    """People by name; `who` is the one who acted."""

    directory: Directory
    actor: str

    @property
    def who(self) -> str:
        return self.of(self.actor)

    def of(self, person: Any) -> str:
        return "Daypass" if Actor(str(person)).is_daypass else self.directory.name_of(str(person))

    def all(self, people: Any) -> str:
        return ", ".join(sorted(self.of(one) for one in people)) or "nobody"


Write = Callable[[Mapping[str, Any], Names], str]
Sentences = Mapping[str, Write]


@dataclass(frozen=True)
class Said:
    """What somebody typed, shown as text and nothing else."""

    label: str
    text: str


@dataclass(frozen=True)
class Passage:
    """One event, told. `rule` is what it was decided by, `policy` the digest of the bundle in force; `index` is
    its place in the log."""

    at: datetime
    action: str
    actor: str
    who: str
    surface: str
    sentence: str
    said: tuple[Said, ...]
    rule: str
    policy: str | None
    index: int | None
    subject: str

    @property
    def refused(self) -> bool:
        return self.action.endswith(f".{REFUSED}")


def tell(told: Told, sentences: Sentences, directory: Directory) -> Passage:
    """The event as a passage of its subject's story."""
    names = Names(directory, told.actor)
    name = told.action.partition(".")[2]
    write = _refused if name == REFUSED else sentences.get(name, _untold)
    said = [Said(_LABELS.get(field, field), text) for field, text in told.texts.items()]
    return Passage(
        at=told.at,
        action=told.action,
        actor=told.actor,
        who=names.who,
        surface=told.surface,
        sentence=write(told.facts, names),
        said=(*said, *(Said(_LABELS.get(field, field), ERASED) for field in told.erased)),
        rule=_rule(told.facts),
        policy=told.policy,
        index=told.index,
        subject=told.subject,
    )


def listed(items: Any) -> str:
    """Words with commas between them."""
    return ", ".join(str(one) for one in items) or "nothing"


def moment(written: Any) -> str:
    """An instant out of an event's facts, for a sentence."""
    return f"{datetime.fromisoformat(str(written)):%Y-%m-%d %H:%M:%S} UTC"


def _rule(facts: Mapping[str, Any]) -> str:
    """The rule that the event names, if it was decided by one."""
    named = [facts.get(part, {}).get("rule") for part in ("seen", "terms")]
    return next((str(rule) for rule in named if rule), "")


def _refused(facts: Mapping[str, Any], names: Names) -> str:
    tried = re.sub(r"(?<!^)(?=[A-Z])", " ", str(facts["command"])).lower()
    what = _BLOCKED.get(facts["code"], f"this ({facts['code']}): {tried}")
    return f"{names.who} was blocked from {what}"


def _untold(facts: Mapping[str, Any], names: Names) -> str:
    return f"{names.who} caused this event"
