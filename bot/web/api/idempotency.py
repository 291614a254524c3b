"""What the routes of access and releases have in common: lists, asking once, and never approving."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Header, Path, Query
from ulid import ULID

from bot.web.api.auth import Api, Caller
from bot.web.api.problems import Failed, not_found, refused, refused_before
from bot.web.api.schemas import Given, Page
from workflows.ledger.unusable_card import ReviewElsewhere
from workflows.ledger.work import Outcome
from workflows.workflow import Command, State, derived

_ID = r"^[a-z]{3,8}_[0-9A-Z]{26}$"
MAX_ID_CHARS = 35
Subject = Annotated[str, Path(pattern=_ID, max_length=MAX_ID_CHARS)]
Number = Annotated[str, Path(pattern=r"^[1-9][0-9]?$", max_length=2)]
Before = Annotated[str | None, Query(pattern=_ID, max_length=MAX_ID_CHARS)]
Limit = Annotated[int, Query(ge=1, le=200)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=r"^[!-~]{1,100}$", max_length=100)]

RANDOM = 16
"""The last characters of an id, which say nothing of when it was made."""
S = TypeVar("S", bound=State)
T = TypeVar("T")


class KeyVerdict(Given):
    """What a caller would like to decide; it's never done here."""

    verdict: Literal["approve", "deny", "reject"]


async def listed(
    api: Api,
    by: Caller,
    kind: type[Any],
    statuses: tuple[str, ...],
    before: str | None,
    limit: int,
    shape: Callable[[Any], T],
    mine: bool = False,
    owned: bool = True,
) -> Page[T]:
    """A page of what they may see, or only of what is their own; `owned` as `Queries.listed` has it."""
    found, following = await api.reading.listed(by.reader, kind, statuses, before, limit, mine, owned)
    return Page(items=[shape(one) for one in found], next=following)


async def ask(
    api: Api,
    by: Caller,
    prefix: str,
    key: str | None,
    asked: Given,
    make: Callable[[str], Command],
    kind: type[S],
) -> S:
    """Make a new request, with a key only once, and return its result. Raises Failed.

    With a key, the random part of the new id is derived from caller, key and body, so a different body is recognized
    without keeping what was refused.
    """
    command_id = f"{by.id}/{prefix}/{key}" if key else None
    wanted = derived(
        prefix, api.now(), by.id, key or str(ULID()), asked.model_dump_json(exclude_defaults=True)
    )
    subject = await api.reads.decided_as(command_id) if command_id else None
    if subject is None:
        outcome = await api.start(make(wanted), by, command_id)
        if outcome.refusal:
            raise refused(outcome.refusal)
        if command_id is None:
            begun: S = outcome.state
            return begun
        subject = wanted if outcome.events else await api.reads.decided_as(command_id)
    if subject is None or subject[-RANDOM:] != wanted[-RANDOM:]:
        raise Failed(
            422, "key-used", "This Idempotency-Key was already used for a different request. Use a new one."
        )
    found = await api.reads.find(kind, subject)
    if found is None:
        raise refused_before(await api.reads.story(subject))
    return found


async def act(api: Api, by: Caller, kind: type[S], command: Command) -> S:
    """Do something with what is theirs; as it is afterwards. Raises Failed."""
    await api.find(by, kind, command.subject)
    outcome = await api.act(command, by)
    if outcome.refusal:
        raise refused(outcome.refusal)
    after: S = outcome.state
    return after


async def refuse_review(api: Api, by: Caller, kind: type[S], command: Command) -> Failed:
    """A verdict: refused and recorded, whether or not they may see the subject.

    A machine's is refused by the workflow. A person's belongs on the card in Slack, which shows what is decided.
    """
    if await api.reads.find(kind, command.subject) is None:
        return not_found()
    outcome: Outcome = await api.act(ReviewElsewhere(command.subject) if by.person else command, by)
    assert outcome.refusal is not None, "a verdict was counted"
    seen = await api.reading.find(by.reader, kind, command.subject)
    return refused(outcome.refusal) if seen else not_found()
