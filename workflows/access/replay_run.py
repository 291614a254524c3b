"""Could this have been seen of a run with which access ends?"""

from workflows.access.decide_run import WITH_RUN
from workflows.access.ends_with import impossible_change, impossible_report
from workflows.access.runs import RunEnded, RunReadable, RunUnreadable
from workflows.access.state import Access
from workflows.audit.possibility import Judges, Past, Why
from workflows.workflow import Occurred, unmet


def _of_its_run(state: Access, run: str) -> Why:
    its = state.until_run is not None and state.until_run.id == run
    return unmet((its, "it doesn't end with this run"))


def _ended(state: Access, past: Past, now: Occurred, event: RunEnded) -> Why:
    at = event.run_ended_at
    return (
        _of_its_run(state, event.run)
        or impossible_report(WITH_RUN, state, now)
        or unmet((at is None or state.asked_at <= at <= now.at, "the run ended at an impossible time"))
    )


def _unreadable(state: Access, past: Past, now: Occurred, event: RunUnreadable) -> Why:
    change = impossible_change(WITH_RUN, state, now, to_unseen=True)
    return _of_its_run(state, event.run) or change


def _readable(state: Access, past: Past, now: Occurred, event: RunReadable) -> Why:
    change = impossible_change(WITH_RUN, state, now, to_unseen=False)
    return _of_its_run(state, event.run) or change


JUDGES: Judges = {RunEnded: _ended, RunUnreadable: _unreadable, RunReadable: _readable}
