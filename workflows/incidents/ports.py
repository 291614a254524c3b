"""What incidents ask of the outside: where people meet, and who is called."""

from collections.abc import Mapping
from typing import Protocol

from workflows.incidents.state import Incident


class Room(Protocol):
    """Where people meet about an incident."""

    async def open(self, incident: Incident) -> str:
        """Make its channel, or find the one made already; its id. Raises Retryable or Permanent."""

    async def fill(
        self, incident: Incident, people: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Set the topic, invite, show the cards; who is in, and who can't be with Slack's word for why.

        Raises Retryable or Permanent.
        """

    async def post(self, incident: Incident, channel: str, name: str, text: str) -> None:
        """Post a message that is posted once under this name. Raises Retryable or Permanent."""

    async def read(self, incident: Incident, ts: str) -> tuple[str, str]:
        """Author and text of a message in its channel. Raises Retryable or Permanent."""

    async def review(self, incident: Incident) -> None:
        """Make the review document and put it where people meet. Raises Retryable or Permanent."""


class Caller(Protocol):
    """Calls a webhook of a playbook."""

    async def call(self, url: str, body: Mapping[str, object], key: str) -> None:
        """Signed; `key` is the same for every attempt. Raises Retryable or Permanent."""
