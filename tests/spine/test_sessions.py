"""A session is its owner's, for a while; an operator can end anybody's, and the log can't have it otherwise."""

from datetime import timedelta

import pytest

from tests.builders import MONDAY, WORKFLOWS, Clock
from tests.people import ADA, BARBARA, GRACE, RADIA
from tests.spine.tally import rows
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.ledger.work import Outcome
from workflows.system.session_commands import SignIn, SignOut
from workflows.system.sessions import SESSION_LIFETIME, Session, SessionOver, SignedIn, impossible, session_id
from workflows.workflow import Actor, Event, Occurred, World

SESSION = session_id("dp_of-these-tests")


@pytest.fixture
def ledger(store: Store, world: World, clock: Clock) -> Ledger:
    return Ledger(store, WORKFLOWS, lambda: world, clock)


async def sign_in(ledger: Ledger, device: str | None = "ada's laptop") -> Session:
    command = SignIn(SESSION, "https://id.example", "ada", "terminal", "the internet", device)
    state: Session = (await ledger.handle(command, Actor(ADA), "terminal")).state
    return state


async def sign_out(ledger: Ledger, by: str) -> Outcome:
    return await ledger.handle(SignOut(SESSION), Actor(by), "console")


class TestSigningIn:
    async def test_from_a_terminal_keeps_which_computer_and_what_kind_of_network(self, ledger):
        state = await sign_in(ledger)
        assert (state.where, state.device, state.network) == ("terminal", "ada's laptop", "the internet")

    async def test_keeps_a_computers_name_as_one_short_line_beside_the_log(self, ledger, store):
        state = await sign_in(ledger, "ada\n\x00\u202e" + "x" * 900)
        assert state.device is not None
        assert state.device.isprintable()
        assert len(state.device) <= 60
        assert b"xxx" not in (await rows(store, "events"))[0].leaf


class TestEnding:
    async def test_is_up_to_who_signed_in(self, ledger):
        await sign_in(ledger)
        outcome = await sign_out(ledger, ADA)
        assert outcome.events == (SessionOver(how="signed out"),)
        assert (await sign_out(ledger, ADA)).events == ()

    async def test_is_up_to_an_operator_as_well_who_is_named(self, ledger):
        await sign_in(ledger)
        (over,) = (await sign_out(ledger, RADIA)).events
        assert isinstance(over, SessionOver)
        assert (over.how, bool(over.groups)) == ("ended by an operator", True)

    @pytest.mark.parametrize("by", [GRACE, BARBARA, "machine:nightly-training"])
    async def test_is_up_to_nobody_else(self, ledger, by):
        await sign_in(ledger)
        outcome = await sign_out(ledger, by)
        assert outcome.refusal is not None
        assert (outcome.refusal.code, outcome.state.status) == ("not-yours", "open")


OPEN = Session(id=SESSION, status="open", owner=ADA, since=MONDAY, until=MONDAY + SESSION_LIFETIME)


@pytest.mark.parametrize(
    ("state", "event", "by", "sentence"),
    [
        (OPEN, SessionOver(how="signed out"), ADA, None),
        (OPEN, SessionOver(how="signed out"), GRACE, "someone else signed them out"),
        (OPEN, SessionOver(how="ended by an operator", groups=("security",)), RADIA, None),
        (OPEN, SessionOver(how="ended by an operator"), GRACE, "no group made an operator of who ended it"),
        (OPEN, SessionOver(how="ended by an emergency stop"), "daypass:outbox", None),
        (OPEN, SessionOver(how="ended by an emergency stop"), RADIA, "Daypass itself hadn't ended it"),
        (OPEN, SessionOver(how="expired"), "daypass:clockwork", "the session had not expired by then"),
        (
            OPEN.model_copy(update={"status": "over"}),
            SessionOver(how="signed out"),
            ADA,
            "the session was over",
        ),
        (None, SessionOver(how="signed out"), ADA, "no one had signed in"),
        (
            None,
            SignedIn(
                id=SESSION,
                person=ADA,
                provider="x",
                account="y",
                since=MONDAY,
                until=MONDAY + SESSION_LIFETIME + timedelta(hours=1),
            ),
            ADA,
            "its length isn't that of a session",
        ),
    ],
)
def test_what_the_log_says_is_checked(state: Session | None, event: Event, by: str, sentence: str | None):
    assert impossible(state, (), Occurred(SESSION, event, Actor(by), MONDAY, (1, 0))) == sentence
