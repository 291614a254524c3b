"""How access is asked for, decided, used and ended, told as it happens to people."""

from datetime import timedelta

from tests.access.story import SUBJECT, Story
from tests.builders import MONDAY, world_of
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, RADIA, with_two_accounts
from workflows.access.commands import ReportEnded, Revoke
from workflows.access.decide_grant import SHORTEST_MINTING
from workflows.access.views import audiences, troubled
from workflows.approval.approvers import deciders, still_needed, waits_for
from workflows.workflow import OPERATOR, OUTBOX, NoChange, Refused


def active(story: Story, **ask: object) -> Story:
    """Ada's access, approved by Grace."""
    story.asks(ADA, **ask)
    story.approves(GRACE)
    assert story.status == "active"
    return story


def holding(story: Story, *ids: str) -> Story:
    """Ada with these credentials in her hands."""
    active(story)
    for id in ids or ("crd_1",):
        story.gets_credentials(ADA)
        story.minted(id)
    return story


class TestTheWholeFlow:
    def test_from_the_question_to_the_confirmed_end(self, story):
        story.asks(ADA)
        assert story.status == "pending"
        assert story.due == MONDAY + timedelta(minutes=30), "to escalate"

        story.clock.forward(minutes=5)
        story.approves(GRACE)
        assert story.status == "active"
        assert story.now.grant.starts_at == MONDAY + timedelta(minutes=5)
        assert story.now.grant.ends_at == MONDAY + timedelta(minutes=65)

        story.gets_credentials(ADA)
        assert story.called_for("mint")[0].payload == {"credential": "crd_1", "window": "window"}
        story.minted("crd_1")
        assert story.now.credentials[0].status == "live"

        story.passes(hours=1)
        assert story.status == "ending"
        assert story.now.grant.how == "expired"
        assert [effect.payload["accessor"] for effect in story.called_for("end")] == ["accessor of crd_1"]

        story.ended("crd_1")
        assert story.status == "ended"
        assert story.now.grant.ended_at == story.clock.at
        assert story.events[-1].minted == 1
        assert story.due is None
        assert story.told == [(ADA, "approved"), (ADA, "end-announced"), (ADA, "grant-ended")]

    def test_every_change_is_drawn_once_on_each_card(self, story):
        holding(story)
        story.passes(hours=1)
        story.ended("crd_1")

        drawn = story.called_for("draw")
        assert {(effect.lock, effect.dedup_key) for effect in drawn} == {
            (f"{SUBJECT}/slack", f"{SUBJECT}/draw")
        }
        assert len(drawn) >= 6

    def test_the_cards_are_the_requester_s_and_the_approvers(self, story):
        story.asks(ADA)
        places = [one.place for one in audiences(story.now, story.world.directory, "#access-alarms")]
        assert places == [
            f"person:{ADA}",
            "channel:#access-approvals",
            f"person:{EDSGER}",
            f"person:{GRACE}",
        ]


class TestAnAutomaticGrant:
    def test_is_active_at_once_and_ends_like_any_other(self, story):
        story.asks(ADA, "warehouse-sample", seconds=600)

        assert story.actions == ["requested", "approved", "granted"]
        assert story.now.grant.ends_at == MONDAY + timedelta(minutes=10)
        story.passes(minutes=10)
        assert story.status == "ended"


class TestTwoStages:
    def test_need_one_approval_each_in_any_order(self, world):
        for first, second in ((GRACE, RADIA), (RADIA, EDSGER)):
            story = Story(world)
            story.asks(ADA, "warehouse-write", ticket="DATA-42")
            story.approves(first)
            assert story.status == "pending"
            story.approves(second)
            assert story.status == "active"

    def test_are_not_met_by_two_from_the_same(self, story):
        story.asks(ADA, "warehouse-write", ticket="DATA-42")
        story.approves(GRACE)
        story.approves(EDSGER)
        assert story.status == "pending"
        assert still_needed(story.now, story.world.directory)["security"] == {RADIA}

    def test_are_stopped_by_one_denial(self, story):
        story.asks(ADA, "warehouse-write", ticket="DATA-42")
        story.approves(GRACE)
        story.denies(RADIA, "the change is frozen")
        assert (story.status, story.now.reason) == ("denied", "the change is frozen")
        assert story.told == [(ADA, "denied")]

    def test_count_one_person_once_though_they_are_in_both(self, bundle):
        story = Story(world_of(bundle, security=frozenset({GRACE, RADIA})))
        story.asks(ADA, "warehouse-write", ticket="DATA-42")
        story.approves(GRACE)
        assert story.status == "pending"
        story.approves(EDSGER)
        assert story.status == "active", "Grace counts for security, Edsger for the data owners"


