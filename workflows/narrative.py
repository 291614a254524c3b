"""Telling a subject's story: each event of the log as a sentence, with who, when, why and by which rule.

Each workflow has a table of sentences, one for every event that it knows; refusals are told alike for all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.ports import Directory
from workflows.workflow import GATHER, OPERATOR, REFUSED, TELLING, Actor, Effect, Event

ERASED = "(erased)"
_DOUBLED = frozenset({"Run", "Skip", "Pin"})
_WITHOUT_ARTICLE = frozenset(
    {
        "access",
        "again",
        "alike",
        "approvers",
        "back",
        "away",
        "crew",
        "elsewhere",
        "in",
        "into",
        "out",
        "bundle",
        "conditions",
        "items",
        "removals",
        "removed",
        "reviewers",
        "used",
    }
)

_LABELS = {
    "justification": "Why",
    "ticket": "Ticket",
    "ticket_title": "Ticket's title",
    "reason": "Reason",
    "note": "What changes",
    "title": "What",
    "summary": "Summary",
    "brief": "Brief",
    "text": "Said",
    "what": "What",
    "sentence": "Answer",
    "condition": "Condition",
    "conditions": "Conditions",
    "question": "Question",
    "answer": "Answer",
    "device": "Computer",
}


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

    def operator_or(self, person: str) -> str:
        """Their name; an operator at the command line has none."""
        return "An operator" if Actor(person) == OPERATOR else self.of(person)

    def all(self, people: Any) -> str:
        return ", ".join(sorted(self.of(one) for one in people)) or "nobody"


@dataclass(frozen=True)
class LoggedEvent:
    """One event. `texts` is what people typed, by field; what was erased is missing.

    `index` is its place in the log, None until it has one; `policy` the digest of the bundle in force.
    """

    at: datetime
    actor: str
    surface: str
    action: str
    facts: Mapping[str, Any]
    texts: Mapping[str, str]
    subject: str = ""
    policy: str | None = None
    index: int | None = None
    erased: tuple[str, ...] = ()
    """Fields that somebody had typed into, and whose text is gone."""
    place: tuple[int, int] = (0, 0)
    """Its version and position in the history of its subject."""


Write = Callable[[Mapping[str, Any], Names], str]
Sentences = Mapping[str, Write]


@dataclass(frozen=True)
class Reply:
    """How an event is told in the thread of its subject's card; what people typed is shown below it."""

    write: Write
    broadcast: bool = False
    """Whether the channel shows it as well: something is wrong, or somebody there has to act."""
    when: Callable[[Any], bool] = lambda event: True
    """Which events of that name are told."""


Replies = Mapping[str, Reply]
"""By the names of the events that people in a channel care about."""


QUESTION_SENTENCES: Sentences = {
    "question-asked": lambda f, n: f"{n.of(f['by'])} asked the requester a question",
    "question-answered": lambda f, n: f"{n.of(f['by'])} answered the question of {n.of(f['asked_by'])}",
}
"""Of every workflow that is decided in stages; what was written stands below them."""
QUESTION_REPLIES: Replies = {name: Reply(write) for name, write in QUESTION_SENTENCES.items()}


def spell_signed(facts: Mapping[str, Any]) -> str:
    """How a verdict was bound to its person, as the end of a sentence; nothing of a click."""
    return ", signed with a passkey" if facts.get("signed") else ""


def spell_delegated(facts: Mapping[str, Any], names: Names) -> str:
    """Say for whom a delegate decided, as in “, for Grace, away until …”; nothing if it was for nobody."""
    return "".join(
        f", for {names.of(one['approver'])}, away until {moment(one['until'])}"
        for one in facts.get("delegated_by", ())
    )


def replies_to(event: Event, subject: str, replies: Replies) -> tuple[Effect, ...]:
    """The effect that tells of the event in the threads of the subject's cards, if it is among those told there.

    It is less urgent than any card, for Slack takes one message a second in a channel, and it waits for earlier ones.
    """
    found = replies.get(event.action)
    if found is None or not found.when(event):
        return ()
    return (Effect("reply", lock=f"{subject}/thread", priority=TELLING + 1, delay=GATHER),)


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


def tell(told: LoggedEvent, sentences: Sentences, directory: Directory) -> Passage:
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


def untold_on_call(facts: Mapping[str, Any]) -> str:
    """That nobody can tell who is on call in some groups, behind a sentence about approvers; empty if none are named."""
    groups = facts.get("unknown")
    return f": who is on call can't be told ({listed(groups)})" if groups else ""


def moment(written: Any) -> str:
    """An instant out of an event's facts, for a sentence."""
    return f"{datetime.fromisoformat(str(written)):%Y-%m-%d %H:%M:%S} UTC"


def _rule(facts: Mapping[str, Any]) -> str:
    """The rule that the event names, if it was decided by one."""
    named = [facts.get(part, {}).get("rule") for part in ("seen", "terms")]
    return next((str(rule) for rule in named if rule), "")


def _refused(facts: Mapping[str, Any], names: Names) -> str:
    command, code = str(facts["command"]), str(facts["code"])
    if code == "own-request" and command.startswith("Review"):
        return f"{names.who} was blocked from deciding their own request"
    return f"{names.who} was blocked from {_doing(command)}: {code.replace('-', ' ')}"


def _doing(command: str) -> str:
    """`RunStep` → `running a step`."""
    verb, *rest = re.findall(r"[A-Z][a-z]*", command)
    stem = verb.lower() + verb[-1] if verb in _DOUBLED else verb.lower().removesuffix("e")
    what = " ".join(rest).lower()
    if what and what not in _WITHOUT_ARTICLE:
        what = f"{'an' if what[0] in 'aeiou' else 'a'} {what}"
    return f"{stem}ing {what}".rstrip()


def _untold(facts: Mapping[str, Any], names: Names) -> str:
    return f"{names.who} did this"
