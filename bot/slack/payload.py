"""What Slack may send: the shapes of its ids, checked at one place before any listener reads a word of it.

Whoever has the signing secret can sign anything. What isn't shaped like Slack's own is refused, so that
nobody comes in under one of Daypass's own names, and nothing is sent where Slack doesn't answer.
Source: https://docs.slack.dev/reference/interaction-payloads, .../interactivity/implementing-slash-commands
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request
from slack_bolt.async_app import AsyncBoltRequest
from starlette.requests import Request

from bot.slack.button_values import MAX_VALUE_CHARS, NewRequest, read_value, subject_of
from workflows.access.state import KIND as ACCESS
from workflows.incidents.state import KIND as INCIDENT
from workflows.releases.state import KIND as RELEASE
from workflows.system.absences.state import KIND as ABSENCE
from workflows.system.access_reviews.state import KIND as REVIEW
from workflows.system.documents.state import KIND as DOCUMENT
from workflows.system.reminders.state import KIND as REMINDERS
from workflows.system.stops.state import KIND as STOP

KINDS = {
    "access": ACCESS,
    "release": RELEASE,
    "incident": INCIDENT,
    "stop": STOP,
    "access-review": REVIEW,
    "absence": ABSENCE,
    "document": DOCUMENT,
    "reminders": REMINDERS,
}
"""Whose subjects a control is about, by the first word of its id."""
METADATA = 3_000
"""Characters of what a window carries, at most."""
MAX_INSTANT = 9_999_999_999
"""Slack's moments are Unix timestamps of ten digits."""