class TestNobodyAnswers:
    def test_it_is_escalated_and_those_may_decide_too(self, story):
        story.asks(ADA)
        assert MARGARET not in deciders(story.now, story.world.directory)

        story.passes(minutes=30)

        assert story.actions[-1] == "escalated"
        assert story.events[-1].to == ("incident-command",)
        assert waits_for(story.now, story.world.directory, MARGARET)
        assert f"person:{MARGARET}" in {
            one.place for one in audiences(story.now, story.world.directory, "#access-alarms")
        }
        story.approves(MARGARET)
        assert story.status == "active"

    def test_it_is_escalated_once(self, story):
        story.asks(ADA)
        story.passes(hours=3, minutes=59)
        assert story.actions.count("escalated") == 1

    def test_it_lapses_in_the_end_and_the_requester_is_told(self, story):
        story.asks(ADA)
        story.passes(hours=4)
        assert (story.status, story.due) == ("lapsed", None)
        assert story.told == [(ADA, "lapsed")]

    def test_it_lapses_although_all_clocks_stood_still_in_between(self, story):
        story.asks(ADA)
        story.clock.forward(days=3)
        story.passes()
        assert story.status == "lapsed"


class TestBeforeTheEnd:
    def test_the_requester_is_warned_once(self, story):
        active(story)
        assert story.due == MONDAY + timedelta(minutes=50)
        story.passes(minutes=55)
        assert story.told[-1] == (ADA, "end-announced")
        assert story.due == MONDAY + timedelta(minutes=60)

    def test_nobody_is_warned_of_what_has_hardly_begun(self, story):
        active(story, seconds=15 * 60)
        assert story.due == MONDAY + timedelta(minutes=15)
        story.passes(minutes=15)
        assert story.told == [(ADA, "approved"), (ADA, "grant-ended")]


class TestCredentials:
    def test_can_be_had_again(self, story):
        holding(story, "crd_1", "crd_2")
        assert [one.status for one in story.now.credentials] == ["live", "live"]

    def test_are_minted_one_at_a_time(self, story):
        active(story)
        story.gets_credentials(ADA)
        assert story.gets_credentials(ADA) == NoChange()
        assert len(story.called_for("mint")) == 1

    def test_that_could_not_be_minted_can_be_asked_for_again_however_often_vault_fails(self, worlds):
        story = active(Story(worlds["three credentials a grant"]))
        for n in range(1, 6):
            story.gets_credentials(ADA)
            story.not_minted(f"crd_{n}", lost=n % 2 == 0)
        story.gets_credentials(ADA)
        story.minted("crd_6")
        assert story.now.credentials[-1].status == "live"

    def test_of_which_nobody_knows_whether_they_were_minted_are_ended_to_be_sure(self, story):
        active(story)
        story.gets_credentials(ADA)
        story.not_minted("crd_1", lost=True)
        assert [effect.payload["accessor"] for effect in story.called_for("end")] == [None]

    def test_that_failed_cleanly_need_no_end(self, story):
        active(story)
        story.gets_credentials(ADA)
        story.not_minted("crd_1", lost=False)
        assert story.called_for("end") == []
        assert story.now.credentials[0].trouble == "Vault is sealed."

    def test_that_could_not_be_shown_are_ended_at_once(self, story):
        active(story)
        story.gets_credentials(ADA)
        story.minted("crd_1", delivered=False)
        assert story.now.credentials[0].status == "ending"
        assert story.status == "active"

    def test_that_nobody_saw_leave_the_limit_alone(self, story):
        story.asks(ADA, "warehouse-pii", seconds=1_800)
        story.approves(GRACE)
        story.approves(RADIA)
        most = story.now.terms.credentials
        for n in range(1, 2 * most + 1):
            assert not isinstance(story.gets_credentials(ADA), Refused), n
            story.minted(f"crd_{n}", delivered=n > most)
        assert story.gets_credentials(ADA).code == "too-many"

    def test_that_come_out_after_the_grant_was_given_back_are_ended(self, story):
        active(story)
        story.gets_credentials(ADA)
        story.gives_back(ADA)
        assert story.status == "ending", "one is still being minted"
        story.minted("crd_1")
        assert (story.status, story.now.credentials[0].status) == ("ending", "ending")
        story.ended("crd_1")
        assert story.status == "ended"

    def test_that_were_given_up_for_lost_and_come_out_after_all_bring_the_grant_back_to_ending(self, story):
        active(story)
        story.gets_credentials(ADA)
        story.not_minted("crd_1", lost=True)
        story.ended("crd_1")
        story.gives_back(ADA)
        assert story.status == "ended"

        story.minted("crd_1")
        assert story.status == "ending"
        story.ended("crd_1")
        assert story.status == "ended"

    def test_are_never_called_ended_by_an_end_that_knew_nothing_of_their_minting(self, story):
        active(story)
        story.gets_credentials(ADA)
        story.not_minted("crd_1", lost=True)
        story.minted("crd_1")

        assert story.handle(ReportEnded(SUBJECT, "crd_1", None, ("vault",)), OUTBOX) == NoChange()
        assert story.now.credentials[0].status == "ending"
        assert len(story.called_for("end")) == 2
        story.ended("crd_1")
        assert story.now.credentials[0].status == "ended"

    def test_are_not_minted_so_late_that_they_would_be_dead_on_arrival(self, story):
        active(story)
        story.clock.at = story.now.grant.ends_at - SHORTEST_MINTING
        assert story.gets_credentials(ADA).code == "over"


