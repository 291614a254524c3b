"""What the API takes and gives, and how it is made out of what Daypass knows. Times are UTC, ids as in the log."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from workflows.access.state import Access
from workflows.access.views import confirmed_by, works_until
from workflows.approval import still_needed
from workflows.audit.log import Signed
from workflows.incidents.state import Incident as IncidentState
from workflows.ledger.repository import Logged
from workflows.narrative import Passage
from workflows.ports import Directory
from workflows.queries.queries import Holder
from workflows.releases.state import Release as ReleaseState

T = TypeVar("T")
Line = Annotated[str, Field(max_length=200)]


class Given(BaseModel):
    """What a machine sends; a field that isn't known is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid")


class NewRequest(Given):
    entitlement: Line
    duration: Annotated[str, Field(max_length=60, examples=["30m"])]
    justification: Annotated[str, Field(max_length=20_000)]
    ticket: Annotated[str, Field(max_length=1_000)] | None = None


class NewRelease(Given):
    service: Line
    version: Line
    note: Annotated[str, Field(max_length=20_000)] = ""


class Page(BaseModel, Generic[T]):
    """Newest first. `next` goes into `before` to get the following page; null at the end."""

    items: list[T]
    next: str | None = None


class Review(BaseModel):
    reviewer: str
    name: str
    verdict: str
    at: datetime


