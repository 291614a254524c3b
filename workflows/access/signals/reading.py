"""Reads what signals look at, before a request is decided: a bounded number of rows, in bounded time."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ulid import ULID

from workflows.access.break_glass.commands import TakeAccess
from workflows.access.commands import RequestAccess
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.signals.approve_each_other import LEAST
from workflows.access.signals.history import (
    MAX_AGE,
    MAX_REQUESTS,
    History,
    PastRequest,
    Unread,
    past_request,
    quick_approvers,
)
from workflows.access.state import KIND
from workflows.database.store import Store
from workflows.ledger.newest_documents import newest_documents
from workflows.workflow import Actor, Command

log = logging.getLogger(__name__)

MAX_SECONDS = 0.5
"""After which a request is decided without a history: whoever asks waits for the answer."""
MAX_APPROVERS = 3
"""People whose own requests are read as well."""


class HistoryReader:
    """Gives each new request the history that its signals are told from."""

    def __init__(self, store: Store, now: Callable[[], datetime], max_seconds: float = MAX_SECONDS) -> None:
        self._store = store
        self._now = now
        self._max_seconds = max_seconds

    async def inform(self, command: Command, actor: Actor) -> Command:
        """Put the history into a request for access; any other command stays as it is. Never raises for want of it."""
        if (
            not isinstance(command, RequestAccess | TakeAccess | AcceptProposal)
            or command.history is not None
        ):
            return command
        if isinstance(command, RequestAccess) and command.on_behalf_of:
            return command  # looked at once they accept it; whoever asks learns nothing of them
        requester = command.requester(actor) if isinstance(command, RequestAccess) else actor.id
        return replace(command, history=await self.history_of(requester))

    async def history_of(self, requester: str) -> History | Unread:
        """Read what this person requested, and what people requested who approve theirs quickly."""
        try:
            return await asyncio.wait_for(self._read(requester), self._max_seconds)
        except Exception as error:  # whatever it is, nobody's request waits for it
            log.warning("a requester's earlier requests couldn't be read: %s", type(error).__name__)
            return Unread()

    async def _read(self, requester: str) -> History:
        requests, since = await self._requests_of(requester)
        approvers = quick_approvers(requests, LEAST)[:MAX_APPROVERS]
        theirs = {who: (await self._requests_of(who))[0] for who in approvers}
        return History(since, requests, theirs)

    async def _requests_of(self, owner: str) -> tuple[tuple[PastRequest, ...], datetime | None]:
        """One person's requests, and when the first request of all was made.

        What they did for a private incident isn't looked at: others would learn of it.
        """
        after = f"{KIND}_{ULID.from_datetime(self._now() - MAX_AGE)}"
        newest = await newest_documents(self._store, KIND, owner, after, MAX_REQUESTS)
        found = tuple(past_request(one) for one in newest.documents if not one.get("private"))
        return found, ULID.from_str(newest.first.partition("_")[2]).datetime if newest.first else None
