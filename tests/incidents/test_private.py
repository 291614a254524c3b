"""A private incident leaks neither title nor existence to who isn't a member of it: not in Slack's
channels and messages, not in App Home, lists, gates, figures, and not in the log's export."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.access import PRESENTER as ACCESS
from bot.slack.access.home import home_part as access_home
from bot.slack.home import home
from bot.slack.incidents.channel import name_of
from bot.slack.incidents.home import home_part
from bot.slack.incidents.lists import figures_text, list_text
from bot.slack.incidents.presenter import PRESENTER
from tests.incidents.desk import FIRST, SECOND, Desk
from tests.incidents.test_properties import ROLES, STEPS, world
from tests.lanes import examples
from tests.people import ADA, BARBARA, EDSGER, EVERYBODY, GRACE, RADIA, with_two_accounts
from workflows.access.commands import GiveBack, ReportEnded, ReportMinted, ReportNotEnded, RequestCredential
from workflows.access.refusals import PRIVATE
from workflows.access.state import Access
from workflows.incidents.commands import (
    AcceptRole,
    AddFollowUp,
    AddNote,
    Cancel,
    ChangeSeverity,
    ClaimRole,
    CloseReview,
    DeclineRole,
    FinishFollowUp,
    MergeInto,
    Mitigate,
    OfferRole,
    PinMessage,
    Reopen,
    Resolve,
    RunStep,
    SkipStep,
    StartPlaybook,
)
from workflows.incidents.metrics import figures
from workflows.incidents.open_incidents import OpenIncidents, private_subjects
from workflows.incidents.state import EVERY, GOING, KIND, Incident
from workflows.incidents.views import sees
from workflows.workflow import OUTBOX, Command

SECRET = "customer list of Contoso was copied"
COMMANDS: list[Command] = [
    *(ClaimRole(FIRST, role) for role in ROLES),
    *(OfferRole(FIRST, role, to, "brief") for role in ROLES for to in (ADA, GRACE, EDSGER)),
    *(AcceptRole(FIRST, role) for role in ROLES),
    *(DeclineRole(FIRST, role) for role in ROLES),
    *(RunStep(FIRST, step) for step in STEPS),
    *(SkipStep(FIRST, step, "because") for step in STEPS),
    *(ChangeSeverity(FIRST, one) for one in ("sev1", "sev2", "sev3")),
    *(AddFollowUp(FIRST, who, "Watch it", who, None) for who in (GRACE, BARBARA)),
    FinishFollowUp(FIRST, GRACE),
    StartPlaybook(FIRST, "stale-features"),
    AddNote(FIRST, "a note"),
    PinMessage(FIRST, "1.1"),
    Mitigate(FIRST),
    Resolve(FIRST, "over"),
    Reopen(FIRST, "again"),
    Cancel(FIRST, "none"),
    MergeInto(FIRST, SECOND),
    CloseReview(FIRST),
]
people = st.sampled_from([*EVERYBODY, "USTRANGER"])
deeds = st.lists(st.tuples(people, st.sampled_from(COMMANDS)), max_size=25)


@pytest.fixture
def private() -> Iterator[Desk]:
    desk = Desk(world())
    desk.declares(ADA, title=SECRET, private=True, service="ranking-model", playbook="stale-features")
    desk.all_done()
    yield desk
    desk.close()


def members_of(state: Incident) -> set[str]:
    """By rules of the test's own: who declared it, holds or is offered a role, and security."""
    return {state.owner, RADIA, *state.holders.values(), *(offer.to for offer in state.offers)}


def leaks(desk: Desk, members: set[str]) -> list[str]:
    """Where something of the private incident can be seen by somebody else."""
    return [*_in_cards(desk, members), *_elsewhere(desk, members)]


def _in_cards(desk: Desk, members: set[str]) -> Iterator[str]:
    allowed = {f"channel:{desk.now.channel}", *(f"person:{one}" for one in members)}
    for state, presenter in [(desk.now, PRESENTER), *((one, ACCESS) for one in desk.accesses)]:
        yield from (
            f"a card of {state.id} in {slot.place}"
            for slot in presenter.cards(state, desk.world, ())
            if slot.place not in allowed
        )
    yield from (
        f"{one.payload['note']} told to {one.payload['person']}"
        for one in desk.shown
        if one.kind == "tell" and one.payload["person"] not in members
    )
    yield from (f"posted to {place}" for _, place in desk.outside.posts if place != desk.now.channel)


def _elsewhere(desk: Desk, members: set[str]) -> Iterator[str]:
    words = ("Contoso", desk.now.number, FIRST)
    incidents = desk.run(desk.in_status(Incident, KIND, EVERY))
    for person in {*EVERYBODY, "USTRANGER"} - members:
        going = [one for one in incidents if one.status in GOING and sees(one, desk.world.directory, person)]
        parts = [desk.run(part(desk, desk.world, person)) for part in (home_part, access_home)]  # type: ignore[arg-type]
        shown = home([part for part in parts if part], None).to_dict()
        seen = json.dumps(shown, ensure_ascii=False) + list_text(going)
        yield from (f"{person} sees {word}" for word in words if word in seen)
    if "no incident was declared" not in figures_text(figures(incidents)):
        yield "it is counted"
    if desk.run(OpenIncidents(desk).on("ranking-model")) != ((), ()):  # type: ignore[arg-type]
        yield "the gates of releases know it"
    if desk.outside.calls or "contoso" in name_of(desk.now):
        yield "a webhook was called, or its channel's name says it"
    subjects = desk.run(private_subjects(desk))  # type: ignore[arg-type]
    yield from (f"{id} stands in the export" for id in {FIRST, *(one.id for one in desk.accesses)} - subjects)


