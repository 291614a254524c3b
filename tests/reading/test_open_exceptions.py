"""What stands open now, and since when: made by hand, as a page lists it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.builders import MONDAY
from tests.people import ADA
from workflows.access.credentials import Credential
from workflows.access.state import Access, Grant
from workflows.queries.open_exceptions import exceptions_among
from workflows.system.access_reviews.state import AccessReview
from workflows.system.alarms import Alarm
from workflows.system.control_tests.state import ControlTest
from workflows.system.departures.state import Departure
from workflows.system.stops.state import Ending, Stop
from workflows.workflow import State, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EARLIER = MONDAY - HOUR


def access(status: str = "ending", **more: Any) -> Access:
    grant = Grant(status="ending", starts_at=MONDAY - DAY, ends_at=MONDAY + HOUR, started=True)
    given = {"grant": grant, "credentials": (), "asked_at": MONDAY - DAY, **more}
    terms = SimpleNamespace(title="the warehouse")
    return Access.model_construct(id="acc_1", owner=ADA, status=status, terms=terms, **given)


def credential(**more: Any) -> Credential:
    return Credential(id="crd_1", asked_at=EARLIER, **{"status": "ending", **more})


def control_test(status: str) -> ControlTest:
    times = {"due_at": MONDAY, "started_at": MONDAY, "finished_at": EARLIER}
    return ControlTest(id="ctl_restore", status=status, test="restore", found="It isn't so.", **times)


def alarm(key: str, status: str = "raised") -> Alarm:
    return Alarm(id="alm_1", status=status, key=key, sentence="Something is wrong.", raised_at=EARLIER)


UNREVIEWED = SimpleNamespace(review=None, review_by=MONDAY + HOUR)
OVERDUE = SimpleNamespace(review=None, review_by=EARLIER)
LEFT = {"left_to_expire": True, "valid_until": MONDAY + DAY, "accessor": None}
STANDING = {
    "an end that fails": (access(credentials=(credential(trouble="Vault is sealed."),)), "End not confirmed"),
    "an end that takes long": (access(credentials=(credential(),)), "End not confirmed"),
    "what works on": (access(credentials=(credential(**LEFT),)), "Can't be revoked"),
    "break-glass without a review": (
        access("ended", grant=None, break_glass=UNREVIEWED),
        "Break-glass not reviewed",
    ),
    "a control that doesn't work": (control_test("failed"), "Control test failed"),
    "a control nobody knows of": (control_test("interrupted"), "Control test not finished"),
    "an alarm": (alarm("vault-login"), "Alarm"),
    "a departure": (
        Departure.model_construct(id="dep_1", status="held", people=(ADA,), at=EARLIER),
        "Departure open",
    ),
    "a stop": (
        Stop.model_construct(
            id="stop_1",
            status="stopping",
            at=EARLIER,
            endings=(Ending.model_construct(request="acc_1", status="stopping"),),
        ),
        "Emergency stop open",
    ),
    "a review": (
        AccessReview.model_construct(
            id="review_1", status="open", due_at=EARLIER, terms=SimpleNamespace(title="Warehouse")
        ),
        "Access review overdue",
    ),
}


@pytest.mark.parametrize(("state", "kind"), STANDING.values(), ids=STANDING.keys())
def test_what_is_open_is_listed_since_it_began(world: World, state: State, kind: str) -> None:
    (found,) = exceptions_among([state, state], {"acc_1": EARLIER}, world.directory, MONDAY)
    assert (found.kind, found.subject) == (kind, state.id)
    assert found.since == (MONDAY - DAY if kind.startswith("Break-glass") else EARLIER)


@pytest.mark.parametrize(
    "state",
    [
        access("active", grant=None),
        access(private=True, incident="inc_1", credentials=(credential(trouble="Vault is sealed."),)),
        control_test("passed"),
        control_test("running"),
        alarm("control-test:restore"),
        AccessReview.model_construct(id="review_1", status="open", due_at=MONDAY + HOUR),
    ],
    ids=["active", "private", "passed", "running", "listed as a test", "not due yet"],
)
def test_nothing_else_is(world: World, state: State) -> None:
    assert exceptions_among([state], {"acc_1": EARLIER}, world.directory, MONDAY) == []


def test_an_end_that_began_just_now_is_not_late(world: World) -> None:
    state = access(credentials=(credential(),))
    assert exceptions_among([state], {"acc_1": MONDAY}, world.directory, MONDAY) == []


def test_an_overdue_review_is_said_to_be_overdue_and_the_oldest_comes_first(world: World) -> None:
    taken = access("ended", grant=None, break_glass=OVERDUE)
    found = exceptions_among([alarm("vault-login"), taken], {}, world.directory, MONDAY)
    assert [one.subject for one in found] == ["acc_1", "alm_1"]
    assert found[0].what.endswith("(overdue)")