class TestAnEnd:
    def test_is_ending_until_every_credential_is_confirmed(self, story):
        holding(story, "crd_1", "crd_2")
        story.gives_back(ADA)
        assert (story.status, story.now.grant.how) == ("ending", "given back")
        story.ended("crd_1")
        assert story.status == "ending"
        story.ended("crd_2")
        assert story.status == "ended"

    def test_without_credentials_is_over_at_once(self, story):
        active(story)
        story.gives_back(ADA)
        assert story.status == "ended"
        assert story.events[-1].minted == 0

    def test_can_be_brought_about_by_an_approver_with_a_reason(self, story):
        holding(story)
        story.revokes(EDSGER, "seen in a notebook")
        assert (story.status, story.now.grant.how) == ("ending", "revoked")
        assert (story.now.grant.ended_by, story.now.reason) == (EDSGER, "seen in a notebook")

    def test_can_be_brought_about_by_the_operator(self, story):
        holding(story)
        story.handle(Revoke(SUBJECT, "the laptop is stolen"), OPERATOR)
        assert story.status == "ending"

    def test_that_vault_refuses_stays_in_sight_with_its_reason(self, story):
        holding(story)
        story.passes(hours=1)
        story.not_ended("crd_1", "cannot drop role: it owns a table")

        assert story.status == "ending"
        assert story.now.credentials[0].trouble == "cannot drop role: it owns a table"
        assert troubled(story.now)
        *_, alarm = audiences(story.now, story.world.directory, "#access-alarms")
        assert alarm.place == "channel:#access-alarms"

        story.ended("crd_1")
        assert story.status == "ended"
        assert not troubled(story.now)

    def test_that_fails_in_the_same_way_again_is_not_news(self, story):
        holding(story)
        story.passes(hours=1)
        story.not_ended("crd_1")
        assert story.not_ended("crd_1") == NoChange()

    def test_is_confirmed_once(self, story):
        holding(story)
        story.passes(hours=1)
        story.ended("crd_1")
        assert story.ended("crd_1") == NoChange()
        assert story.not_ended("crd_1") == NoChange()


class TestARequester:
    def test_can_withdraw_what_is_not_decided(self, story):
        story.asks(ADA)
        story.withdraws(ADA)
        assert (story.status, story.due) == ("withdrawn", None)
        assert story.withdraws(ADA) == NoChange()

    def test_can_withdraw_under_another_account_of_theirs(self, story):
        story.asks(ADA)
        story.world = with_two_accounts(story.world, ADA, BARBARA)
        story.withdraws(BARBARA)
        assert story.status == "withdrawn"

    def test_can_give_back_under_another_account_of_theirs(self, story):
        active(story)
        story.world = with_two_accounts(story.world, ADA, BARBARA)
        story.gives_back(BARBARA)
        assert story.status == "ended"

    def test_asks_once_however_often_the_form_is_sent(self, story):
        story.asks(ADA)
        assert story.asks(ADA) == NoChange()
