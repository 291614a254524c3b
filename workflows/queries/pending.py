"""All that waits for approval now, of every workflow that is decided in stages."""

from workflows.access.state import KIND as ACCESS
from workflows.access.state import Access
from workflows.ledger.repository import Repository
from workflows.releases.state import KIND as RELEASES
from workflows.releases.state import Release


async def pending(reads: Repository) -> list[Access | Release]:
    """Requests and releases that are pending, each oldest first."""
    return [
        *await reads.in_status(Access, ACCESS, ["pending"]),
        *await reads.in_status(Release, RELEASES, ["pending"]),
    ]
