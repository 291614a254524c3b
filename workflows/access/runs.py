"""Access that ends with a run, such as an MLflow run: the run, what is seen of it, and what its end means.

A run only ever shortens access: whatever is seen of it, the grant ends at its time. While nobody can see the run, access
goes on to that time, and the card says so.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from workflows.ports import Permanent, Retryable
from workflows.workflow import Command, Event, Part

MLFLOW = "mlflow"
"""The kind of a run that is named without one."""
RUN_FIELD = "until_run"
"""The field of a form that names the run."""
KUBERNETES = "kubernetes"
RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(?:/[A-Za-z0-9][A-Za-z0-9_.-]{0,63})?")
"""Two names where a run is within something, as a Kubernetes Job is in its namespace."""
NOT_SET_UP = "Daypass isn't connected to anything that knows this kind of run. Ask an operator to set it up."
NO_ANSWER = "It didn't answer in time."
RunStatus = Literal["running", "over", "missing", "unreadable"]


class UntilRun(Part):
    """A run with whose end access ends. `kind` is one of `integrations.runs.RUN_KINDS`."""

    kind: str
    id: str


@dataclass(frozen=True)
class RunReading:
    """What was seen of a run. `said` is its status in its system's own word, `why` why nothing could be seen.

    `ended_at` is when it ended by its system's word, which may be wrong.
    """

    status: RunStatus
    said: str = ""
    ended_at: datetime | None = None
    why: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it has ended, or is gone."""
        return self.status in ("over", "missing")

    @property
    def unseen(self) -> str:
        """Why it can't be seen, as a sentence; empty if it is seen."""
        return (self.why or NO_ANSWER) if self.status == "unreadable" else ""


@dataclass(frozen=True)
class SeenRun:
    """A run that somebody names, as it was seen right then."""

    run: UntilRun
    reading: RunReading


class Runs(Protocol):
    """A system that has runs."""

    async def read(self, id: str) -> RunReading:
        """Read the run of this id. Raises Retryable or Permanent when it can't be seen."""


@dataclass(frozen=True)
class ReportRun(Command):
    """What Daypass saw of the run with which the access ends."""

    reading: RunReading


class RunEnded(Event):
    """Its system says that it has ended, or no longer has it; `run_ended_at` is that system's word, if it can be true."""

    action = "run-ended"
    run: str
    said: str
    run_ended_at: datetime | None
    at: datetime


class RunUnreadable(Event):
    """It can't be seen. Access goes on to its time."""

    action = "run-unreadable"
    run: str
    reason: str
    at: datetime


class RunReadable(Event):
    """It can be seen again, and goes on."""

    action = "run-readable"
    run: str
    at: datetime


def named_run(typed: str) -> UntilRun:
    """The run that somebody names, as `id` or `kind:id`."""
    kind, colon, id = typed.strip().partition(":")
    return UntilRun(kind=kind.casefold(), id=id.strip()) if colon else UntilRun(kind=MLFLOW, id=kind)


async def read_run(runs: Mapping[str, Runs], run: UntilRun, seconds: float) -> RunReading:
    """Read the run, within so many seconds. Never raises: what can't be seen is `unreadable`, with the reason."""
    source = runs.get(run.kind)
    if source is None:
        return RunReading("unreadable", why=NOT_SET_UP)
    if not RUN_ID.fullmatch(run.id):
        return RunReading("missing")
    try:
        async with asyncio.timeout(seconds):
            return await source.read(run.id)
    except TimeoutError:
        return RunReading("unreadable", why=NO_ANSWER)
    except (Retryable, Permanent) as error:
        return RunReading("unreadable", why=str(error))
