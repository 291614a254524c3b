"""An incident exists whatever Slack says, is run by those who hold its roles, and ends on record."""

from datetime import date

import pytest

from tests.builders import world_of
from tests.incidents.desk import FIRST, RELEASE, SECOND, TITLE, Desk
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, RADIA
from tests.releases.story import Registry
from workflows.incidents.commands import (
    AcceptRole,
    AddFollowUp,
    AddNote,
    Cancel,
    ChangeSeverity,
    CheckCrew,
    ClaimRole,
    CloseReview,
    DeclareIncident,
    DeclineRole,
    FinishFollowUp,
    MergeInto,
    Mitigate,
    OfferRole,
    PinMessage,
    Reopen,
    Resolve,
)
from workflows.incidents.events import Invited, Noted, RoomWaits
from workflows.ports import Directory, Retryable
from workflows.releases.commands import ReportChecked
from workflows.workflow import CLOCKWORK, OUTBOX, World


def without(world: World, person: str) -> World:
    """Somebody has left."""
    directory = world_of(world.bundle).directory
    people = {id: one for id, one in directory.people.items() if id != person}
    groups = {name: members - {person} for name, members in directory.groups.items()}
    return World(world.bundle, Directory(people, groups, directory.identities))


class TestDeclaring:
    def test_makes_a_room_and_calls_people_in(self, desk):
        desk.declares(ADA)
        desk.all_done()
        assert desk.now.channel == "C0"
        assert desk.outside.invited == {ADA, MARGARET}

    def test_needs_a_title_a_severity_and_somebody_who_may(self, desk):
        for command, field in (
            (DeclareIncident(FIRST, "  ", "sev2"), "title"),
            (DeclareIncident(FIRST, "x" * 201, "sev2"), "title"),
            (DeclareIncident(FIRST, TITLE, "sev9"), "severity"),
            (DeclareIncident(FIRST, TITLE, "sev2", service="nothing"), "service"),
            (DeclareIncident(FIRST, TITLE, "sev2", playbook="nothing"), "playbook"),
        ):
            assert field in desk.do(command, ADA).refusal.fields
        assert desk.refusal(DeclareIncident(FIRST, TITLE, "sev2"), BARBARA) == "not-eligible"
        assert desk.states == {}

    def test_twice_is_once(self, desk):
        desk.declares(ADA)
        assert desk.do(DeclareIncident(FIRST, "another", "sev1"), GRACE).events == ()
        assert (desk.now.title, desk.now.severity) == (TITLE, "sev2")

    def test_stands_while_slack_is_away_and_catches_up(self, desk):
        desk.outside.trouble = Retryable("Slack is away.")
        desk.declares(ADA)
        desk.all_done()
        desk.takes(MARGARET)
        assert (desk.now.channel, desk.now.room_trouble) == (None, "Slack is away.")
        assert len(desk.events(RoomWaits)) == 1
        desk.outside.trouble = None
        desk.all_done()
        assert (desk.now.channel, desk.now.room_trouble) == ("C0", None)

    def test_goes_on_without_who_can_t_be_invited(self, desk):
        desk.outside.uninvitable = frozenset({MARGARET})
        desk.declares(ADA)
        desk.all_done()
        assert desk.now.uninvited == {MARGARET: "user_is_restricted"}
        assert desk.outside.invited == {ADA}
        desk.do(ChangeSeverity(FIRST, "sev1"), ADA)
        desk.all_done()
        assert desk.outside.invited == {ADA, RADIA}
        assert sum(len(one.refused) for one in desk.events(Invited)) == 1

    def test_the_same_thing_twice_shows_each_the_other(self, desk):
        desk.declares(ADA)
        desk.declares(GRACE, subject=SECOND, title="Ranking model serves stale feature values")
        desk.all_done()
        assert (desk.now.alike, desk.incident(SECOND).alike) == ((SECOND,), (FIRST,))

        assert desk.refusal(MergeInto(SECOND, FIRST), RADIA) == "not-running-it"
        assert desk.refusal(MergeInto(SECOND, FIRST), GRACE) == ""
        desk.all_done()
        assert (desk.incident(SECOND).status, desk.incident(SECOND).merged_into) == ("cancelled", FIRST)
        assert desk.now.merged == (SECOND,)
        assert desk.now.status == "open"

    def test_both_merged_into_each_other_leaves_neither_lost(self, desk):
        desk.declares(ADA)
        desk.declares(GRACE, subject=SECOND)
        desk.all_done()
        desk.do(MergeInto(SECOND, FIRST), GRACE)
        desk.all_done()
        assert desk.refusal(MergeInto(FIRST, SECOND), ADA) == "other-is-over"
        assert desk.now.status == "open"

    @pytest.mark.parametrize("more", [{"private": True}, {"drill": True}])
    def test_what_is_private_or_a_drill_is_like_nothing_else(self, desk, more):
        desk.declares(ADA)
        desk.declares(GRACE, subject=SECOND, **more)
        desk.all_done()
        assert (desk.now.alike, desk.incident(SECOND).alike) == ((), ())

    def test_both_merged_into_each_other_at_once_one_goes_on(self, desk):
        desk.declares(ADA)
        desk.declares(GRACE, subject=SECOND)
        desk.all_done()
        desk.do(MergeInto(SECOND, FIRST), GRACE)
        desk.do(MergeInto(FIRST, SECOND), ADA)
        desk.all_done()
        assert (desk.now.status, desk.incident(SECOND).status) == ("cancelled", "open")
        assert desk.incident(SECOND).merged == (FIRST,)

    def test_merged_into_what_is_over_it_goes_on(self, desk):
        desk.declares(ADA)
        desk.declares(GRACE, subject=SECOND)
        desk.all_done()
        desk.do(Cancel(FIRST, "A false alarm."), ADA)
        desk.do(MergeInto(SECOND, FIRST), GRACE)
        desk.all_done()
        assert (desk.incident(SECOND).status, desk.incident(SECOND).merged_into) == ("open", None)


