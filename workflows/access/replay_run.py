"""Could this have been seen of a run with which access ends?"""

from workflows.access.runs import RunEnded, RunReadable, RunUnreadable
from workflows.access.state import Access
from workflows.audit.possibility import Judges, Past, Why
from workflows.workflow import Occurred, unmet


def _seen(state: Access, now: Occurred, run: str) -> Why:
    return unmet(
        (state.until_run is not None and state.until_run.id == run, "it doesn't end with this run"),
        (state.status in ("pending", "scheduled", "active"), f"it was {state.status} already"),
        (now.actor.is_daypass, "someone else than Daypass watched the run"),
    )


def _ended(state: Access, past: Past, now: Occurred, event: RunEnded) -> Why:
    at = event.run_ended_at
    return _seen(state, now, event.run) or unmet(
        (at is None or state.asked_at <= at <= now.at, "the run ended at an impossible time"),
    )


def _unreadable(state: Access, past: Past, now: Occurred, event: RunUnreadable) -> Why:
    return _seen(state, now, event.run) or unmet(
        (state.run_unseen_since is None, "it couldn't be seen before"),
    )


def _readable(state: Access, past: Past, now: Occurred, event: RunReadable) -> Why:
    return _seen(state, now, event.run) or unmet(
        (state.run_unseen_since is not None, "it could be seen before"),
    )


JUDGES: Judges = {RunEnded: _ended, RunUnreadable: _unreadable, RunReadable: _readable}
