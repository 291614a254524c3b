"""While nobody can say whether somebody still works here, what they want waits, in every workflow, and is on record."""

from dataclasses import replace

import pytest

from tests.builders import WORKFLOWS, Clock
from tests.people import ADA, GRACE
from workflows.access.commands import EndRemoved, GiveBack, RequestAccess, Revoke, WithdrawAccess
from workflows.access.on_behalf.commands import DeclineProposal
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.database.store import Store
from workflows.incidents.commands import AddNote, DeclareIncident, DeclineRole, PinMessage
from workflows.ledger.ledger import Ledger
from workflows.ledger.unusable_card import ReviewElsewhere, UseOutdatedCard, UseRedrawnCard, UseUnusableCard
from workflows.policy.directory import Doubt
from workflows.releases.commands import WithdrawRelease
from workflows.system.absences.commands import EndAbsence
from workflows.system.departures.commands import ConfirmDeparture
from workflows.system.documents.commands import DiscardDraft
from workflows.system.passkeys.commands import RemovePasskey
from workflows.system.session_commands import SignIn, SignOut
from workflows.system.stops.commands import PressStop
from workflows.workflow import CLOCKWORK, Actor, Command, World

SENTENCE = "Nothing was done. Try again."
ASK = RequestAccess(
    "acc_01M85P4WJC97ST17PTW4BJTYRW", "warehouse-sample", 600, "to see why it drifts since Monday"
)
NEVER_WAIT = {
    *(WithdrawAccess, WithdrawReview, GiveBack, Revoke, WithdrawRelease, SignIn, SignOut),
    *(UseUnusableCard, UseRedrawnCard, UseOutdatedCard, ReviewElsewhere),
    *(DeclareIncident, DeclineRole, AddNote, PinMessage, PressStop, EndRemoved, ConfirmDeparture),
    *(EndAbsence, DeclineProposal, RemovePasskey, DiscardDraft),
}
"""What ends or takes back, tells, or asks for help; signing in is vouched for by somebody else."""


def doubting(world: World, *doubts: Doubt) -> World:
    return replace(world, doubts=doubts)


@pytest.mark.parametrize(
    ("doubt", "waits"),
    [
        (Doubt(SENTENCE), True),
        (Doubt(SENTENCE, sure=frozenset({ADA})), False),
        (Doubt(SENTENCE, sure=frozenset({GRACE})), True),
        (Doubt(SENTENCE, only=frozenset({ADA})), True),
        (Doubt(SENTENCE, only=frozenset({GRACE})), False),
    ],
)
async def test_only_who_is_in_doubt_waits(
    store: Store, world: World, clock: Clock, doubt: Doubt, waits: bool
) -> None:
    ledger = Ledger(store, WORKFLOWS, lambda: doubting(world, doubt), clock)
    outcome = await ledger.handle(ASK, Actor(ADA), "slack")
    assert (outcome.refusal is not None) == waits
    if outcome.refusal:
        assert (outcome.refusal.code, outcome.refusal.sentence) == ("unconfirmed", SENTENCE)
        assert [event.action for event in outcome.events] == ["refused"]


async def test_what_daypass_does_by_itself_goes_on(store: Store, world: World, clock: Clock) -> None:
    ledger = Ledger(store, WORKFLOWS, lambda: doubting(world, Doubt(SENTENCE)), clock)
    outcome = await ledger.handle(ASK, CLOCKWORK, "clockwork")
    assert outcome.refusal is None or outcome.refusal.code != "unconfirmed"


def test_every_other_command_waits() -> None:
    def every(command: type[Command]) -> set[type[Command]]:
        return {command}.union(*(every(one) for one in command.__subclasses__()))

    assert {one for one in every(Command) if not one.waits_in_doubt} == NEVER_WAIT
