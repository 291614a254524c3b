"""The risk tier of a release: the highest until approved answers lead lower, and approvals rest on it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import MONDAY, world_of
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, RADIA, with_two_accounts
from tests.releases.story import Story
from tests.tiers import HIGH, LOW, MODERATE, asked_otherwise, tiered_bundle
from workflows.releases.commands import ReassessRelease
from workflows.releases.evidence import Answers
from workflows.workflow import CLOCKWORK, Refused


@pytest.fixture(scope="module")
def tiered(tmp_path_factory):
    return world_of(tiered_bundle(tmp_path_factory.mktemp("tiered") / "bundle"))


@pytest.fixture
def story(tiered) -> Story:
    return Story(tiered)


def answered(world, values=LOW, **changes) -> Answers:
    """By Radia; approved by Barbara an hour ago, unless said."""
    made = Answers(
        document="doc_1",
        digest="d" * 64,
        questionnaire_digest=world.bundle.services["ranking-model"].tiering.questionnaire_digest,
        values=values,
        authors=(RADIA,),
        approved_by=(BARBARA,),
        approved_at=MONDAY - timedelta(hours=1),
    )
    return made.model_copy(update=changes)


def draft(world, values) -> Answers:
    none = {"approved_by": (), "approved_at": None, "digest": "e" * 64}
    return answered(world, values, **none)


def tier(story: Story) -> tuple[str, str, str]:
    """The tier, why it counts, and that of the terms."""
    assert story.now.tier is not None
    return story.now.tier.tier, story.now.tier.why, story.now.terms.tier


def refused(decision) -> bool:
    return isinstance(decision, Refused)


class TestTheHighestCounts:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            (None, "none"),
            ({"approved_at": None, "approved_by": ()}, "none"),
            ({"questionnaire_digest": "0" * 64}, "older"),
            ({"approved_at": MONDAY - timedelta(days=365)}, "overdue"),
            ({"expires_at": MONDAY}, "overdue"),
            ({"approved_by": (RADIA,)}, "own"),
            ({"approved_by": (ADA,)}, "own"),
            ({"approved_by": (ADA, RADIA)}, "own"),
        ],
    )
    def test_without_answers_that_count(self, story, tiered, changes, why):
        story.proposes(ADA)
        story.is_read(answers=None if changes is None else answered(tiered, **changes))
        assert tier(story) == ("high", why, "high")
        assert [one.gate for one in story.now.results][-2:] == ["small", "limits"]
        assert [(one.name, one.quorum) for one in story.now.terms.stages] == [
            ("data-owners", 2),
            ("incident-command", 1),
        ]

    def test_before_anything_was_read(self, story):
        story.proposes(ADA)
        assert (story.now.tier, story.now.terms.tier) == (None, "high")

    @pytest.mark.parametrize("author", [ADA, RADIA])
    def test_where_the_approver_has_another_account_that_is_an_author_s(self, story, tiered, author):
        story.world = with_two_accounts(tiered, author, BARBARA)
        story.proposes(ADA)
        story.is_read(answers=answered(tiered))
        assert tier(story) == ("high", "own", "high")

    def test_as_soon_as_the_answers_are_overdue(self, story, tiered):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered, approved_at=MONDAY - timedelta(days=365) + timedelta(hours=1)))
        assert tier(story) == ("low", "approved", "low")
        story.approves(GRACE)
        story.clock.forward(hours=1)
        story.is_read_before_going_live()
        assert tier(story) == ("high", "overdue", "high")
        assert (story.status, story.now.reviews, story.now.voided) == ("pending", (), ("tier",))


class TestApprovedAnswers:
    def test_lead_to_fewer_gates_and_approvers(self, story, tiered):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered))
        assert tier(story) == ("low", "approved", "low")
        assert story.now.tier.due_at == MONDAY - timedelta(hours=1) + timedelta(days=365)
        assert "limits" not in [one.gate for one in story.now.results]
        story.approves(GRACE)
        story.is_read_before_going_live()
        story.moved()
        assert story.status == "live"
        assert story.actions == [
            "proposed", "tier-determined", "evidence-read", "reviewed", "approved", "move-started", "went-live"
        ]  # fmt: skip
        assert story.logged.replayed().fault is None

    def test_that_lead_higher_ask_for_more(self, story, tiered):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered, HIGH))
        assert tier(story) == ("high", "approved", "high")
        story.approves(GRACE)
        story.approves(EDSGER)
        assert story.status == "pending"
        story.approves(MARGARET)
        assert story.status == "approved"

    def test_count_if_anybody_approved_them_who_wrote_neither(self, story, tiered):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered, approved_by=(ADA, BARBARA)))
        assert tier(story) == ("low", "approved", "low")

    def test_count_no_more_once_whoever_approved_them_is_an_author_of_the_release(self, story, tiered):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered, approved_by=(GRACE,)))
        assert tier(story)[:2] == ("low", "approved")
        story.is_read(user="grace@northwind.example")
        assert tier(story)[:2] == ("high", "own")

    def test_are_taken_in_by_a_look_that_was_meant_for_what_isn_t_approved_any_more(self, story, tiered):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered))
        story.is_read_before_going_live(answers=answered(tiered, MODERATE, digest="f" * 64))
        assert tier(story) == ("moderate", "approved", "moderate")
        assert story.logged.replayed().fault is None


class TestADraft:
    def test_that_leads_higher_counts_at_once(self, story, tiered):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered), drafts=(draft(tiered, MODERATE),))
        assert tier(story) == ("moderate", "draft", "moderate")
        assert story.now.tier.digest == "e" * 64

    @pytest.mark.parametrize("values", [{}, LOW, MODERATE, {"people": "2"}])
    def test_that_leads_nowhere_higher_changes_nothing(self, story, tiered, values):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered, MODERATE), drafts=(draft(tiered, values),))
        assert tier(story) == ("moderate", "approved", "moderate")

    def test_never_lowers(self, story, tiered):
        story.proposes(ADA)
        story.is_read(drafts=(draft(tiered, LOW),))
        assert tier(story) == ("high", "none", "high")

    def test_of_an_older_questionnaire_counts_for_nothing(self, story, tiered):
        old = draft(tiered, HIGH).model_copy(update={"questionnaire_digest": "0" * 64})
        story.proposes(ADA)
        story.is_read(answers=answered(tiered), drafts=(old,))
        assert tier(story) == ("low", "approved", "low")


CHANGES = {
    "it is raised": lambda world: {"answers": answered(world, HIGH, digest="f" * 64)},
    "it is lowered": lambda world: {"answers": answered(world, LOW, digest="f" * 64)},
    "the same by other answers": lambda world: {"answers": answered(world, MODERATE, digest="f" * 64)},
    "it is raised by a draft": lambda world: {"drafts": (draft(world, HIGH),)},
    "its answers are gone": lambda world: {"answers": None},
}


class TestAnApproval:
    @pytest.mark.parametrize("when", ["while it waits", "right before it goes live"])
    @pytest.mark.parametrize("change", CHANGES)
    def test_is_void_when_the_tier_changes_or_what_it_rests_on(self, story, tiered, change, when):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered, MODERATE))
        story.approves(GRACE)
        assert story.status == "approved"
        before = story.card
        changes = CHANGES[change](tiered)
        if when == "while it waits":
            story.is_read(**changes)
        else:
            story.is_read_before_going_live(**changes)
        assert (story.status, story.now.reviews, story.now.voided) == ("pending", (), ("tier",))
        assert story.card != before
        assert refused(story.approves(GRACE, card=before))
        assert "moved" not in story.actions
        assert story.logged.replayed().fault is None

    def test_stands_while_a_draft_changes_that_counts_for_nothing(self, story, tiered):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered, MODERATE))
        story.approves(GRACE)
        story.is_read_before_going_live(drafts=(draft(tiered, LOW),))
        assert story.now.move is not None

    def test_is_void_when_the_tiers_of_the_policy_change(self, story, tiered, tmp_path):
        story.proposes(ADA)
        story.is_read(answers=answered(tiered))
        story.approves(GRACE)
        questionnaire = asked_otherwise("Decides about people", "Decides about persons")
        story.world = world_of(tiered_bundle(tmp_path / "bundle", questionnaire=questionnaire))
        story.handle(ReassessRelease(story.now.id), CLOCKWORK)
        assert (story.now.reviews, story.now.tier, story.now.terms.tier) == ((), None, "high")
        story.is_read()
        assert tier(story) == ("high", "older", "high")


def test_a_tier_that_its_answers_dont_bear_out_is_found_in_the_log(story, tiered):
    """Whoever can write the database can't give a release a lower tier: replaying its events tells."""
    story.proposes(ADA)
    story.is_read()
    decided = story.logged.decided[-1]
    determined, *others = decided.events
    lower = determined.standing.model_copy(update={"tier": "low"})
    forged = (determined.model_copy(update={"standing": lower}), *others)
    story.logged.decided[-1] = replace(decided, events=forged)
    assert story.logged.replayed().fault
