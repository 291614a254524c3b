"""Reads whom somebody who says that they are away asked before, so that a new delegate is known as one."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ulid import ULID

from workflows.database.store import Store
from workflows.ledger.newest_documents import newest_documents
from workflows.system.absences.commands import StartAbsence
from workflows.system.absences.earlier import first_asked
from workflows.system.absences.state import KIND, Absence
from workflows.workflow import Actor, Command

log = logging.getLogger(__name__)

MAX_AGE = timedelta(days=365)
MAX_ABSENCES = 100
MAX_SECONDS = 0.5
"""After which the absence begins with a delegate who counts as new."""


class EarlierAbsences:
    """Gives each absence that is about to begin when its delegate was first asked."""

    def __init__(self, store: Store, now: Callable[[], datetime], max_seconds: float = MAX_SECONDS) -> None:
        self._store = store
        self._now = now
        self._max_seconds = max_seconds

    async def inform(self, command: Command, actor: Actor) -> Command:
        """Put it into the command; any other command stays as it is. Never raises for want of it."""
        if not isinstance(command, StartAbsence) or command.delegate is None:
            return command
        try:
            absences = await asyncio.wait_for(self._read(actor.id), self._max_seconds)
        except Exception as error:  # whatever it is, nobody's absence waits for it
            log.warning("someone's earlier absences couldn't be read: %s", type(error).__name__)
            return command
        return replace(command, earlier=first_asked(absences, command.delegate))

    async def _read(self, owner: str) -> list[Absence]:
        after = f"{KIND}_{ULID.from_datetime(self._now() - MAX_AGE)}"
        newest = await newest_documents(self._store, KIND, owner, after, MAX_ABSENCES)
        return [Absence.model_validate(one) for one in newest.documents]
