"""Why nothing is moved for a release, although its events bear it out."""

from workflows.releases.state import Release
from workflows.workflow import World


def objection(state: Release, world: World) -> str | None:
    """Why nothing is moved for a release that its events bear out; None if it may be.

    Its terms are only what its first event claims: where a version is made live is what the bundle in force says.
    """
    now, then = world.bundle.services.get(state.terms.service), state.terms
    if now is not None and (now.model, now.target) == (then.model, then.target):
        return None
    return (
        f"The policy no longer releases {then.title} there, so nothing was moved. Move it by hand if it must be, or "
        "propose the release again."
    )
