"""The log: stories, a search, who had access when, and proofs."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from bot.web.api.audit_schemas import Checkpoint, Consistency, Events, Held, HeldBoth, ProvenEvent, Story
from bot.web.api.auth import By, TheApi
from bot.web.api.idempotency import Limit
from bot.web.api.problems import Failed, documented, not_found
from bot.web.api.responses import checkpoint_of, event_of, held_both_of, held_of, in_base64, proven_of
from bot.web.api.schemas import Page
from bot.web.cursors import NoPlace, read_place, read_step, write_place, write_step
from workflows.policy.fields import Risk, Signal
from workflows.queries.held_both import MAX_SPAN, held_both
from workflows.queries.proof import prove
from workflows.queries.search_request import ReviewStanding, SearchRequest
from workflows.text import is_text

MAX_INTEGER = 2**53 - 1
Word = Annotated[str | None, Query(min_length=1, max_length=200)]
Resource = Annotated[str, Query(min_length=1, max_length=200)]
Index = Annotated[int, Path(ge=0, le=MAX_INTEGER)]
Subject = Annotated[str, Path(pattern=r"^[A-Za-z0-9_:-]{1,64}$", max_length=64)]
JSON_LINES = "application/jsonl"
Size = Annotated[int, Query(ge=0, le=MAX_INTEGER)]


routes = APIRouter(tags=["audit"])


@routes.get("/stories/{subject}", responses=documented(404))
async def story(
    api: TheApi,
    by: By,
    subject: Subject,
    after: Annotated[str, Query(max_length=20)] = "",
    limit: Limit = 200,
) -> Story:
    """The history of a request, release or incident, oldest first, refusals included."""
    try:
        step = read_step(after)
    except NoPlace as error:
        raise _unreadable("after", str(error)) from error
    found = await api.reading.story(by.reader, subject, step, limit)
    if found is None:
        raise not_found()
    following = write_step(found.next) if found.next else None
    return Story(items=[event_of(one) for one in found.passages], next=following)


@routes.get(
    "/stories/{subject}/proof",
    response_class=Response,
    responses={200: {"content": {JSON_LINES: {}}}, **documented(404, 409)},
)
async def proof(api: TheApi, by: By, subject: Subject) -> Response:
    """One file that proves a request, release or incident to anyone, offline: each event with its inclusion proof."""
    if not await api.reading.sees_story(by.reader, subject):
        raise not_found()
    taken = await prove(api.log, api.reads, subject, api.now())
    return Response(taken.data, media_type=JSON_LINES)


@routes.get("/audit/events", responses=documented())
async def events(
    api: TheApi,
    by: By,
    person: Word = None,
    resource: Word = None,
    action: Word = None,
    surface: Word = None,
    risk: Risk | None = None,
    signal: Signal | None = None,
    ticket: Word = None,
    input: Word = None,
    asked_by: Word = None,
    break_glass: ReviewStanding | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: Annotated[str | None, Query(max_length=60)] = None,
    limit: Limit = 50,
) -> Events:
    """Events you can see, newest first. A short page can still have a `next`."""
    for name, text in (
        ("person", person),
        ("resource", resource),
        ("action", action),
        ("surface", surface),
        ("ticket", ticket),
        ("input", input),
        ("asked_by", asked_by),
    ):
        if text is not None and not is_text(text):
            raise _unreadable(name, "It contains invalid characters.")
    span = _utc("since", since), _utc("until", until)
    wanted = SearchRequest(
        person, resource, action, surface, risk, *span, signal, input, asked_by, break_glass, ticket
    )
    try:
        place = read_place(before or "")
    except NoPlace as error:
        raise _unreadable("before", str(error)) from error
    found = await api.reading.search(by.reader, wanted, place, limit)
    following = write_place(found.next) if found.next else None
    items = [event_of(one) for one in found.passages]
    return Events(items=items, next=following, late=found.late)


@routes.get("/audit/events/{index}", responses=documented(404))
async def event(api: TheApi, by: By, index: Index) -> ProvenEvent:
    """One event of the log with its inclusion proof against the newest checkpoint."""
    hashed, last = await api.log.hash_of(index), await api.log.last()
    if hashed is None or last is None or index >= last.size:
        raise Failed(
            404,
            "not-found",
            "No signed checkpoint covers an event with this index. Try again in a minute.",
        )
    found = await api.reading.logged(by.reader, index)
    proof = (await api.log.inclusion([index], last.size))[index]
    return proven_of(index, hashed, found, last, proof)


@routes.get("/audit/checkpoints", responses=documented())
async def checkpoints(
    api: TheApi, by: By, before: Annotated[int | None, Query(ge=1, le=MAX_INTEGER)] = None, limit: Limit = 50
) -> Page[Checkpoint]:
    """Signed checkpoints, newest first."""
    found = await api.log.checkpoints(before, limit + 1)
    following = str(found[limit - 1].number) if len(found) > limit else None
    return Page(items=[checkpoint_of(one) for one in found[:limit]], next=following)


@routes.get("/audit/consistency", responses=documented(404))
async def consistency(api: TheApi, by: By, first: Size, second: Size) -> Consistency:
    """The proof that the log only grew by appending between `first` and `second` events."""
    last = await api.log.last()
    if last is None or not first <= second <= last.size:
        raise Failed(
            404, "not-found", "No checkpoint has that many events, or `first` is greater than `second`."
        )
    proof = await api.log.consistency(first, second)
    return Consistency(first=first, second=second, proof=in_base64(proof))


@routes.get("/audit/held", responses=documented())
async def held(api: TheApi, by: By, resource: Resource, at: datetime | None = None) -> list[Held]:
    """Who had access to a resource or entitlement at a time; now if none is given."""
    _readable("resource", resource)
    found = await api.reading.held(by.reader, resource, _past("at", at, api.now()))
    _whole(found.whole)
    return [held_of(one) for one in found.holders]


@routes.get("/audit/held-both", responses=documented())
async def both(
    api: TheApi,
    by: By,
    first: Resource,
    second: Resource,
    at: datetime | None = None,
    until: datetime | None = None,
) -> list[HeldBoth]:
    """Who had access to two resources or entitlements at once: at a time, or at any time from it to `until`."""
    _readable("first", first)
    _readable("second", second)
    now = api.now()
    begin, end = _past("at", at, now), _past("until", until, now) if until else None
    if end and not timedelta() < end - begin <= MAX_SPAN:
        raise _unreadable("until", f"Choose a time up to {MAX_SPAN.days} days after `at`.")
    directory = api.world().directory
    found = await held_both(api.reading, by.reader, directory, (first, second), begin, end)
    _whole(found.whole)
    return [held_both_of(one) for one in found.found]


def _readable(name: str, text: str) -> None:
    if not is_text(text):
        raise _unreadable(name, "It contains invalid characters.")


def _past(name: str, at: datetime | None, now: datetime) -> datetime:
    """The time, or now if none is given. Raises Failed if it is still to come."""
    moment = _utc(name, at) or now
    if moment > now + timedelta(minutes=1):
        raise _unreadable(name, "This time is in the future.")
    return moment


def _whole(whole: bool) -> None:
    if not whole:
        raise Failed(503, "indexing", "The log isn't indexed up to this time yet. Try again in a minute.")


def _utc(name: str, at: datetime | None) -> datetime | None:
    """A time without a zone is UTC."""
    try:
        return at if at is None else at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except OverflowError as error:
        raise _unreadable(name, "This time is out of range.") from error


def _unreadable(name: str, sentence: str) -> Failed:
    return Failed(422, "unreadable", sentence, {name: sentence})
