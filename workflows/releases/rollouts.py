"""Releases that a cluster rolls out: it asks again and again whether it may go on, and Daypass answers.

A release is of one ask: its id is derived from the cluster, the rollout, the checksum of its configuration, the service,
the version and the attempt. With another of these it is another ask, and what was approved for one is nothing to the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from workflows.policy.terms.releases import ReleaseTerms
from workflows.releases.commands import ProposeRelease
from workflows.releases.exceptions.standing import is_excepted
from workflows.releases.gates.freeze import FREEZE, explained, freeze_at
from workflows.releases.objection import objection
from workflows.releases.state import KIND, Release
from workflows.workflow import World, derived

SAME_CAUSE_CHARS = 16
"""The last characters of an id that are the same for the same ask, whenever it was first heard."""
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
Verdict = Literal["approved", "waiting", "refused"]


@dataclass(frozen=True)
class Ask:
    """What a cluster wants to go on with; `rollout` is its namespace and name, as `test/podinfo`."""

    cluster: str
    rollout: str
    checksum: str
    service: str
    version: str
    attempt: str = ""

    def subject(self, at: datetime) -> str:
        """The release of this ask, if it is first heard now."""
        words = ("rollout", self.cluster, self.rollout, self.checksum, self.service, self.version)
        return derived(KIND, at, *words, self.attempt)

    @property
    def mark(self) -> str:
        """The end of the id of each release of this ask."""
        return self.subject(_ANY_TIME)[-SAME_CAUSE_CHARS:]


@dataclass(frozen=True)
class Answer:
    """What the cluster hears, and a sentence for people who read its events."""

    verdict: Verdict
    sentence: str


def belongs(ask: Ask, terms: ReleaseTerms | None) -> bool:
    """Whether the service is rolled out there."""
    if terms is None or terms.target.kind != "rollout":
        return False
    return (terms.target.cluster, terms.target.rollout) == (ask.cluster, ask.rollout)


def proposal_of(ask: Ask, at: datetime) -> ProposeRelease:
    """The proposal of what the cluster asks for."""
    note = f"{ask.rollout} in {ask.cluster}, configuration {ask.checksum}"
    return ProposeRelease(ask.subject(at), ask.service, ask.version, note)


def key_of(ask: Ask, standing: Sequence[Release], policy: str) -> str:
    """By what a proposal is decided once: under this policy, while this is live, however often the cluster asks."""
    known = [one.id for one in standing if one.terms.service == ask.service]
    return f"rollout/{ask.mark}/{max(known, default='')}/{policy[:16]}"


def answer_to(state: Release | None) -> Answer:
    """What follows from the release alone; None: it was refused when it was proposed."""
    if state is None:
        return Answer("refused", "The policy doesn't let this cluster propose the version.")
    about = f"Daypass release {state.id}"
    match state.status:
        case "proposed" | "pending" | "approved" if state.move is None:
            return Answer("waiting", f"Waiting for approval in Slack. {about}")
        case "approved" | "live" | "evaluated":
            return Answer("approved", f"Approved in Slack. {about}")
        case _:
            return Answer("refused", f"{state.status.capitalize()} in Slack. {about}")


def stopped(state: Release, world: World, now: datetime, incidents: Sequence[str]) -> str | None:
    """Why an approved release mustn't go on just now; None if it may. What is live already isn't stopped."""
    if state.move is None:
        return None
    if why := objection(state, world):
        return why
    if not any(gate.kind == FREEZE.name for gate in state.terms.gates):
        return None
    if _excepted(state, world, now, incidents):
        return None
    if incidents:
        return f"Releases are stopped by incident {', '.join(incidents[:5])}."
    freeze = freeze_at(state.terms.freezes, now)
    return explained(freeze) if freeze else None


def _excepted(state: Release, world: World, now: datetime, incidents: Sequence[str]) -> bool:
    """Whether it was approved with an exception from just what stops releases now."""
    if state.evidence is None:
        return False
    evidence = state.evidence.model_copy(update={"frozen": tuple(incidents)})
    seen = state.model_copy(update={"evidence": evidence})
    return is_excepted(seen, FREEZE.name, world.directory, now)