UserId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{1,30}$")]
TeamId = Annotated[str, Field(pattern=r"^[TE][A-Z0-9]{1,30}$")]
ChannelId = Annotated[str, Field(pattern=r"^[CGD][A-Z0-9]{1,30}$")]
GroupId = Annotated[str, Field(pattern=r"^S[A-Z0-9]{1,30}$")]
MessageTs = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$")]
Handle = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,150}$")]
"""A trigger, a view, a hash: opaque, and never anything else."""
Name = Annotated[str, Field(max_length=255)]
Day = Annotated[
    str, Field(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(lambda day: str(date.fromisoformat(day)))
]


class User(BaseModel):
    id: UserId
    team_id: TeamId | None = None


class Team(BaseModel):
    id: TeamId


class Channel(BaseModel):
    id: ChannelId


class Option(BaseModel):
    value: str


class Held(BaseModel):
    """What an input holds, or an element that was used."""

    value: str | None = None
    selected_option: Option | None = None
    selected_options: list[Option] | None = None
    selected_user: UserId | None = None
    selected_users: list[UserId] | None = None
    selected_conversation: ChannelId | UserId | None = None
    selected_conversations: list[ChannelId | UserId] | None = None
    selected_channel: ChannelId | None = None
    selected_channels: list[ChannelId] | None = None
    selected_date: Day | None = None
    selected_time: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    selected_date_time: Annotated[int, Field(ge=0, le=MAX_INSTANT)] | None = None


class Action(Held):
    type: Name
    action_id: Name
    block_id: Name


class ViewState(BaseModel):
    values: dict[Name, dict[Name, Held]] = {}


class Shown(BaseModel):
    """A view: a window or an App Home."""

    id: Handle
    type: Name
    hash: Handle | None = None
    private_metadata: Annotated[str, Field(max_length=METADATA)] | None = None
    callback_id: Name | None = None
    external_id: Annotated[str, Field(max_length=0)] | None = None
    """Daypass gives none: whoever can guess one could change the window under somebody's hands."""
    state: ViewState | None = None
    blocks: list[dict[str, Any]] = []


class Message(BaseModel):
    ts: MessageTs
    text: str | None = None
    blocks: list[dict[str, Any]] | None = None
    attachments: list[Any] | None = None


class Container(BaseModel):
    type: Name
    channel_id: ChannelId | None = None
    message_ts: MessageTs | None = None
    view_id: Handle | None = None
    is_ephemeral: bool = False


class Subteam(BaseModel):
    id: GroupId
    users: list[UserId] | None = None


class Item(BaseModel):
    type: Name
    channel: ChannelId | None = None
    ts: MessageTs | None = None


class Event(BaseModel):
    type: Name
    user: UserId | User | None = None
    channel: ChannelId | Channel | None = None
    item: Item | None = None
    item_user: UserId | None = None
    reaction: Name | None = None
    tab: Name | None = None
    subteam: Subteam | None = None
    subteam_id: GroupId | None = None
    removed_users: list[UserId] | None = None


class Payload(BaseModel):
    """All that Slack sends, whichever kind; what stands in none of these fields is read by nobody."""

    type: Name | None = None
    command: Name | None = None
    text: str | None = None
    """What was typed behind a command."""
    user: User | None = None
    user_id: UserId | None = None
    team: Team | None = None
    team_id: TeamId | None = None
    channel: Channel | None = None
    channel_id: ChannelId | None = None
    trigger_id: Handle | None = None
    response_url: str | None = None
    action_id: Name | None = None
    block_id: Name | None = None
    value: str | None = None
    actions: list[Action] | None = None
    container: Container | None = None
    message: Message | None = None
    view: Shown | None = None
    event: Event | None = None


NEEDS: dict[str, tuple[str, ...]] = {
    "block_actions": ("user", "trigger_id", "actions", "container"),
    "block_suggestion": ("user", "action_id", "block_id"),
    "view_submission": ("user", "trigger_id", "view"),
    "view_closed": ("user", "view"),
    "event_callback": ("event",),
}
"""What each kind can't be without."""
NEEDS_OF_COMMAND = ("user_id", "trigger_id", "channel_id")
NEEDS_OF_EVENT: dict[str, tuple[str, ...]] = {
    "app_home_opened": ("user",),
    "reaction_added": ("user", "item"),
    "member_left_channel": ("user", "channel"),
    **dict.fromkeys(("user_change", "team_join"), ("user",)),
    **dict.fromkeys(("subteam_created", "subteam_updated"), ("subteam",)),
    "subteam_members_changed": ("subteam_id",),
    **dict.fromkeys(("channel_archive", "channel_rename", "channel_deleted", "channel_left"), ("channel",)),
    **dict.fromkeys(("group_archive", "group_rename", "group_deleted", "group_left"), ("channel",)),
}
ABOUT_A_PERSON = frozenset({"user_change", "team_join"})
"""Events that bring somebody's whole record, where others bring an id."""


@dataclass(frozen=True)
class Reader:
    """Reads what Slack sends. `api_url` is where Slack is called, so it answers from there alone."""

    api_url: str

    def read(self, request: Request, body: bytes) -> AsyncBoltRequest | None:
        """The request for Bolt; None if Slack sends no such thing."""
        try:
            asked = to_async_bolt_request(request, body)
            checked(asked.body, origins(self.api_url))
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return None
        return asked


def origins(api_url: str) -> frozenset[str]:
    """Where Slack's response URLs lead, for a Web API at this address: its own host, and `hooks.` before it."""
    url = urlsplit(api_url)
    host = url.netloc.removeprefix("www.")
    return frozenset({f"{url.scheme}://{url.netloc}", f"{url.scheme}://hooks.{host}"})


def checked(body: Mapping[str, Any], answered_at: frozenset[str]) -> None:
    """Raises ValueError (pydantic's ValidationError is one) if Slack wouldn't send it."""
    payload = Payload.model_validate(body)
    if not (payload.type or payload.command or "ssl_check" in body):
        raise ValueError("it isn't something that Slack sends")
    _complete(payload, NEEDS.get(payload.type or "", ()))
    if payload.command is not None:
        _complete(payload, NEEDS_OF_COMMAND)
    if payload.event is not None:
        _heard(payload.event)
    if payload.response_url and _origin(payload.response_url) not in answered_at:
        raise ValueError("Slack doesn't answer there")
    for action in payload.actions or ():
        if action.type == "button":
            _about(action.action_id, action.value or "")
    if payload.type == "view_submission" and payload.view:
        carried = payload.view.private_metadata or ""
        _about(payload.view.callback_id or "", carried)
        asks = read_value(NewRequest, carried)
        if asks and asks.answer_url and _origin(asks.answer_url) not in answered_at:
            raise ValueError("Slack doesn't answer there")


def _heard(event: Event) -> None:
    """What Daypass listens to names its person by id alone, or by their whole record, and its message completely."""
    needs = NEEDS_OF_EVENT.get(event.type, ())
    _complete(event, needs)
    named = User if event.type in ABOUT_A_PERSON else str
    if "user" in needs and not isinstance(event.user, named):
        raise ValueError("its person is neither")
    if event.item and event.item.type == "message":
        _complete(event.item, ("channel", "ts"))


def _complete(part: BaseModel, needs: tuple[str, ...]) -> None:
    missing = [name for name in needs if not getattr(part, name)]
    if missing:
        raise ValueError(f"without {', '.join(missing)}")


def _about(control: str, carried: str) -> None:
    """What one of Daypass's own buttons or windows carries is about a subject of its own workflow."""
    kind = KINDS.get(control.partition(".")[0])
    if kind is None:
        return
    if len(carried) > MAX_VALUE_CHARS or not is_subject(kind, subject_of(carried) or carried):
        raise ValueError("it carries no subject of its workflow")


def is_subject(kind: str, subject: str) -> bool:
    """Whether it is shaped like the id of a subject of this kind: `acc_` and a ULID."""
    prefix, _, rest = subject.partition("_")
    return prefix == kind and len(rest) == 26 and rest.isascii() and rest.isalnum()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
