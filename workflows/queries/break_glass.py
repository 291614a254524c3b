"""Access that was taken without approval lately, with where its review is: what auditors go through."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.access.break_glass.state import REVIEW
from workflows.access.state import KIND, Access
from workflows.ledger.repository import Repository
from workflows.queries.queries import Queries
from workflows.queries.search_request import SearchRequest
from workflows.queries.visibility import Viewer

TAKEN = "access.break-glass-taken"
MOST_LISTED = 200


@dataclass(frozen=True)
class TakenList:
    """Newest first. All that has no review is in it, however old; it is `whole` if the rest is, too."""

    found: tuple[Access, ...]
    whole: bool

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are by the verdict of their review, such as `unreviewed`."""
        return Counter(one.break_glass.verdict for one in self.found if one.break_glass)

    @property
    def by_person(self) -> Mapping[str, int]:
        """How many each has taken, most first."""
        return dict(Counter(one.owner for one in self.found).most_common())


async def taken_without_approval(
    queries: Queries, reads: Repository, by: Viewer, since: datetime
) -> TakenList:
    """What of it they may see: all that has no review, and what was taken since then."""
    waiting = await reads.awaiting(Access, KIND, REVIEW)
    results = await queries.search(by, SearchRequest(action=TAKEN, since=since), None, MOST_LISTED)
    unreviewed = [one for one in waiting if await queries.find(by, Access, one.id)]
    known = {one.id: one for one in (*results.about.values(), *unreviewed) if isinstance(one, Access)}
    newest = sorted(known.values(), key=_taken_at, reverse=True)
    return TakenList(tuple(newest), results.next is None)


def _taken_at(state: Access) -> datetime:
    return state.break_glass.taken_at if state.break_glass else state.asked_at