class TestAFailedCheck:
    def test_declares_an_incident_once_and_each_names_the_other(self, desk):
        desk.a_release_is_live()
        desk.time_passes(hours=2)
        failing = desk.release.model_copy(update={"checking": True})
        desk.states[RELEASE] = failing
        worse = Registry(observed=("0.2",)).read()
        desk.run(desk.handle(ReportChecked(RELEASE, worse), OUTBOX))
        desk.all_done()

        (declared,) = [one for id, one in desk.states.items() if id.startswith("inc_")]
        assert (desk.release.incident, declared.release) == (declared.id, RELEASE)
        assert (declared.severity, declared.service) == ("sev3", "ranking-model")
        assert declared.playbook.name == "stale-features"

        desk.states[RELEASE] = desk.release.model_copy(update={"checking": True})
        desk.run(desk.handle(ReportChecked(RELEASE, worse), OUTBOX))
        desk.all_done()
        assert len([id for id in desk.states if id.startswith("inc_")]) == 1


class TestRoles:
    def test_are_held_by_those_who_are_eligible_one_each(self, desk):
        desk.declares(ADA)
        assert desk.refusal(ClaimRole(FIRST, "commander"), ADA) == "not-eligible"
        assert desk.refusal(ClaimRole(FIRST, "chef"), MARGARET) == "no-role"
        desk.takes(MARGARET)
        assert desk.refusal(ClaimRole(FIRST, "commander"), GRACE) == "taken"
        assert desk.now.acknowledged_at is not None

    def test_pass_with_a_brief_when_they_are_accepted(self, desk):
        desk.declares(ADA)
        desk.takes(MARGARET)
        assert desk.refusal(OfferRole(FIRST, "commander", GRACE, " "), MARGARET) == "no-brief"
        assert desk.refusal(OfferRole(FIRST, "commander", ADA, "brief"), MARGARET) == "not-eligible"
        assert desk.refusal(OfferRole(FIRST, "commander", GRACE, "brief"), ADA) == "not-yours"
        assert desk.refusal(OfferRole(FIRST, "commander", GRACE, "brief"), MARGARET) == ""
        assert desk.now.commander == MARGARET
        assert desk.refusal(AcceptRole(FIRST, "commander"), EDSGER) == "not-offered"
        assert desk.refusal(AcceptRole(FIRST, "commander"), GRACE) == ""
        assert desk.now.commander == GRACE
        assert desk.now.offers == ()

    def test_stay_where_they_are_when_they_are_declined(self, desk):
        desk.declares(ADA)
        desk.takes(MARGARET)
        desk.do(OfferRole(FIRST, "commander", GRACE, "brief"), MARGARET)
        desk.do(DeclineRole(FIRST, "commander"), GRACE)
        assert desk.now.commander == MARGARET
        assert desk.refusal(AcceptRole(FIRST, "commander"), GRACE) == "not-offered"

    def test_offered_by_who_has_given_the_role_up_are_void(self, desk):
        desk.declares(ADA)
        desk.takes(MARGARET)
        desk.do(OfferRole(FIRST, "responder", EDSGER, "brief"), MARGARET)
        desk.hands_over(MARGARET, "commander", GRACE)
        assert desk.refusal(AcceptRole(FIRST, "responder"), EDSGER) == "not-theirs"

    def test_of_who_has_left_are_free_and_their_access_ends(self, desk):
        desk.declares(ADA, playbook="stale-features")
        desk.takes(MARGARET)
        desk.takes(ADA, "responder")
        desk.steps(MARGARET, "look-inside")
        desk.world = without(desk.world, ADA)
        desk.run(desk.handle(CheckCrew(FIRST), CLOCKWORK))
        desk.all_done()
        assert "responder" not in desk.now.holders
        assert [one.status for one in desk.accesses] == ["ended"]

    def test_the_commander_leaves_and_somebody_else_can_take_command(self, desk):
        desk.declares(ADA)
        desk.takes(MARGARET)
        desk.world = without(desk.world, MARGARET)
        desk.run(desk.handle(CheckCrew(FIRST), CLOCKWORK))
        assert desk.now.commander is None
        desk.takes(GRACE)
        assert desk.now.commander == GRACE


