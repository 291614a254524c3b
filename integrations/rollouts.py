"""A rollout of Flagger or Argo Rollouts as a release's target: the cluster asks, and goes on by itself.

Daypass calls nothing in the cluster. What is live is what the service says, read as for a webhook's target.
"""

import httpx2

from integrations.webhook import read_live
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Retryable
from workflows.releases.performers import is_there


class RolloutTarget:
    """The `Target` of services that a cluster rolls out."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def live(self, terms: ReleaseTerms) -> str | None:
        """What the service says is live. Raises Retryable or Permanent."""
        return await read_live(self._client, terms.target.read)

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        """Return once the cluster has gone on; from the intent on it hears that it may."""
        found = await self.live(terms)
        if is_there(found, expected, to):
            return
        raise Retryable(
            f"{terms.target.rollout} may go on, and {found or 'nothing'} is still live. Daypass looks again."
        )
