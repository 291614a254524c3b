"""What is seen of a run, and what it means: refused when asked for, noted while it goes on, the end of access when it ends."""

from datetime import datetime

from workflows.access import refusals
from workflows.access.decide_grant import ending
from workflows.access.events import Withdrawn
from workflows.access.runs import (
    RUN_FIELD,
    ReportRun,
    RunEnded,
    RunReadable,
    RunReading,
    RunUnreadable,
    SeenRun,
)
from workflows.access.state import Access
from workflows.workflow import Actor, Decision, NoChange, Refused

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


def report(state: Access, command: ReportRun, actor: Actor, now: datetime) -> Decision:
    """Daypass has looked at the run. Each change of what is seen is an event once."""
    if not actor.is_daypass:
        return refusals.NOT_YOURS_TO_REPORT
    if state.until_run is None or state.status not in ("pending", "scheduled", "active"):
        return NoChange()
    reading, run = command.reading, state.until_run.id
    if reading.is_over:
        return _over(state, reading, actor, now)
    if reading.status == "unreadable":
        seen_before = state.run_unseen_since is None
        return (RunUnreadable(run=run, reason=reading.why, at=now),) if seen_before else NoChange()
    return (RunReadable(run=run, at=now),) if state.run_unseen_since else NoChange()


def _over(state: Access, reading: RunReading, actor: Actor, now: datetime) -> Decision:
    assert state.until_run is not None
    ended = RunEnded(
        run=state.until_run.id,
        said=reading.said or "missing",
        run_ended_at=_plausible(state, reading.ended_at, now),
        at=now,
    )
    why = RUN_GONE if reading.status == "missing" else RUN_ENDED
    if state.status == "pending":
        return (ended, Withdrawn(at=now, why=why))
    return (ended, *ending(state, "run ended", actor.id, why, now))


def _plausible(state: Access, ended_at: datetime | None, now: datetime) -> datetime | None:
    """It was running when access was asked for, and has ended by now: another moment isn't true."""
    return ended_at if ended_at and state.asked_at <= ended_at <= now else None


def _refused(code: str, sentence: str) -> Refused:
    return Refused(code, sentence, fields={RUN_FIELD: sentence})
