"""What a button of a card carries, and a window that one of them opens: a small typed value each.

The values are JSON objects. A card that another release drew may carry something else; it is still known which
subject it is about, so that whoever clicked gets the current card.
Source: https://docs.slack.dev/reference/block-kit/block-elements/button-element (2,000 characters at most)
"""

from dataclasses import field
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import from_json, to_json

MAX_VALUE_CHARS = 2_000
_EXACTLY = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, config=_EXACTLY)
class Carried:
    """Whatever a button or an option carries."""

    @property
    def value(self) -> str:
        """As the button carries it."""
        return to_json(self).decode()


@dataclass(frozen=True, config=_EXACTLY)
class About(Carried):
    """Which subject the button is about, and nothing else."""

    subject: str


@dataclass(frozen=True, config=_EXACTLY)
class Shown(About):
    """What a card showed of its subject: an approval counts for exactly this."""

    digest: str
    """Of the request or release."""
    policy: str
    """Of the rules that it was drawn under."""


@dataclass(frozen=True, config=_EXACTLY)
class RoleOf(About):
    """A role of an incident."""

    role: str


@dataclass(frozen=True, config=_EXACTLY)
class StepOf(About):
    """A step of an incident's playbook."""

    step: str


@dataclass(frozen=True, config=_EXACTLY)
class DocumentOf(About):
    """The window in which a document is written: what it is about, and the digest of the text that was opened."""

    template: str
    service: str
    version: str
    base: str


@dataclass(frozen=True, config=_EXACTLY)
class QuestionOf(About):
    """A question about it, by its number."""

    number: str


@dataclass(frozen=True, config=_EXACTLY)
class ItemOf(About):
    """An item of an access review, by its number."""

    number: str


@dataclass(frozen=True, config=_EXACTLY)
class FollowUpOf(About):
    """A follow-up of an incident, by its id."""

    follow_up: str


@dataclass(frozen=True, config=_EXACTLY)
class DuplicateOf(About):
    """Another incident that may be the same."""

    other: str


@dataclass(frozen=True, config=_EXACTLY)
class Page(About):
    """A page of a message that has no room for everything; pages count from 0."""

    message: str
    number: Annotated[int, Field(ge=0, le=1_000)] = 0


@dataclass(frozen=True, config=_EXACTLY)
class NewRequest(About):
    """The window in which access is requested: `subject` is the id that the request will have, so that it is made once.

    With all of it, whichever process gets the window can go on.
    """

    extends: str = ""
    """The request whose grant it extends, which is of `entitlement`."""
    entitlement: str = ""
    channel: str = ""
    """Where the command was typed; `answer_url` is where to answer there."""
    answer_url: str = ""


@dataclass(frozen=True, config=_EXACTLY)
class PressOf(About):
    """What the red button is for: a person, or a resource or entitlement. `subject` is the id that the stop will have."""

    person: str = ""
    target: str = ""


@dataclass(frozen=True, config=_EXACTLY)
class HomeFilter(Carried):
    """Which of the waiting decisions an App Home lists: all, or those of a workflow, an environment or high risk.

    `emptied` is all of them, because nothing of what was chosen waits any more.
    """

    by: Literal["all", "workflow", "environment", "risk", "emptied"]
    name: str = ""
    """The workflow's kind or the environment's name."""


@dataclass(frozen=True, config=_EXACTLY)
class HandedOver(Carried):
    """What the window that hands a credential over shows, so that it can be drawn again for another way to use it.

    Slack keeps it with the window, in which the token stands anyway, and nobody else does.
    """

    subject: str
    vault_addr: str
    token: str = field(repr=False)
    """Works once."""
    seconds: int
    """In which it works, from when it was made."""
    expires_at: datetime
    """When the login does."""


V = TypeVar("V", bound=Carried)


def read_value(kind: type[V], carried: str) -> V | None:
    """The value of this kind; None if it is anything else. Never raises."""
    if len(carried) > MAX_VALUE_CHARS:
        return None
    try:
        return TypeAdapter(kind).validate_json(carried)
    except ValidationError:
        return None


def subject_of(carried: str) -> str | None:
    """The subject that a value is about, whichever release wrote it; None if it names none. Never raises.

    Earlier releases wrote a list that begins with the subject.
    """
    if len(carried) > MAX_VALUE_CHARS:
        return None
    try:
        read = from_json(carried)
    except ValueError:
        return None
    match read:
        case {"subject": str(subject)} | [str(subject), *_]:
            return subject
        case _:
            return None
