"""What was live before a release, with the bytes that it was approved with: what can be made live again."""

from datetime import datetime

from workflows.ledger.repository import Repository
from workflows.ports import Permanent
from workflows.releases.evidence import EarlierLive, Evidence, Registries, Registry
from workflows.releases.state import KIND, STANDING, Release

MAX_EARLIER = 20
"""Versions that can be chosen to roll back to, besides the one before."""


async def with_earlier(
    registries: Registries, reads: Repository, state: Release, evidence: Evidence
) -> Evidence:
    """The evidence with what is live now and was before, and by which bytes; once, when it is first read.

    What Daypass made live has the digest that it was approved with, anything else the one that it has now. Raises
    Retryable.
    """
    if state.evidence is not None or evidence.live is None:
        return evidence
    standing = await reads.in_status(Release, KIND, STANDING)
    made = [one for one in standing if _made_live(one, state, evidence)]
    known = max(made, key=lambda one: one.moved_at or one.proposed_at, default=None)
    if known:
        own = known.evidence.candidate if known.evidence and known.status != "rolled back" else None
        update = {
            "live_digest": known.digest_that_ought_to_be_live,
            "earlier": earlier_than(known, state),
            "before": own,
        }
        return evidence.model_copy(update=update)
    digest = await digest_now(
        registries[state.terms.source], state.terms.model, evidence.live, state.proposed_at
    )
    return evidence.model_copy(update={"live_digest": digest})


def earlier_than(known: Release, state: Release) -> tuple[EarlierLive, ...]:
    """What was live before `known` made the live version so, the newest first and each version once.

    What was rolled back isn't among it, nor what `state` would make live.
    """
    since = known.live_at or known.proposed_at
    own = EarlierLive(
        version=known.version, digest=known.artifact_digest, release=known.id, since=since, by=known.requester
    )
    chain = known.earlier if known.status == "rolled back" else (own, *known.earlier)
    fitting: dict[str, EarlierLive] = {}
    for one in chain:
        if one.digest and one.version != state.version:
            fitting.setdefault(one.version, one)
    return tuple(fitting.values())[:MAX_EARLIER]


async def digest_now(registry: Registry, model: str, version: str, since: datetime) -> str:
    """The digest of the version's bytes; empty if they can't be read. Raises Retryable."""
    try:
        return (await registry.artifact(model, version, since)).digest
    except Permanent:
        return ""


def _made_live(earlier: Release, state: Release, evidence: Evidence) -> bool:
    same = (earlier.terms.service, earlier.terms.model) == (state.terms.service, state.terms.model)
    return same and earlier.ought_to_be_live == evidence.live and bool(earlier.digest_that_ought_to_be_live)
