"""The shape that every workflow has, so that one ledger can carry them all: a few pure functions over its own state."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from ulid import ULID

from workflows.policy.bundle import Bundle
from workflows.policy.directory import Doubt
from workflows.ports import Directory, is_machine


@dataclass(frozen=True)
class World:
    """What a decision may look at besides the subject: the rules, the people and the clocks, as of now."""

    bundle: Bundle
    directory: Directory
    clocks: str | None = None
    """Why nothing can be granted now: clocks differ too much."""
    doubts: tuple[Doubt, ...] = ()
    """Why what people want may have to wait."""
    in_force: tuple["State", ...] = ()
    """The subjects that every decision heeds, by `Workflow.in_force`."""
    beside: tuple["State", ...] = ()
    """What the people named by `Workflow.beside` have that isn't over, the subject itself left out."""

    def doubt_about(self, person: str) -> str | None:
        """Why it can't be told now whether this person still belongs here; None if it can."""
        return next((one.sentence for one in self.doubts if one.concerns(person)), None)


PERSON_ID = re.compile(r"[UW][A-Z0-9]{1,30}")
"""A Slack user id (https://docs.slack.dev/reference/objects/user-object)."""


@dataclass(frozen=True)
class Actor:
    """Who acts: a person by Slack user id, a machine of the bundle by `machine:<name>`, or Daypass itself."""

    id: str

    @classmethod
    def person(cls, id: str) -> "Actor":
        """Somebody from outside, by Slack user id. Raises ValueError for anything else, Daypass's own names above all."""
        if not PERSON_ID.fullmatch(id):
            raise ValueError("not the id of a person in Slack")
        return cls(id)

    @classmethod
    def machine(cls, id: str) -> "Actor":
        """A program from outside. Raises ValueError if the id isn't a machine's."""
        if not is_machine(id):
            raise ValueError("not the id of a machine")
        return cls(id)

    @property
    def is_daypass(self) -> bool:
        return self.id.startswith("daypass:")

    @property
    def is_machine(self) -> bool:
        return is_machine(self.id)


REFUSED = "refused"
"""The name of the event that somebody was refused."""
TELLING = 5
"""The priority from which on effects only tell of what has happened."""
GATHER = 0.1
"""Seconds for which telling waits, so that what happens together is told together."""
CLOCKWORK = Actor("daypass:clockwork")
OUTBOX = Actor("daypass:outbox")
OPERATOR = Actor("daypass:operator")
HTTP = Actor("daypass:http")


class Part(BaseModel):
    """A part of a state document."""

    model_config = ConfigDict(frozen=True)


class State(BaseModel):
    """A subject's state document; `status` is one word of the glossary."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    status: str
    owner: str | None = None

    @property
    def scope(self) -> str | None:
        """The subject whose members alone may know of this one; None if it isn't private."""
        return None


class Event(BaseModel):
    """One fact, in the past tense. `action` names it in the log; `texts` are fields typed by people."""

    model_config = ConfigDict(frozen=True)

    action: ClassVar[str]
    texts: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Occurred:
    """An event as the log has it: who acted, when, and under which policy digest.

    `place` is its version and its position among the events of one command; `erased` names the fields of
    `event` whose text isn't at hand, and which are empty for that reason.
    """

    subject: str
    event: Event
    actor: Actor
    at: datetime
    place: tuple[int, int]
    policy: str | None = None
    erased: frozenset[str] = frozenset()

    @property
    def version(self) -> int:
        return self.place[0]


def unmet(*conditions: tuple[bool, str]) -> str | None:
    """The sentence of the first condition that doesn't hold; None if all do."""
    return next((sentence for holds, sentence in conditions if not holds), None)


@dataclass(frozen=True)
class Command:
    """Something asked of one subject."""

    waits_in_doubt: ClassVar[bool] = True
    """Whether it waits while nobody can say that the person who asks still belongs here. What gives nobody
    anything, and must not be held up, doesn't."""
    alone: ClassVar[bool] = False
    """Whether every decision, of any replica, is either recorded before this one or heeds it."""
    subject: str

    @property
    def scope(self) -> str | None:
        """The subject whose members alone may know that this was asked; None if it isn't private."""
        return None


@dataclass(frozen=True)
class TimePassed(Command):
    """The subject's due instant has come; the workflow decides what that means."""


@dataclass(frozen=True)
class Refused:
    """No, with a code for the log and a sentence. `fields` has one for each faulty field, `seen` what it was decided by."""

    code: str
    sentence: str
    events: tuple[Event, ...] = ()
    """What became known by looking, although the command itself is refused."""
    fields: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NoChange:
    """It is already so."""


Decision = tuple[Event, ...] | Refused | NoChange


