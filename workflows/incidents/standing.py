"""What other workflows have to know of incidents: which are open on a service, and which stop its releases.

Private ones and drills are no concern of theirs.
"""

from workflows.incidents.model import KIND, OPEN, Incident
from workflows.reads import Reads


class OpenIncidents:
    """Read anew at every question."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def on(self, service: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Open ones on it as `severity number`; and the numbers of those that stop its releases."""
        found = [
            one
            for one in await self._reads.in_status(Incident, KIND, OPEN)
            if not one.private and not one.drill
        ]
        wrong = tuple(f"{one.severity} {one.number}" for one in found if one.service == service)
        return wrong, tuple(one.number for one in found if service in one.frozen)