@pytest.mark.soak
@settings(max_examples=examples(40, 1_000))
@given(deeds=deeds)
def test_nothing_of_it_reaches_who_is_no_member(deeds: list[tuple[str, Command]]) -> None:
    desk = Desk(world())
    desk.declares(ADA, title=SECRET, private=True, service="ranking-model", playbook="stale-features")
    desk.hands_over(ADA, "commander", GRACE)
    desk.all_done()
    once_members = members_of(desk.now)
    for who, command in deeds:
        before = members_of(desk.now)
        outcome = desk.do(command, who)
        desk.all_done()
        if who not in before:
            taken = isinstance(command, ClaimRole)
            assert taken or (outcome.refusal and outcome.refusal.code == "unknown")
        once_members |= members_of(desk.now)
        assert leaks(desk, once_members) == []
    desk.close()


def test_who_looks_for_it_is_told_what_they_would_be_told_of_one_that_isn_t_there(private):
    for command in COMMANDS:
        there = private.do(command, BARBARA).refusal
        nowhere = private.do(type(command)(**{**vars(command), "subject": SECOND}), BARBARA).refusal
        assert there == nowhere


def test_its_playbook_does_nothing_that_others_would_hear_of(private):
    private.hands_over(ADA, "commander", GRACE)
    for step in ("stop-releases", "go-back", "call"):
        assert private.steps(GRACE, step) == "private"
    assert private.steps(GRACE, "tell") == ""
    assert [place for _, place in private.outside.posts] == [private.now.channel]


def test_access_that_others_would_have_to_approve_is_refused(private):
    private.hands_over(ADA, "commander", GRACE)
    private.takes(GRACE, "responder")
    private.steps(GRACE, "look-inside")
    assert (private.accesses, private.step("look-inside")) == ([], "failed")
    assert PRIVATE.sentence in (private.now.step("look-inside").trouble or "")

    private.hands_over(GRACE, "responder", ADA)
    private.steps(GRACE, "look-inside")
    assert [one.status for one in private.accesses] == ["active"]


def test_a_member_is_one_under_each_of_their_accounts(private):
    private.world = with_two_accounts(private.world, ADA, BARBARA)
    directory = private.world.directory
    assert sees(private.now, directory, BARBARA)
    assert BARBARA in PRESENTER.concerned(private.now, directory), "her App Home is kept in step"
    shown = private.run(home_part(private, private.world, BARBARA))
    assert SECRET in json.dumps(home([shown], None).to_dict())
    assert private.refusal(AddNote(FIRST, "seen from the train"), BARBARA) == ""
    assert private.refusal(AddNote(FIRST, "seen by nobody"), EDSGER) == "unknown"


class TestAccessThatCanNotBeEnded:
    """The alarms channel is read by more than the incident's members."""

    def ending(self, private: Desk) -> Access:
        private.hands_over(ADA, "commander", GRACE)
        private.hands_over(GRACE, "responder", ADA)
        private.steps(GRACE, "look-inside")
        (given,) = private.accesses
        private.do(RequestCredential(given.id, "crd_1", "window"), ADA)
        assert given.grant
        ends_at = given.grant.ends_at
        private.do(ReportMinted(given.id, "crd_1", "accessor", "lease", "wrapping", True, ends_at), OUTBOX.id)
        private.do(GiveBack(given.id), ADA)
        private.do(ReportNotEnded(given.id, "crd_1", "Vault is sealed: lease-of-ada"), OUTBOX.id)
        private.all_done()
        return private.accesses[0]

    def test_is_told_by_name_in_the_incident_s_own_channel_and_elsewhere_without(self, private):
        given = self.ending(private)
        assert (given.status, given.private) == ("ending", True)
        alarms = f"channel:{private.world.bundle.settings.channels.alarms}"
        (nameless,) = [
            message
            for slot, message in ACCESS.cards(given, private.world, ()).items()
            if slot.place == alarms
        ]
        everything = nameless.text + json.dumps([block.to_dict() for block in nameless.blocks])
        for word in (
            ADA,
            given.terms.title,
            given.id,
            given.terms.entitlement,
            "lease-of-ada",
            FIRST,
            "Contoso",
        ):
            assert word not in everything
        assert "aren't confirmed" in everything

        own = f"channel:{private.now.channel}"
        slots = dict(PRESENTER.cards(private.now, private.world, ()))
        (alarm,) = [slot for slot in slots if slot.name.startswith("alarm/")]
        assert alarm.place == own
        assert f"<@{ADA}>" in slots[alarm].text
        assert "lease-of-ada" in slots[alarm].text

        private.do(ReportEnded(given.id, "crd_1", "accessor", ("vault",)), OUTBOX.id)
        private.all_done()
        assert "now is, confirmed" in PRESENTER.cards(private.now, private.world, [alarm])[alarm].text
        assert PRESENTER.cards(private.now, private.world, ()).keys() == slots.keys() - {alarm}
