"""The stages before: what is live in the services that a version has to go through first, and since when."""

from collections.abc import Iterable, Sequence

from workflows.ledger.repository import Repository
from workflows.policy.schema.gates import GateTerms
from workflows.releases.evidence import EarlierStage, Evidence
from workflows.releases.gates.gate import all_passed
from workflows.releases.state import KIND, STANDING, Release


async def with_stages(reads: Repository, gates: Sequence[GateTerms], evidence: Evidence) -> Evidence:
    """The evidence with the stages that these gates ask about, the earliest first."""
    asked = [gate.earlier for gate in gates if gate.earlier]
    if not asked:
        return evidence
    standing = await reads.in_status(Release, KIND, STANDING)
    lines = [one for service in asked for one in line_to(service, standing)]
    return evidence.model_copy(update={"stages": tuple({one.service: one for one in lines}.values())})


def line_to(service: str, standing: Iterable[Release]) -> tuple[EarlierStage, ...]:
    """What Daypass made live there last, after the stages that it had gone through itself; empty if there is nothing."""
    released = [one for one in standing if one.terms.service == service and one.live_at is not None]
    last = max(released, key=lambda one: one.moved_at or one.proposed_at, default=None)
    if last is None:
        return ()
    before = last.evidence.stages if last.evidence else ()
    since = last.moved_at or last.live_at
    assert since is not None
    stage = EarlierStage(
        service=service,
        environment=last.terms.environment,
        release=last.id,
        version=last.ought_to_be_live or "",
        digest=last.digest_that_ought_to_be_live,
        since=since,
        trouble=_trouble(last),
    )
    return (*before, stage)


def _trouble(release: Release) -> str:
    """Why what is live there can't be gone by; a sentence, empty if it can."""
    service, version = release.terms.service, release.version
    if release.status in ("rolling back", "rolled back"):
        return f"Version {version} was rolled back in {service}."
    if release.drifted or release.swapped:
        return f"What is live in {service} isn't what was approved."
    if release.unread:
        return f"What is live in {service} can't be read."
    if release.terms.checks is None or (release.status == "evaluated" and all_passed(release.checks)):
        return ""
    checks = f"The post-release checks of version {version} in {service}"
    return f"{checks} failed." if release.checks else f"{checks} haven't run yet."
