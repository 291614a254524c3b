"""Why nothing is moved for a release, although its events bear it out."""

from workflows.policy.fields import stronger
from workflows.policy.terms.releases import ReleaseTerms
from workflows.releases.state import Release
from workflows.workflow import World


def objection(state: Release, world: World) -> str | None:
    """Why nothing is moved for a release that its events bear out; None if it may be.

    Its terms are only what its first event claims: where a version is made live is what the bundle in force says.
    """
    now, then = world.bundle.services.get(state.terms.service), state.terms
    if now is not None and (now.model, now.target) == (then.model, then.target):
        return _too_weak(state, now)
    return (
        f"The policy no longer releases {then.title} there, so nothing was changed. Propose the release again, or make the "
        "change by hand."
    )


def _too_weak(state: Release, now: ReleaseTerms) -> str | None:
    """Why its approvals don't suffice for the bundle in force, before it is first made live; the way back is never barred."""
    first = state.move is not None and state.move.why == "release"
    if not first or stronger(state.terms.assurance, now.assurance) == state.terms.assurance:
        return None
    return f"Releases of {state.terms.title} now need stronger approvals, so nothing was changed. Propose the release again."