@dataclass(frozen=True)
class Effect:
    """Something to do to the outside world.

    Effects of one `lock` are performed in order. A `dedup_key` lets one pending effect stand for all
    that say the same, and `delay` (in seconds) lets more of them gather. Lower `priority` goes first: what
    ends access goes before what tells about it. `at_once` says that the lock is new, so that whoever
    records the effect may begin on it without looking for earlier ones.
    """

    kind: str
    lock: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    dedup_key: str | None = None
    priority: int = TELLING
    delay: float = 0.0
    at_once: bool = False


class SearchTerms(BaseModel):
    """What a subject's events are found by, besides actor and action: as its events have told so far.

    It is found under the names of `people`, and concerns them and `others`; a `private` one is found by those alone. `inputs`
    are values such as `dataset=eu`; `asked_by` asked for somebody else; `break_glass`: it was taken without approval.
    `since` is the start of the grant, and `days` are its days (UTC), known from the event that ended it.
    """

    model_config = ConfigDict(frozen=True)

    people: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    risk: str | None = None
    signals: frozenset[str] = frozenset()
    tickets: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()
    asked_by: str | None = None
    break_glass: bool = False
    private: bool = False
    since: datetime | None = None
    days: tuple[date, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """One workflow's functions, registered with the ledger under the prefix of its subjects' ids."""

    kind: str
    name: str
    """What its subjects are called in the log: an event of it is `name.action`, as in `access.requested`."""
    state: type[State]
    decide: Callable[[Any, Any, Actor, World, datetime], Decision]
    evolve: Callable[[Any, Any], State]
    effects: Callable[[Any, Any], tuple[Effect, ...]]
    due: Callable[[Any], datetime | None]
    once: Callable[[Any, Any], tuple[str, ...]] = lambda state, event: ()
    """Keys of what may happen only once, held up by the database."""
    found_by: Callable[[SearchTerms, str, Mapping[str, Any]], SearchTerms] = lambda before, *_: before
    """By what an event of this name and these facts is found, and `before` what came before it on its subject."""
    concerns: Callable[[Any, Directory, str], bool] = lambda state, directory, person: (
        state.owner in directory.accounts_of(person)
    )
    """Whether a subject in this state is any of this person's business."""
    overdue: Callable[[Any, Directory, datetime], bool] = lambda state, directory, now: False
    """Whether something about it should have happened by now."""
    awaits: Callable[[Any], str | None] = lambda state: None
    """What is still to be done about it, whatever its status: a word by which it is found, or None."""
    events: tuple[type[Event], ...] = ()
    """Every event that it knows, refusals aside; what replays its stories reads them by their names."""
    impossible: Callable[[Any, Sequence[Occurred], Occurred], str | None] = lambda state, past, now: None
    """Why an event could not have happened in this state, after this past, by what events recorded; None if it could."""
    claims: Callable[[Any, Occurred], Iterable[Any]] = lambda state, now: ()
    """What an event on this state says of other subjects: each a `Claim` of `workflows.audit.possibility`."""
    typed: Mapping[str, Any] = field(default_factory=dict)
    """What of its state people typed, as pydantic's `exclude` takes it: a replay without texts lacks it."""
    sentences: Mapping[str, Callable[[Mapping[str, Any], Any], str]] = field(default_factory=dict)
    """A sentence for every event that it knows, by its name; `Sentences` of `workflows.narrative`."""
    pending: frozenset[str] = frozenset()
    """Statuses of a subject that counts among those its owner has open; none: they may have any number."""
    over: frozenset[str] = frozenset()
    """Statuses in which nothing is left of it: whoever says the same again means another one."""
    in_force: frozenset[str] = frozenset()
    """Statuses in which a subject is heeded by every decision, of any workflow, as `World.in_force`."""
    heeds_own: bool = False
    """Whether of what is in force a decision heeds only what whoever acts owns: there may be one for everybody."""
    beside: Callable[[Any, Any, Actor, World], frozenset[str]] = lambda *_: frozenset()
    """Whose other subjects the decision depends on, as `World.beside`. No two such decisions about anybody are
    recorded unless the second has seen the first."""


def kind_of(subject: str) -> str:
    """`acc` of `acc_01J…`."""
    return subject.partition("_")[0]


def derived(kind: str, at: datetime, *words: str) -> str:
    """A subject's id that is always the same for the same cause, so that it is made once."""
    stamp = int(at.timestamp() * 1000).to_bytes(6, "big")
    return f"{kind}_{ULID(stamp + hashlib.sha256('/'.join(words).encode()).digest()[:10])}"


def draw(subject: str) -> Effect:
    """Bring every card of the subject up to its present state."""
    return Effect(
        "draw", lock=f"{subject}/slack", dedup_key=f"{subject}/draw", priority=TELLING, delay=GATHER
    )


def tell(subject: str, person: str, note: str) -> Effect:
    """Send one person one message about the subject; `note` names what it says.

    It waits for what that person is told before, and for nothing else: neither for a card nor for anybody's message.
    """
    return Effect(
        "tell",
        lock=f"{subject}/tell/{person}",
        payload={"person": person, "note": note},
        priority=TELLING,
        delay=GATHER,
    )
