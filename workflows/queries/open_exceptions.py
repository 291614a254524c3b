"""What isn't as it should be at this moment, each with since when and the subject whose events say so. Nothing private."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.access.break_glass.state import REVIEW
from workflows.access.state import KIND as ACCESS
from workflows.access.state import STANDING, Access
from workflows.access.views import CONFIRMED_WITHIN, troubled, works_until
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.releases.exceptions.standing import exceptions_in_use
from workflows.releases.exceptions.state import AWAITED
from workflows.releases.state import KIND as RELEASES
from workflows.releases.state import OPEN as UNDECIDED
from workflows.releases.state import Release
from workflows.system.access_reviews.state import KIND as REVIEWS
from workflows.system.access_reviews.state import AccessReview
from workflows.system.alarms import KIND as ALARMS
from workflows.system.alarms import Alarm
from workflows.system.control_tests.state import KIND as CONTROL_TESTS
from workflows.system.control_tests.state import ControlTest
from workflows.system.departures.state import KIND as DEPARTURES
from workflows.system.departures.state import OPEN as OPEN_DEPARTURES
from workflows.system.departures.state import Departure
from workflows.system.stops.state import KIND as STOPS
from workflows.system.stops.state import Stop
from workflows.workflow import State

CONTROL_TEST_ALARM = "control-test:"
END_STARTED = "access.grant-end-started"


@dataclass(frozen=True)
class OpenException:
    """`kind` is what it is, in two or three words; `what` says which one, as a sentence without its full stop."""

    kind: str
    what: str
    since: datetime
    subject: str


async def open_exceptions(reads: Repository, directory: Directory, now: datetime) -> list[OpenException]:
    """Everything that stands open now, the oldest first."""
    states: list[State] = [
        *await reads.in_status(Access, ACCESS, STANDING),
        *await reads.awaiting(Access, ACCESS, REVIEW),
        *await reads.in_status(Release, RELEASES, UNDECIDED),
        *await reads.awaiting(Release, RELEASES, AWAITED),
        *await reads.in_status(ControlTest, CONTROL_TESTS, ("running", "failed", "interrupted")),
        *await reads.in_status(Alarm, ALARMS, ("raised",)),
        *await reads.in_status(Departure, DEPARTURES, OPEN_DEPARTURES),
        *await reads.in_status(Stop, STOPS, ("stopping",)),
        *await reads.in_status(AccessReview, REVIEWS, ("open",)),
    ]
    ending = [one.id for one in states if isinstance(one, Access) and one.status == "ending"]
    began = {subject: await _end_began(reads, subject) for subject in ending}
    return exceptions_among(states, {one: at for one, at in began.items() if at}, directory, now)


async def _end_began(reads: Repository, subject: str) -> datetime | None:
    """When its end began, which may be before its time."""
    story = await reads.story(subject)
    return next((one.at for one in reversed(story) if one.action == END_STARTED), None)


def exceptions_among(
    states: Iterable[State], began: Mapping[str, datetime], directory: Directory, now: datetime
) -> list[OpenException]:
    """What of these stands open at this moment, the oldest first. `began` has when the ends of access began."""
    known = {one.id: one for one in states if one.scope is None}
    found = [each for one in known.values() for each in _of(one, began, directory, now)]
    return sorted(found, key=lambda one: (one.since, one.subject, one.kind))


def _of(
    state: State, began: Mapping[str, datetime], directory: Directory, now: datetime
) -> Iterator[OpenException]:
    match state:
        case Access():
            yield from _of_access(state, began, directory, now)
        case Release():
            yield from _of_release(state, now)
        case ControlTest(status="failed" | "interrupted" as status, finished_at=datetime() as at):
            kind = "Control test failed" if status == "failed" else "Control test not finished"
            yield OpenException(kind, f"{state.title}. {state.found}", at, state.id)
        case Alarm() if not state.key.startswith(CONTROL_TEST_ALARM):
            yield OpenException("Alarm", state.sentence, state.raised_at, state.id)
        case Departure():
            waits = "an operator has to decide" if state.status == "held" else "the end isn't confirmed"
            what = f"Access of {len(state.people)} people who left: {waits}"
            yield OpenException("Departure open", what, state.at, state.id)
        case Stop():
            what = f"{state.count('stopping')} of {len(state.endings)} ends aren't confirmed"
            yield OpenException("Emergency stop open", what, state.at, state.id)
        case AccessReview() if now >= state.due_at:
            yield OpenException("Access review overdue", state.terms.title, state.due_at, state.id)


def _of_release(state: Release, now: datetime) -> Iterator[OpenException]:
    """By which gates it may fail: until its review, once it is live."""
    used, review = exceptions_in_use(state), state.exception_review
    if not used:
        return
    what = f"{state.terms.title} {state.version}: {', '.join(used)}"
    since = min(one.at for one in used.values())
    if state.status in UNDECIDED:
        yield OpenException("Release exception", what, since, state.id)
    elif review and review.is_open:
        late = " (overdue)" if now >= review.due_at else ""
        yield OpenException("Release exception not reviewed", f"{what}{late}", since, state.id)


def _of_access(
    state: Access, began: Mapping[str, datetime], directory: Directory, now: datetime
) -> Iterator[OpenException]:
    what = f"{directory.name_of(state.requester)}: {state.terms.title}"
    if state.grant and state.status == "ending":
        since = began.get(state.id, state.grant.ends_at)
        if until := works_until(state):
            still = f"{what}, works until {until:%Y-%m-%d %H:%M} UTC"
            yield OpenException("Can't be revoked", still, since, state.id)
        elif troubled(state) or now >= since + CONFIRMED_WITHIN:
            yield OpenException("End not confirmed", what, since, state.id)
    if state.awaits == REVIEW and state.break_glass:
        late = " (overdue)" if now >= state.break_glass.review_by else ""
        yield OpenException("Break-glass not reviewed", f"{what}{late}", state.asked_at, state.id)
