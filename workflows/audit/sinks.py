"""Where the log's signed heads are kept, out of reach of whoever runs the database."""

from collections.abc import Sequence
from typing import Protocol

from workflows.audit.sequencer import Head


class LogSink(Protocol):
    """One place outside. What was kept there is what the log's operator can't rewrite any more."""

    @property
    def where(self) -> str:
        """What it is to a person, such as `the channel audit`."""

    async def keep(self, head: Head) -> None:
        """Keep a checkpoint. One that is there already isn't kept twice. Raises Retryable or Permanent."""

    async def kept(self) -> Sequence[str]:
        """Texts that hold the newest signed notes, as they stand there now. Raises Retryable or Permanent."""