class Grant(BaseModel):
    """`status` is ending until it is confirmed that every credential is gone: `ended_at`, by `confirmed_by`.

    `works_until` is set while one can't be revoked, so that it works until then.
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


class Request(BaseModel):
    """`waits_for`: whose verdict would bring it forward now, their names by id."""

    id: str
    requester: str
    status: str
    entitlement: str
    title: str
    resource: str
    environment: str
    risk: str
    seconds: int
    justification: str
    ticket: str | None
    asked_at: datetime
    lapses_at: datetime
    decided_at: datetime | None
    reason: str | None
    reviews: list[Review]
    waits_for: dict[str, str]
    grant: Grant | None
    rule: str
    policy: str


class Credential(BaseModel):
    """A wrapping token: good for one unwrapping at `vault_addr`, within `wrapped_for` seconds.

    What it wraps ends at `expires_at`. With `revocable` false it works until then even if it is given back.
    """

    id: str
    wrapping_token: str
    wrapped_for: int
    vault_addr: str
    expires_at: datetime
    revocable: bool


class Gate(BaseModel):
    gate: str
    verdict: str
    sentence: str
    evidence: str


class Release(BaseModel):
    """`waits_for`: whose verdict would bring it forward now, their names by id."""

    id: str
    requester: str
    service: str
    version: str
    status: str
    note: str
    replaces: str | None
    artifact: str
    gates: list[Gate]
    checks: list[Gate]
    reviews: list[Review]
    waits_for: dict[str, str]
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


class Event(BaseModel):
    """One event, told. `said` is what people typed, by what it is; `index` its place in the log, if it has one.

    `rule` is the rule that it was decided by, empty for what isn't a decision.
    """

    index: int | None
    at: datetime
    actor: str
    surface: str
    action: str
    subject: str
    sentence: str
    said: dict[str, str]
    rule: str
    policy: str | None


class Story(BaseModel):
    """Oldest first. `next` goes into `after` to get the following page; null at the end."""

    items: list[Event]
    next: str | None


class Events(Page[Event]):
    """`late`: many events are too new to be found; ask again."""

    late: bool


class SaltedText(BaseModel):
    field: str
    salt: str
    text: str


class ProvenEvent(BaseModel):
    """An event's exact bytes with its inclusion proof (RFC 6962, base64) against the checkpoint `note`.

    `leaf` is null if what it says is no business of the caller's: its hash can be verified all the same.
    """

    index: int
    hash: str
    leaf: str | None
    texts: list[SaltedText]
    size: int
    proof: list[str]
    note: str


class Checkpoint(BaseModel):
    """A signed tree head (C2SP tlog-checkpoint)."""

    number: int
    size: int
    at: datetime
    note: str


class Consistency(BaseModel):
    """That the tree of `first` events grew into that of `second` (RFC 6962, base64)."""

    first: int
    second: int
    proof: list[str]


class Held(BaseModel):
    """Access held at the time asked for; `until` is its confirmed end."""

    request: str
    holder: str
    entitlement: str
    resource: str
    since: datetime
    until: datetime | None
    approved_by: list[str]
    rule: str
    policy: str


class Me(BaseModel):
    """Who the token says that the caller is."""

    id: str
    title: str
    role: str
    groups: list[str]
    owners: list[str]
    expires_at: datetime


def request_of(state: Access, directory: Directory) -> Request:
    terms = state.terms
    return Request(
        id=state.id,
        requester=state.requester,
        status=state.status,
        entitlement=terms.entitlement,
        title=terms.title,
        resource=terms.resource,
        environment=terms.environment,
        risk=terms.risk,
        seconds=state.seconds,
        justification=state.justification,
        ticket=state.ticket,
        asked_at=state.asked_at,
        lapses_at=state.lapses_at,
        decided_at=state.decided_at,
        reason=state.reason,
        reviews=_reviews(state.reviews, directory),
        waits_for=_people(still_needed(state, directory), directory),
        grant=grant_of(state) if state.grant else None,
        rule=terms.rule,
        policy=terms.digest,
    )


def grant_of(state: Access) -> Grant:
    assert state.grant is not None
    named = state.grant.model_dump(include={"status", "starts_at", "ends_at", "how", "ended_at"})
    return Grant(
        request=state.id,
        holder=state.requester,
        entitlement=state.terms.entitlement,
        resource=state.terms.resource,
        works_until=works_until(state),
        confirmed_by=list(confirmed_by(state)) if state.status == "ended" else [],
        **named,
    )


def release_of(state: ReleaseState, directory: Directory) -> Release:
    return Release(
        id=state.id,
        requester=state.requester,
        service=state.terms.service,
        version=state.version,
        status=state.status,
        note=state.note,
        replaces=state.replaces,
        artifact=state.artifact_digest,
        gates=_gates(state.results),
        checks=_gates(state.checks),
        reviews=_reviews(state.reviews, directory),
        waits_for=_people(still_needed(state, directory), directory),
        proposed_at=state.proposed_at,
        lapses_at=state.lapses_at,
        decided_at=state.decided_at,
        live_at=state.live_at,
        reason=state.reason,
        trouble=state.trouble or (state.move.trouble if state.move else None),
        rule=state.terms.rule,
        policy=state.terms.digest,
    )


def incident_of(state: IncidentState) -> Incident:
    names = ("id", "number", "title", "severity", "service", "status", "drill", "private", "holders")
    times = ("declared_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at")
    return Incident(
        **{name: getattr(state, name) for name in (*names, *times)},
        declared_by=state.owner,
        accesses=[one.id for one in state.accesses],
        policy=state.terms.digest,
    )


def event_of(passage: Passage) -> Event:
    names = ("index", "at", "actor", "surface", "action", "subject", "sentence", "rule", "policy")
    said = {one.label: one.text for one in passage.said}
    return Event(**{name: getattr(passage, name) for name in names}, said=said)


def proven_of(
    index: int, hashed: bytes, found: Logged | None, signed: Signed, proof: Sequence[bytes]
) -> ProvenEvent:
    texts = found.texts if found else ()
    return ProvenEvent(
        index=index,
        hash=hashed.hex(),
        leaf=found.leaf.decode() if found else None,
        texts=[SaltedText(field=one.field, salt=one.salt, text=one.text) for one in texts],
        size=signed.size,
        proof=in_base64(proof),
        note=signed.note,
    )


def checkpoint_of(signed: Signed) -> Checkpoint:
    return Checkpoint(number=signed.number, size=signed.size, at=signed.at, note=signed.note)


def held_of(holder: Holder) -> Held:
    state = holder.access
    return Held(
        request=state.id,
        holder=state.requester,
        entitlement=state.terms.entitlement,
        resource=state.terms.resource,
        since=holder.since,
        until=holder.until,
        approved_by=[one.reviewer for one in state.reviews if one.verdict == "approve"],
        rule=state.terms.rule,
        policy=state.terms.digest,
    )


def in_base64(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


def _reviews(reviews: Sequence[Any], directory: Directory) -> list[Review]:
    return [
        Review(reviewer=one.reviewer, name=directory.name_of(one.reviewer), verdict=one.verdict, at=one.at)
        for one in reviews
    ]


def _people(needed: Mapping[str, frozenset[str]], directory: Directory) -> dict[str, str]:
    """Names by id, of those who are needed in any stage."""
    return {one: directory.name_of(one) for one in sorted(frozenset[str]().union(*needed.values()))}


def _gates(results: Sequence[Any]) -> list[Gate]:
    return [
        Gate(gate=one.gate, verdict=one.verdict, sentence=one.sentence, evidence=one.evidence)
        for one in results
    ]
