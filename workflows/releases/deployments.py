"""Releases whose version waits elsewhere for a verdict, as a deployment of GitHub waits for its protection rules.

The approval is the release's move. A rejection, and how things stand, are effects of their own: told at least once, and
harmless twice.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Later, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool
from workflows.narrative import listed
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Directory, Permanent, Retryable
from workflows.releases.commands import ProposeRelease
from workflows.releases.events import (
    ApprovalVoided,
    Lapsed,
    Proposed,
    Rejected,
    ReleaseEvent,
    Superseded,
    Withdrawn,
)
from workflows.releases.state import KIND, Release
from workflows.text import one_line
from workflows.workflow import Effect, derived

ANSWERING = Pool("answering deployments", workers=2)
ANSWER_SECONDS = 120.0
REPORTS = 9
"""Status reports of one release, at most; GitHub takes ten for a deployment."""
MAX_NOTE_CHARS = 500


@dataclass(frozen=True)
class Deployable:
    """What can be deployed: its version, when its run's attempt began, what it is called, and where people see it."""

    version: str
    started_at: datetime
    title: str
    link: str


@dataclass(frozen=True)
class GitHubVerdict:
    """What somebody decided on GitHub: by login; `state` is GitHub's word."""

    who: str
    state: str
    comment: str


class Deployments(Protocol):
    """What waits for a verdict, and how it is given; all raise Retryable or Permanent."""

    async def report(self, terms: ReleaseTerms, version: str, sentence: str) -> None:
        """Say how things stand, where the deployment waits; nothing if it doesn't any more."""

    async def reject(self, terms: ReleaseTerms, version: str, sentence: str) -> None:
        """Refuse the deployment; nothing if it doesn't wait any more."""

    async def waiting(self, terms: ReleaseTerms) -> list[Deployable]:
        """What waits now."""

    async def of_run(self, terms: ReleaseTerms, run: int) -> Deployable | None:
        """What this run wants to deploy, if it waits."""

    async def of_version(self, terms: ReleaseTerms, version: str) -> Deployable | None:
        """What this version is of, whatever became of it."""

    async def verdicts(self, terms: ReleaseTerms, version: str) -> tuple[GitHubVerdict, ...]:
        """What was decided on GitHub itself."""


def proposal_of(terms: ReleaseTerms, found: Deployable) -> ProposeRelease:
    """The proposal of what waits. Always the same one, so whoever sees it again proposes nothing else."""
    note = f"{found.title} · {found.link}" if found.title else found.link
    return ProposeRelease(
        subject_of(terms, found), terms.service, found.version, one_line(note, MAX_NOTE_CHARS)
    )


def subject_of(terms: ReleaseTerms, found: Deployable) -> str:
    """The release of this attempt in this service."""
    return derived(KIND, found.started_at, terms.service, found.version)


def deployment_effects(state: Release, event: ReleaseEvent) -> tuple[Effect, ...]:
    """What GitHub is told when this happens, besides the approval; nothing about services that it doesn't deploy."""
    if state.terms.target.kind != "deployment":
        return ()
    match event:
        case Proposed():
            return (_effect(state, "report-deployment"),)
        case ApprovalVoided() if state.round < REPORTS:
            return (_effect(state, "report-deployment"),)
        case Rejected() | Lapsed() | Withdrawn() | Superseded():
            return (_effect(state, "reject-deployment"),)
        case _:
            return ()


def _effect(state: Release, kind: str) -> Effect:
    return Effect(kind, lock=f"{state.id}/deployment", priority=2)


def deployment_performers(deployments: Deployments | None, reads: Repository) -> dict[str, Performer]:
    """The performers of `report-deployment` and `reject-deployment`."""

    async def tell(effect: ClaimedEffect, state: Release) -> Result:
        try:
            if deployments is None:
                raise Permanent("GitHub isn't set up, so it can't be told.")
            answer = deployments.reject if effect.kind == "reject-deployment" else deployments.report
            await answer(state.terms, state.version, standing_of(state))
        except Retryable as error:
            return Later(str(error), pause=error.pause)
        except Permanent as error:
            return Later(str(error))
        return Done()

    performer = Performer(performed_on(Release, reads, tell), ANSWERING, ANSWER_SECONDS)
    return {"report-deployment": performer, "reject-deployment": performer}


def standing_of(state: Release) -> str:
    """How the release stands, for people on GitHub; at most some 300 characters, and nothing that people typed."""
    about = f"Daypass release {state.id}"
    match state.status:
        case "proposed" | "pending" | "approved":
            again = " An approval no longer counts, because something changed." if state.voided else ""
            return f"Waiting for approval in Slack.{again} {about}"
        case "rejected":
            return f"Rejected in Slack. {about}"
        case "lapsed":
            return f"Expired: no response. Run the job again to ask again. {about}"
        case "withdrawn":
            return f"Withdrawn in Slack. Run the job again to ask again. {about}"
        case "superseded":
            return f"Something else went live first. Run the job again to ask again. {about}"
        case _:
            return f"Approved in Slack. {about}"


def approval_of(state: Release, directory: Directory) -> str:
    """Who approved the release, for where people read what was done."""
    names = [directory.name_of(one.reviewer) for one in state.reviews if one.verdict == "approve"]
    by = f" by {listed(names)}" if names else ""
    return f"Approved in Slack{by}. Daypass release {state.id}"
