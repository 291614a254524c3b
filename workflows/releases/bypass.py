"""Deployments that GitHub let through although Daypass hadn't: found by comparing what each says.

Administrators may bypass protection rules unless the environment forbids it, and whoever has the App's key can answer in
its name.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.ledger.clockwork import PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.deployments import Deployments, GitHubVerdict, proposal_of, subject_of
from workflows.releases.performers import Targets
from workflows.releases.state import KIND, STANDING, Release
from workflows.system.alarms import alarm
from workflows.workflow import CLOCKWORK, Actor, World

log = logging.getLogger(__name__)

ALARM = "github-bypass"
SURFACE = "github"
MAX_VERDICTS = 5
PASSED = (*STANDING, "replaced")
"""Statuses of a release that Daypass let through."""


@dataclass
class DeploymentJobs:
    """Proposes what waits, in case a webhook was lost, and alarms about what was let through without Daypass."""

    ledger: Ledger
    reads: Repository
    deployments: Deployments | None
    targets: Targets
    world: Callable[[], World]
    every_seconds: float

    def jobs(self) -> tuple[PeriodicJob, ...]:
        """One job, if GitHub is set up."""
        if self.deployments is None:
            return ()
        return (PeriodicJob("watch deployments", self.run, at_least_every=self.every_seconds),)

    async def run(self) -> datetime | None:
        """One round over the services that GitHub deploys. What can't be asked now is asked next time."""
        for terms in self.world().bundle.services.values():
            if terms.target.kind == "deployment" and self.deployments is not None:
                try:
                    await self._propose(self.deployments, terms)
                    found = await bypassed(self.deployments, self.targets, self.reads, terms)
                except (Retryable, Permanent) as error:
                    log.warning("the deployments of %s can't be read: %s", terms.service, error)
                    continue
                await self.ledger.handle(alarm(f"{ALARM}:{terms.service}", found), CLOCKWORK, "clockwork")
        return None

    async def _propose(self, deployments: Deployments, terms: ReleaseTerms) -> None:
        for found in await deployments.waiting(terms):
            if await self.reads.find(Release, subject_of(terms, found)) is None:
                await self.ledger.handle(
                    proposal_of(terms, found), Actor.machine(terms.target.machine), SURFACE
                )


async def bypassed(
    deployments: Deployments, targets: Targets, reads: Repository, terms: ReleaseTerms
) -> str | None:
    """The alarm's sentence, if what GitHub deployed last was never approved here. Raises Retryable or Permanent."""
    live = await targets[terms.target.kind].live(terms)
    known = [
        one for one in await reads.in_status(Release, KIND, STANDING) if one.terms.service == terms.service
    ]
    if live is None or any(one.ought_to_be_live == live for one in known):
        return None
    found = await deployments.of_version(terms, live)
    state = await reads.find(Release, subject_of(terms, found)) if found else None
    if not is_bypass(state, bool(known)):
        return None
    return bypass_sentence(terms, live, state, await deployments.verdicts(terms, live))


def is_bypass(state: Release | None, stands: bool) -> bool:
    """Whether what is live, by this release if Daypass knows one, was let through without it.

    What was live before the service's first release was deployed before Daypass was asked.
    """
    if state is None:
        return stands
    return state.status not in PASSED and state.move is None


def bypass_sentence(
    terms: ReleaseTerms, live: str, state: Release | None, verdicts: Sequence[GitHubVerdict]
) -> str:
    """What happened, who says on GitHub that they did it, and what to do."""
    here = f"The release is {state.status} in Daypass" if state else "Daypass was never asked"
    by = ", ".join(f"{one.who} ({one.state})" for one in verdicts[:MAX_VERDICTS])
    names = f" On GitHub, this was decided by {by}." if by else ""
    return (
        f"GitHub deployed {live} of {terms.title} to {terms.target.environment} without Daypass's approval. {here}.{names} "
        "Check whether an administrator bypassed the protection rule, and turn off bypassing in the environment."
    )
