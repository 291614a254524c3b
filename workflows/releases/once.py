"""What can happen to a release only once, held up by the database."""

from workflows.releases.events import Attested, ReleaseEvent, Reviewed, WentLive
from workflows.releases.state import Release


def once(state: Release, event: ReleaseEvent) -> tuple[str, ...]:
    """Keys that the database lets stand once: one review a person and round, one going live a release."""
    match event:
        case Reviewed(reviewer=reviewer, round=number):
            again = state.taken_back.count(reviewer)
            return (f"{state.id}/review/{number}/{again}/{reviewer}",)
        case WentLive():
            return (f"{state.id}/live",)
        case Attested():
            return (f"{state.id}/attested",)
        case _:
            return ()