class TestItsState:
    def test_goes_to_its_end_and_back(self, desk):
        desk.declares(ADA)
        assert desk.refusal(Mitigate(FIRST), RADIA) == "not-running-it"
        desk.takes(MARGARET)
        assert desk.refusal(Mitigate(FIRST), ADA) == "not-running-it"
        desk.clock.forward(minutes=5)
        assert desk.refusal(Mitigate(FIRST), MARGARET) == ""
        desk.clock.forward(minutes=5)
        desk.resolves(MARGARET)
        assert desk.outside.reviews == [FIRST]
        assert (desk.now.mitigated_at - desk.now.declared_at).seconds == 300
        assert (desk.now.resolved_at - desk.now.declared_at).seconds == 600

        assert desk.refusal(Reopen(FIRST, "It is back."), MARGARET) == ""
        assert (desk.now.status, desk.now.resolved_at) == ("open", None)
        desk.resolves(MARGARET)
        assert desk.outside.reviews == [FIRST, FIRST]
        assert desk.refusal(CloseReview(FIRST), MARGARET) == ""
        assert desk.refusal(Reopen(FIRST, "It is back."), MARGARET) == "not-now"

    def test_is_cancelled_when_it_was_none(self, desk):
        desk.declares(ADA)
        assert desk.refusal(Cancel(FIRST, "A false alarm."), ADA) == ""
        assert desk.refusal(Resolve(FIRST, "over"), ADA) == "not-now"
        assert desk.now.status == "cancelled"

    def test_notes_come_from_the_command_and_from_pins(self, desk):
        desk.declares(ADA)
        desk.all_done()
        assert desk.refusal(AddNote(FIRST, "   "), ADA) == "no-text"
        desk.do(AddNote(FIRST, "The job stopped at two."), EDSGER)
        desk.do(PinMessage(FIRST, "12.5"), EDSGER)
        desk.all_done()
        said = [(event.text, event.author) for event in desk.events(Noted)]
        assert said == [("The job stopped at two.", EDSGER), ("what was said at 12.5", ADA)]

    def test_what_is_no_text_is_not_taken(self, desk):
        desk.declares(ADA)
        assert desk.refusal(AddNote(FIRST, "no\0"), ADA) == "unreadable"

    def test_follow_ups_have_an_owner_and_a_date(self, desk):
        desk.declares(ADA)
        due = date(2026, 4, 1)
        assert desk.refusal(AddFollowUp(FIRST, "1", " ", ADA, due), ADA) == "no-text"
        assert desk.refusal(AddFollowUp(FIRST, "1", "Watch the job", "UNOBODY", due), ADA) == "no-owner"
        assert desk.refusal(AddFollowUp(FIRST, "1", "Watch the job", GRACE, due), ADA) == ""
        assert desk.refusal(AddFollowUp(FIRST, "1", "Watch the job", GRACE, due), ADA) == ""
        assert desk.refusal(FinishFollowUp(FIRST, "1"), GRACE) == ""
        assert [(one.owner, one.due, one.done) for one in desk.now.follow_ups] == [(GRACE, due, True)]


def test_of_an_incident_that_isn_t_there_nothing_is_known(desk: Desk):
    assert desk.refusal(Mitigate(FIRST), MARGARET) == "unknown"
