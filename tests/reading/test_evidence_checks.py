"""What each check of an evidence pack counts as an exception, on histories that are made by hand."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.builders import MONDAY
from tests.people import ADA, GRACE
from workflows.access.credentials import Credential
from workflows.access.state import Access, Grant
from workflows.access.state import Review as AccessVerdict
from workflows.incidents.state import FollowUp, Incident
from workflows.narrative import LoggedEvent
from workflows.queries.evidence.checks import CHECKS
from workflows.queries.evidence.checks.check import Found
from workflows.queries.evidence.history import History
from workflows.queries.evidence.period import Period
from workflows.releases.state import Release
from workflows.releases.state import Review as ReleaseVerdict
from workflows.system.access_reviews.removals import Removal, Removals
from workflows.system.alarms import Alarm
from workflows.system.control_tests.state import ControlTest
from workflows.system.departures.state import Departure
from workflows.system.stops.state import Ending, Stop
from workflows.workflow import State, World

PERIOD = Period(MONDAY.date(), MONDAY.date() + timedelta(days=6))
MIDDLE = PERIOD.starts + timedelta(days=3)
LATER = PERIOD.ends + timedelta(days=1)
HOUR = timedelta(hours=1)
TERMS = SimpleNamespace(title="the warehouse", assurance="passkey", entitlement="warehouse")


@pytest.fixture
def found(world: World) -> Any:
    def run(check: str, *states: State, events: Any = (), **more: Any) -> Found:
        logged = tuple(
            LoggedEvent(at, GRACE, "slack", action, facts, {}, subject, index=n)
            for n, (at, action, subject, facts) in enumerate(events)
        )
        given = {"checkpoints": (), "signed_before": None, "at": LATER, **more}
        history = History(
            period=PERIOD,
            events=logged,
            states={one.id: one for one in states},
            late_after=timedelta(minutes=5),
            directory=world.directory,
            sentence=lambda event: event.action,
            **given,
        )
        return CHECKS[check].run(history)

    return run


def access(ends: datetime, ended: datetime | None, how: str | None = "expired", **more: Any) -> Access:
    status = "ended" if ended else "ending"
    grant = Grant(status=status, starts_at=ends - HOUR, ends_at=ends, how=how, ended_at=ended, started=True)
    return Access.model_construct(
        id="acc_1", owner=ADA, status=status, terms=TERMS, grant=grant, credentials=(), **more
    )


class TestEndsOnTime:
    MINUTES = timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("ends", "ended", "looked_at", "late"),
        [
            (MIDDLE, MIDDLE + 5 * MINUTES, 1, 0),
            (MIDDLE, MIDDLE + 5 * MINUTES + timedelta(seconds=1), 1, 1),
            (MIDDLE, None, 1, 1),
            (PERIOD.ends - MINUTES, PERIOD.ends + MINUTES, 1, 0),
            (PERIOD.ends - 6 * MINUTES, PERIOD.ends + MINUTES, 1, 1),
            (PERIOD.starts - HOUR, PERIOD.starts + HOUR, 1, 1),
            (PERIOD.starts - HOUR, PERIOD.starts - MINUTES, 0, 0),
            (PERIOD.ends + HOUR, PERIOD.ends + HOUR, 0, 0),
        ],
        ids=[
            "just in time", "a second late", "never", "over the end", "late over the end", "from before", "before", "after",
        ],
    )  # fmt: skip
    def test_is_judged_as_the_figures_judge_it(self, found, ends, ended, looked_at, late) -> None:
        events = [(ended, "access.grant-ended", "acc_1", {})] if ended and PERIOD.has(ended) else []
        result = found("grants-end-on-time", access(ends, ended), events=events)
        assert (len(result.population), len(result.exceptions)) == (looked_at, late)

    def test_while_the_period_goes_on_what_ends_later_isnt_late(self, found) -> None:
        going = access(MIDDLE, None, None)
        assert found("grants-end-on-time", going, at=MIDDLE - HOUR).population == ()
        assert len(found("grants-end-on-time", going, at=MIDDLE + HOUR).exceptions) == 1

    def test_what_was_revoked_is_judged_by_its_confirmation(self, found) -> None:
        events = [(MIDDLE, "access.grant-end-started", "acc_1", {"how": "revoked"})]
        for state, open_still in (
            (access(MIDDLE + HOUR, None, "revoked"), 1),
            (access(MIDDLE + HOUR, MIDDLE, "revoked"), 0),
        ):
            result = found("revocations-confirmed", state, events=events)
            assert (result.population, len(result.exceptions)) == (("acc_1",), open_still)
            assert found("grants-end-on-time", state).population == ()


class TestCredentials:
    @pytest.mark.parametrize(("beyond", "exceptions"), [(0, 0), (1, 0), (2, 1)])
    def test_that_outlive_their_grant(self, found, beyond: int, exceptions: int) -> None:
        credential = Credential(
            id="c",
            status="live",
            asked_at=MIDDLE,
            accessor="a",
            expires_at=MIDDLE + timedelta(seconds=beyond),
        )
        state = access(MIDDLE, None).model_copy(update={"credentials": (credential,)})
        events = [(MIDDLE, "access.credential-minted", "acc_1", {})]
        assert len(found("credentials-short-lived", state, events=events).exceptions) == exceptions

    def test_unsigned_approvals_are_exceptions_where_a_passkey_is_asked_for(self, found) -> None:
        events = [(MIDDLE, "access.granted", "acc_1", {})]
        for signed, exceptions in ((True, 0), (False, 1)):
            verdict = AccessVerdict(reviewer=GRACE, verdict="approve", at=MIDDLE, signed=signed)
            state = access(MIDDLE, None).model_copy(update={"reviews": (verdict,)})
            result = found("approvals-signed", state, events=events)
            assert (result.population, len(result.exceptions)) == (("acc_1",), exceptions)

    def test_and_so_they_are_of_releases(self, found) -> None:
        events = [(MIDDLE, "release.approved", "rel_1", {})]
        for signed, exceptions in ((True, 0), (False, 1)):
            verdict = ReleaseVerdict(reviewer=GRACE, verdict="approve", at=MIDDLE, digest="d", signed=signed)
            state = Release.model_construct(id="rel_1", version="7", terms=TERMS, reviews=(verdict,))
            result = found("approvals-signed", state, events=events)
            assert (result.population, len(result.exceptions)) == (("rel_1",), exceptions)


def of_each_kind(done: bool) -> dict[str, tuple[State, str]]:
    """A subject for each check that asks whether something came to its end, with the event that began it."""
    end = MIDDLE if done else None
    removal = Removal(person=ADA, entitlement="warehouse", by=GRACE, at=MIDDLE, revoked=done)
    follow_up = FollowUp(id="f", what="more", owner=ADA, due=MIDDLE.date(), done=done)
    reviews = (SimpleNamespace(verdict="approve"),) if done else ()
    return {
        "removals-revoked": (
            Removals.model_construct(id="removals_1", title="Review", removals=(removal,)),
            "access-removal.removed",
        ),
        "leavers-lose-access": (
            Departure.model_construct(
                id="dep_1", status="over" if done else "ending", people=(ADA,), at=MIDDLE
            ),
            "departure.reported",
        ),
        "stops-confirmed": (
            Stop.model_construct(
                id="stop_1", at=MIDDLE, confirmed_at=end, endings=(Ending(request="acc_1"),)
            ),
            "stop.pressed",
        ),
        "incidents-reviewed": (
            Incident.model_construct(
                id="inc_1", status="reviewed", severity="sev2", drill=False, follow_ups=(follow_up,)
            ),
            "incident.declared",
        ),
        "releases-approved": (
            Release.model_construct(id="rel_1", version="7", terms=TERMS, reviews=reviews),
            "release.went-live",
        ),
    }


@pytest.mark.parametrize("check", of_each_kind(True))
def test_what_isnt_done_is_an_exception_and_what_is_isnt(found, check: str) -> None:
    for done in (True, False):
        state, action = of_each_kind(done)[check]
        result = found(check, state, events=[(MIDDLE, action, state.id, {})])
        assert (result.population, len(result.exceptions)) == ((state.id,), 0 if done else 1)


def test_every_alarm_is_listed(found) -> None:
    alarm = Alarm.model_construct(
        id="alm_1", status="cleared", sentence="Vault is away.", raised_at=MIDDLE, cleared_at=LATER
    )
    (one,) = found("alarms-handled", alarm, events=[(MIDDLE, "alarm.raised", "alm_1", {})]).exceptions
    assert one.sentence.startswith("Vault is away. (until ")


@pytest.mark.parametrize(
    ("before", "made", "gaps"),
    [
        (None, (), 0),
        (None, tuple(PERIOD.starts + n * HOUR for n in range(7 * 24)), 0),
        (None, tuple(PERIOD.starts + n * HOUR for n in range(7 * 24) if n != 50), 1),
        (PERIOD.starts - HOUR, (), 1),
        (PERIOD.starts - 2 * HOUR, tuple(PERIOD.starts + n * HOUR for n in range(7 * 24)), 1),
        (None, (PERIOD.starts,), 1),
    ],
    ids=["no log yet", "each hour", "one missing", "none at all", "before it", "only the first"],
)
def test_a_gap_between_checkpoints_is_an_exception(found, before, made, gaps) -> None:
    assert len(found("log-signed", checkpoints=made, signed_before=before).exceptions) == gaps


def test_runs_of_control_tests_that_did_not_pass_are_exceptions(found: Any) -> None:
    times = {"due_at": MIDDLE, "started_at": MIDDLE, "passed_at": MIDDLE}
    test = ControlTest(id="ctl_restore", status="failed", test="restore", **times)
    facts = {"due_at": str(MIDDLE), "found": "It isn't so."}
    ran = ["control-test.passed", "control-test.failed", "control-test.interrupted"]
    result = found("control-tests-pass", test, events=[(MIDDLE, action, test.id, facts) for action in ran])
    assert [one.sentence for one in result.exceptions] == ran[1:]
    assert result.population == (test.id,)
    assert ("Runs that passed", "1") in result.counts
