"""Reads past access requests from the log as their decisions recorded them, oldest first, a batch at a time.

Nothing is verified here, which `daypass audit verify` does. However long the log is, one batch is held in memory.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection
from ulid import ULID

from workflows.access.state import KIND
from workflows.database import tables
from workflows.database.portions import portions
from workflows.database.store import Store
from workflows.policy.on_call.seen import on_call_in
from workflows.policy.replay.recorded import (
    RecordedRequest,
    RecordedReview,
    RecordedRun,
    RecordedStage,
    RecordedTexts,
    Settled,
)
from workflows.policy.tickets import TicketReading
from workflows.workflow import Actor

ROWS_PER_BATCH = 2_000
_LAST = f"{KIND}_7{'Z' * 25}"
_READ = (
    "requested",
    "proposal-accepted",
    "terms-revised",
    "signals-raised",
    "reviewed",
    "review-withdrawn",
    "escalated",
    "refused",
)
"""Events whose facts are looked at; of the others the name is enough."""
_ACTIONS = tuple(f"access.{name}" for name in (*_READ, "approved", "denied"))


@dataclass(frozen=True)
class Batch:
    """Some requests; `private` counts those of private incidents, which aren't told."""

    requests: tuple[RecordedRequest, ...]
    private: int


@dataclass(frozen=True)
class _Event:
    id: str
    name: str
    leaf: Mapping[str, Any]
    """Empty where its facts aren't looked at."""

    @property
    def facts(self) -> Any:
        return self.leaf["facts"]


Texts = Mapping[str, Mapping[str, str]]
"""By event, what people typed into its fields, as far as it's there."""


async def recorded_requests(store: Store, since: datetime) -> AsyncIterator[Batch]:
    """All access requests made from then on, refused ones included, in the order in which they were made."""
    after, limit = f"{KIND}_{ULID.from_datetime(since)}", ROWS_PER_BATCH
    while True:
        async with store.read_transaction() as connection:
            rows = list(await connection.execute(_query(after, limit)))
            last = rows[-1].subject if len(rows) == limit else ""
            whole = [row for row in rows if row.subject != last]
            texts = await _texts(connection, [row.id for row in whole if row.action == "access.requested"])
        if whole:
            yield _batch(whole, texts)
            after = whole[-1].subject
        elif rows:
            limit *= 2
        if not last:
            return


def _query(after: str, limit: int) -> Select[Any]:
    """The events of the next subjects; of the last one perhaps not all."""
    events = tables.events.c
    return (
        select(events.subject, events.id, events.action, events.leaf)
        .where(events.subject > after, events.subject <= _LAST, events.action.in_(_ACTIONS))
        .order_by(events.subject, events.version, events.position)
        .limit(limit)
    )


def _batch(rows: Sequence[Any], texts: Texts) -> Batch:
    stories = [[_event(row) for row in some] for _, some in groupby(rows, key=lambda row: row.subject)]
    told = [story for story in stories if not _private(story)]
    found = tuple(one for story in told for one in read_story(story, texts))
    return Batch(found, len(stories) - len(told))


async def _texts(connection: AsyncConnection, events: Sequence[str]) -> Texts:
    texts = tables.texts.c
    found: dict[str, dict[str, str]] = {}
    for some in portions(events):
        query = select(texts.event, texts.field, texts.text).where(texts.event.in_(some))
        for event, field, text in await connection.execute(query):
            found.setdefault(event, {})[field] = text
    return found


def _event(row: Any) -> _Event:
    name = row.action.partition(".")[2]
    return _Event(row.id, name, from_json(row.leaf) if name in _READ else {})


def _private(story: Sequence[_Event]) -> bool:
    return any(
        one.facts.get("private") or "scope" in one.facts
        for one in story
        if one.name in ("requested", "refused")
    )


def read_story(story: Sequence[_Event], texts: Texts) -> Iterator[RecordedRequest]:
    """Each time it was asked and refused, and the request that was taken, if one was.

    What was asked for somebody else is a request as soon as they accept it, and as they did.
    """
    accepted = next((event for event in story if event.name == "proposal-accepted"), None)
    for event in story:
        if event.name == "refused" and event.facts.get("seen"):
            if not _for_another(event):
                yield _refused(event)
        elif event.name == "requested" and (accepted or not _is_proposed(event)):
            yield _taken(event, accepted or event, story, texts.get(event.id, {}))


def _for_another(refused: _Event) -> bool:
    actor = refused.leaf["actor"]
    return not Actor(actor).is_daypass and refused.facts["seen"].get("requester", actor) != actor


def _is_proposed(requested: _Event) -> bool:
    return bool(requested.facts.get("asked_by")) and not requested.facts.get("incident")


