"""What others have to know of incidents: which are open on a service, which stop its releases, which are private.

Private ones and drills are no concern of other workflows.
"""

from workflows.incidents.state import EVERY, KIND, OPEN, Incident
from workflows.ledger.repository import Repository


async def private_subjects(reads: Repository) -> frozenset[str]:
    """Private incidents, and the access given for them: what only their members may hear of."""
    private = [one for one in await reads.in_status(Incident, KIND, EVERY) if one.private]
    return frozenset(id for one in private for id in (one.id, *(access.id for access in one.accesses)))


class OpenIncidents:
    """Read anew at every question."""

    def __init__(self, reads: Repository) -> None:
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
