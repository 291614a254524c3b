"""The API's requests and responses. Times are UTC, ids as in the log."""

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from bot.web.api.break_glass_schemas import BreakGlass
from bot.web.api.entitlement_schemas import Connect
from bot.web.api.ticket_schemas import TicketSeen
from workflows.policy.fields import Signal

T = TypeVar("T")


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is out of range") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""With its offset; kept in UTC."""
Line = Annotated[str, Field(max_length=200)]


InputValue = Annotated[str, Field(max_length=1_000)] | StrictInt | StrictBool
"""As text, a whole number, or true or false."""


class Given(BaseModel):
    """What a machine sends; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


GivenInputs = Annotated[dict[Annotated[str, Field(max_length=60)], InputValue], Field(max_length=40)]


class NewRequest(Given):
    entitlement: Line
    duration: Annotated[str, Field(max_length=60, examples=["30m"])]
    justification: Annotated[str, Field(max_length=20_000)]
    ticket: Annotated[str, Field(max_length=1_000)] | None = None
    starts_at: Moment | None = None
    """Later than now, with an offset such as `+01:00`; without it access starts when it is approved."""
    until_run: Line | None = None
    """Id of an MLflow run that is running: access ends with it, and after `duration` at the latest."""
    inputs: GivenInputs = {}
    """What the entitlement asks for besides, by name; see `inputs` of `/entitlements`."""
    on_behalf_of: Line | None = None
    """Someone else whom it is for, by Slack user id or e-mail address: they have to accept it. People only."""


class NewRelease(Given):
    service: Line
    version: Line
    note: Annotated[str, Field(max_length=20_000)] = ""


class NewExtension(Given):
    """More time, from when the grant ends."""

    duration: Annotated[str, Field(max_length=60, examples=["30m"])]
    justification: Annotated[str, Field(max_length=20_000)]
    ticket: Annotated[str, Field(max_length=1_000)] | None = None


class NewBreakGlass(Given):
    """Without a `duration` it is for as long as its rule lets it be taken."""

    entitlement: Line
    justification: Annotated[str, Field(max_length=20_000)]
    duration: Annotated[str, Field(max_length=60, examples=["30m"])] | None = None
    ticket: Annotated[str, Field(max_length=1_000)] | None = None
    inputs: GivenInputs = {}


class Acceptance(Given):
    """`digest` is the request's, as it was read: with its duration and conditions, or as someone made it for you."""

    digest: Annotated[str, Field(max_length=64, pattern="^[0-9a-f]{64}$")]


class Answer(Given):
    answer: Annotated[str, Field(max_length=20_000)]


class Page(BaseModel, Generic[T]):
    """Newest first. `next` goes into `before` to get the following page; null at the end."""

    items: list[T]
    next: str | None = None


class Delegator(BaseModel):
    """An approver for whom a delegate decided, away until then by this absence."""

    approver: str
    name: str
    absence: str
    until: datetime


class Review(BaseModel):
    """`delegated_by` is empty where the reviewer is an approver themself."""

    reviewer: str
    name: str
    verdict: str
    at: datetime
    delegated_by: list[Delegator] = []


class Absence(BaseModel):
    """Someone's time away. `status`: away or over; `how` it ended: returned, expired or left."""

    id: str
    person: str
    status: str
    since: datetime
    until: datetime
    delegate: str | None
    groups: list[str]
    ended_at: datetime | None
    how: str | None


class Condition(BaseModel):
    by: str
    name: str
    condition: str


class Question(BaseModel):
    """What an approver asked. `answer` is null until the requester has answered."""

    number: str
    by: str
    name: str
    at: datetime
    question: str
    answer: str | None
    answered_at: datetime | None


class Grant(BaseModel):
    """`status` is ending until every credential is confirmed gone (`ended_at`, by `confirmed_by`).

    `works_until` is set if a credential can't be revoked and keeps working until then.
    """

    request: str
    holder: str
    entitlement: str
    resource: str
    status: str
    starts_at: datetime
    ends_at: datetime
    how: str | None
    ended_at: datetime | None
    works_until: datetime | None
    confirmed_by: list[str]


class SignalSeen(BaseModel):
    """Something unusual about a request, and what it was told from."""

    name: Signal
    sentence: str


class Request(BaseModel):
    """`waits_for`: people whose verdict is needed next, their names by id. `extends`: the request whose grant it extends.

    `approved_seconds` is shorter than `seconds` if an approver approved less. Since `offered_at` it has its approvals and
    waits for the requester to accept `conditions`, by `digest`.
    `starts_at`: from when it is wanted, if that is later than its approval; the grant ends `seconds` after that.
    `asked_by`: who requested it for the requester, who has to accept it while it is proposed (`accepted_at`).
    `on_call`: the schedules by which its requester was on call when it was made.
    `until_run`: the run with which it ends, if that is earlier; it can't be seen since `run_unseen_since`.
    `ticket_found`: its ticket as it was seen then, if the policy has it looked up; can't be seen since
    `ticket_unseen_since`.
    `inputs`: what it says besides its reason, as text by name.
    `kit`: the first of the requests that were made with the same kit.
    `signals`: what was unusual when it was requested; `signals_unknown` says why something couldn't be told.
    """

    id: str
    requester: str
    asked_by: str | None
    accepted_at: datetime | None
    status: str
    entitlement: str
    title: str
    resource: str
    environment: str
    risk: str
    seconds: int
    approved_seconds: int
    justification: str
    ticket: str | None
    ticket_found: TicketSeen | None
    ticket_unseen_since: datetime | None
    asked_at: datetime
    lapses_at: datetime
    decided_at: datetime | None
    reason: str | None
    reviews: list[Review]
    waits_for: dict[str, str]
    conditions: list[Condition]
    offered_at: datetime | None
    questions: list[Question]
    digest: str
    grant: Grant | None
    starts_at: datetime | None
    on_call: list[str]
    until_run: str | None
    run_unseen_since: datetime | None
    extends: str | None
    inputs: dict[str, str]
    signals: list[SignalSeen]
    signals_unknown: str | None
    break_glass: BreakGlass | None
    kit: str | None
    rule: str
    policy: str


class Credential(BaseModel):
    """A wrapping token: unwrap it once at `vault_addr`, within `wrapped_for` seconds.

    The credential expires at `expires_at`; with `revocable` false it works until then even if given back, and a
    static secret until someone changes it. `connect` is null if the policy no longer has the entitlement.
    """

    id: str
    wrapping_token: str
    wrapped_for: int
    vault_addr: str
    expires_at: datetime
    revocable: bool
    connect: Connect | None


class Gate(BaseModel):
    gate: str
    verdict: str
    sentence: str
    evidence: str


class Release(BaseModel):
    """`waits_for`: people whose verdict is needed next, their names by id."""

    id: str
    requester: str
    service: str
    risk: str
    version: str
    status: str
    note: str
    replaces: str | None
    artifact: str
    gates: list[Gate]
    checks: list[Gate]
    reviews: list[Review]
    waits_for: dict[str, str]
    questions: list[Question]
    proposed_at: datetime
    lapses_at: datetime
    decided_at: datetime | None
    live_at: datetime | None
    reason: str | None
    trouble: str | None
    rule: str
    policy: str


class Incident(BaseModel):
    """`holders`: role → person; `accesses`: ids of the requests that its playbook made."""

    id: str
    number: str
    title: str
    severity: str
    service: str | None
    status: str
    drill: bool
    private: bool
    declared_by: str
    declared_at: datetime
    acknowledged_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    holders: dict[str, str]
    accesses: list[str]
    policy: str
