"""What is seen of a run with which access ends: refused when asked for, noted while it goes on, the end when it ends."""

from datetime import datetime

from workflows.access.ends_with import EndsWith
from workflows.access.runs import RUN_FIELD, RunEnded, RunReadable, RunReading, RunUnreadable, SeenRun
from workflows.access.state import Access
from workflows.workflow import Refused

RUN_ENDED = "Its run ended."
RUN_GONE = "Its run no longer exists."


def run_refusal(seen: SeenRun | None) -> Refused | None:
    """Why access can't end with this run; None if the run goes on, or none is named."""
    match seen.reading if seen else None:
        case None | RunReading(status="running"):
            return None
        case RunReading(status="missing"):
            return _refused("no-run", "This run doesn't exist. Check its id, or leave it out.")
        case RunReading(status="over", said=said):
            sentence = f"This run isn't running: it is {said}. Name one that is, or leave it out."
            return _refused("run-over", sentence)
        case RunReading(why=why):
            return _refused(
                "run-unreadable", f"The run can't be seen: {why} Try again, or leave the run out."
            )


def _refused(code: str, sentence: str) -> Refused:
    return Refused(code, sentence, fields={RUN_FIELD: sentence})


def _run(state: Access) -> str:
    assert state.until_run is not None
    return state.until_run.id


def _ended(state: Access, reading: RunReading, now: datetime) -> RunEnded:
    return RunEnded(
        run=_run(state),
        said=reading.said or "missing",
        run_ended_at=_plausible(state, reading.ended_at, now),
        at=now,
    )


def _plausible(state: Access, ended_at: datetime | None, now: datetime) -> datetime | None:
    """It was running when access was asked for, and has ended by now: another moment isn't true."""
    return ended_at if ended_at and state.asked_at <= ended_at <= now else None


WITH_RUN: EndsWith[RunReading] = EndsWith(
    word="run",
    how="run ended",
    while_in=("pending", "scheduled", "active"),
    is_named=lambda state: state.until_run is not None,
    unseen_since=lambda state: state.run_unseen_since,
    ended=_ended,
    unreadable=lambda state, why, now: RunUnreadable(run=_run(state), reason=why, at=now),
    readable=lambda state, now: RunReadable(run=_run(state), at=now),
    why=lambda reading: RUN_GONE if reading.status == "missing" else RUN_ENDED,
)
