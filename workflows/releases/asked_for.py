"""What is asked before somebody who isn't a person proposes a release: whether the version is there, and proposed already."""

from workflows.ledger.repository import Repository
from workflows.policy.terms.releases import ReleaseTerms
from workflows.policy.version_names import VERSION
from workflows.releases.evidence import Registries
from workflows.releases.performers import order_of
from workflows.releases.state import KIND, OPEN, Release


async def is_known(registries: Registries, terms: ReleaseTerms, version: str) -> bool:
    """Whether the service's source knows the version; its bytes aren't read. Raises Retryable or Permanent."""
    if not VERSION.fullmatch(version):
        return False
    found = await registries[terms.source].read(order_of(terms, version, (), None), None)
    return found.candidate is not None


async def open_release(reads: Repository, service: str, version: str) -> Release | None:
    """The release of this version that isn't settled yet."""
    found = await reads.in_status(Release, KIND, OPEN)
    return next((one for one in found if (one.terms.service, one.version) == (service, version)), None)