def _refused(event: _Event) -> RecordedRequest:
    seen = event.facts["seen"]
    requester = event.leaf["actor"]
    ticket = None if seen["has_ticket"] else ""
    return RecordedRequest(
        id=event.leaf["subject"],
        requester=requester,
        entitlement=seen["entitlement"],
        seconds=seen["seconds"],
        at=datetime.fromisoformat(seen["now"]),
        groups=tuple(seen["groups"]),
        texts=RecordedTexts(
            None if seen["justification_length"] else "",
            ticket,
            seen["justification_length"],
            seen["has_ticket"],
        ),
        signals=_signals(seen),
        inputs=seen.get("inputs", {}),
        inputs_unread=frozenset(seen.get("inputs_unread", ())),
        on_call=on_call_in(seen),
        automatic=seen["automatic"],
        stages=_stages(seen),
        excluded=frozenset({requester}),
        refused=tuple(one["code"] for one in seen["problems"]),
        ticket_found=_found(seen),
    )


def _taken(
    event: _Event, decided: _Event, story: Sequence[_Event], typed: Mapping[str, str]
) -> RecordedRequest:
    """`decided` is the event whose decision looked at the rules."""
    facts, seen, terms = event.facts, decided.facts["seen"], decided.facts["terms"]
    reviews, run = _reviews(story)
    patterns = terms["ticket"]["patterns"]
    return RecordedRequest(
        id=event.leaf["subject"],
        requester=facts["requester"],
        entitlement=terms["entitlement"],
        seconds=facts["seconds"],
        at=datetime.fromisoformat(seen["now"]),
        groups=tuple(seen["groups"]),
        texts=RecordedTexts(
            typed.get("justification", None if seen["justification_length"] else ""),
            typed.get("ticket", None if seen["has_ticket"] else ""),
            seen["justification_length"],
            seen["has_ticket"],
            tuple(patterns) if seen["has_ticket"] else (),
        ),
        signals=_signals_by_then(seen, story),
        inputs=facts.get("inputs", {}),
        inputs_unread=frozenset(),
        on_call=on_call_in(seen),
        automatic=terms["automatic"],
        stages=_stages(seen),
        excluded=frozenset({facts["requester"], facts.get("asked_by", facts["requester"]), *facts["behind"]}),
        settled=_settled(story),
        reviews=reviews,
        run=run,
        ticket_found=_found(seen),
        asked_at=datetime.fromisoformat(decided.facts["at"]),
    )


def _found(seen: Mapping[str, Any]) -> TicketReading | None:
    return TicketReading(**seen["ticket"]) if seen.get("ticket") else None


def _signals(seen: Mapping[str, Any]) -> tuple[str, ...] | None:
    found = seen.get("signals")
    return None if found is None else tuple(found)


def _signals_by_then(seen: Mapping[str, Any], story: Sequence[_Event]) -> tuple[str, ...] | None:
    """Those of the request, and what was found while it waited."""
    later = [event.facts["signals"]["raised"] for event in story if event.name == "signals-raised"]
    at_first = _signals(seen)
    return tuple(dict.fromkeys((*(at_first or ()), *later[-1]))) if later else at_first


def _stages(seen: Mapping[str, Any]) -> tuple[RecordedStage, ...]:
    return tuple(
        RecordedStage(
            name=one["stage"],
            approvers=tuple(one["approvers"]),
            escalate_to=tuple(one["escalate_to"]),
            quorum=one["quorum"],
            people=frozenset(one["people"]),
            whole=one["count"] == len(one["people"]),
        )
        for one in seen["stages"]
    )


def _settled(story: Sequence[_Event]) -> Settled:
    names = {one.name for one in story}
    if "approved" in names:
        return "approved"
    return "denied" if "denied" in names else "open"


def _reviews(story: Sequence[_Event]) -> tuple[tuple[RecordedReview, ...], RecordedRun | None]:
    """The verdicts in order, and an incident's step that stood for one."""
    found: list[RecordedReview] = []
    escalated: list[str] = []
    run: RecordedRun | None = None
    for event in story:
        if event.name == "escalated":
            escalated.append(event.facts["stage"])
        elif event.name in ("reviewed", "review-withdrawn"):
            if "incident" in event.facts.get("seen", {}):
                run = _run(event.facts["seen"])
            else:
                found.append(_review(event, tuple(escalated)))
    return tuple(found), run


def _run(seen: Mapping[str, Any]) -> RecordedRun:
    return RecordedRun(seen["severity"], seen["role"], tuple(seen["reviewer_roles"]))


def _review(event: _Event, escalated: tuple[str, ...]) -> RecordedReview:
    facts = event.facts
    reviewers = facts["seen"]["reviewers"] if "seen" in facts else {}
    return RecordedReview(
        reviewer=facts["reviewer"],
        verdict=facts.get("verdict", "taken back"),
        at=datetime.fromisoformat(facts["at"]),
        groups={who: tuple(theirs) for who, theirs in reviewers.items()},
        escalated=escalated,
    )
