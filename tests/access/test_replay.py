"""A story that could not have happened is named by its first event that couldn't (P3, P9).

What the real functions decide always replays; `test_properties.py` says so of whatever people, clocks and effects do.
"""

from datetime import timedelta
from typing import Any

import pytest

from tests.access.story import Story
from tests.builders import world_of
from tests.logged import Story as Told
from tests.logged import renumbered
from tests.people import ADA, EDSGER, GRACE, RADIA, with_two_accounts
from workflows import access
from workflows.access.objection import objection
from workflows.audit.replay import replay

HARMLESS = {"access.end-announced", "access.credential-not-ended"}
"""They tell something and change nothing; without them, the rest of the story stands."""


@pytest.fixture(scope="module")
def told(bundle) -> Told:
    """From the request to the confirmed end: two stages, two credentials, one of which couldn't be shown."""
    story = Story(world_of(bundle))
    story.asks(ADA, "warehouse-write", ticket="DATA-42")
    story.approves(GRACE)
    story.approves(RADIA)
    story.gets_credentials(ADA)
    story.minted("crd_1")
    story.passes(minutes=55)
    story.gets_credentials(ADA)
    story.minted("crd_2", delivered=False)
    story.ended("crd_2")
    story.passes(minutes=10)
    story.not_ended("crd_1")
    story.ended("crd_1")
    return story.logged.story()


def why(told: Told) -> str | None:
    """What is said of a story that was signed anew, numbers and all; None if it could have happened."""
    fault = replay(access.WORKFLOW, renumbered(told)).fault
    return fault.why if fault else None


def without(told: Told, *actions: str) -> Told:
    return [one for one in told if one[0].action.removeprefix("access.") not in actions]


def changed(told: Told, action: str, which: int = 0, **facts: Any) -> Told:
    """The story with some facts of an event replaced."""
    at = [index for index, (leaf, _) in enumerate(told) if leaf.action == f"access.{action}"][which]
    leaf, typed = told[at]
    return [*told[:at], (leaf._replace(facts={**leaf.facts, **facts}), typed), *told[at + 1 :]]


class TestAStoryThatHappened:
    def test_replays_to_the_state_it_led_to(self, told):
        replayed = replay(access.WORKFLOW, told)
        assert replayed.fault is None
        assert replayed.state.status == "ended"
        assert len(replayed.story) == len(told)

    def test_replays_without_the_texts_that_were_erased(self, told):
        replayed = replay(access.WORKFLOW, [(leaf, {}) for leaf, _ in told])
        assert replayed.fault is None
        assert (replayed.state.justification, replayed.state.ticket) == ("", None)

    def test_replays_as_far_as_it_is_told(self, told):
        assert all(why(told[:length]) is None for length in range(len(told) + 1))


class TestOneEvent:
    def test_removed_is_found_unless_it_changes_nothing(self, told):
        clean = [
            leaf.action
            for at, (leaf, _) in enumerate(told[:-1])
            if why([*told[:at], *told[at + 1 :]]) is None
        ]
        assert set(clean) == HARMLESS

    def test_doubled_is_found(self, told):
        assert [
            leaf.action for at, (leaf, _) in enumerate(told) if not why([*told[: at + 1], *told[at:]])
        ] == []

    def test_swapped_with_the_next_is_found_unless_one_of_both_changes_nothing(self, told):
        for at in range(len(told) - 1):
            first, second = told[at], told[at + 1]
            if not why([*told[:at], second, first, *told[at + 2 :]]):
                assert {first[0].action, second[0].action} & HARMLESS

    def test_of_another_story_is_found(self, told):
        at = [leaf.action for leaf, _ in told].index("access.granted")
        leaf, typed = told[at]
        borrowed = [*told[:at], (leaf._replace(subject="acc_02"), typed), *told[at + 1 :]]
        assert "another story" in why(borrowed)


class TestWhatNobodyGranted:
    def test_was_minted(self, told):
        assert "not been granted" in why(without(told, "reviewed", "approved", "granted"))

    def test_was_granted_without_a_review(self, told):
        assert "no review, and no rule" in why(without(told, "reviewed"))

    def test_was_reviewed_by_one_where_two_are_asked_for(self, told):
        one = [leaf.facts.get("reviewer") for leaf, _ in told].index(GRACE)
        assert "too few" in why([*told[:one], *told[one + 1 :]])

    def test_lasts_longer_than_was_requested(self, told):
        leaf = next(leaf for leaf, _ in told if leaf.action == "access.granted")
        later = (leaf.time + timedelta(hours=23)).isoformat()
        assert "another time than was requested" in why(changed(told, "granted", ends_at=later))

    def test_was_requested_for_longer_than_its_terms_allow(self, told):
        assert "its terms allow" in why(changed(told, "requested", seconds=82_800))

    def test_has_terms_of_no_policy_that_was_in_force(self, told):
        terms = told[0][0].facts["terms"] | {"digest": "0" * 64}
        assert "another policy" in why(changed(told, "requested", terms=terms))


class TestAReview:
    def test_of_their_own_request_is_found(self, told):
        forged = changed(told, "reviewed", reviewer=ADA)
        mine = [(leaf._replace(actor=ADA) if leaf.actor == GRACE else leaf, typed) for leaf, typed in forged]
        assert f"{ADA} reviewed their own request" in why(mine)

    def test_by_another_account_of_the_requester_is_found_by_who_could_decide_then(self, told):
        """The decision listed everybody who could decide; the requester's other account is in the group all the same."""
        seen = next(leaf.facts["seen"] for leaf, _ in told if leaf.action == "access.reviewed")
        stages = [
            stage | {"people": [EDSGER], "count": 1} if stage["stage"] == "data-owners" else stage
            for stage in seen["stages"]
        ]
        assert "another account" in why(changed(told, "reviewed", seen=seen | {"stages": stages}))

    def test_by_somebody_in_none_of_the_groups_is_found(self, told):
        seen = next(leaf.facts["seen"] for leaf, _ in told if leaf.action == "access.reviewed")
        assert "not among its approvers" in why(
            changed(told, "reviewed", seen=seen | {"reviewer_groups": ["scientists"]})
        )

    def test_that_somebody_else_gave_in_their_name_is_found(self, told):
        forged = [
            (leaf._replace(actor="U0THIEF") if leaf.facts.get("reviewer") == GRACE else leaf, typed)
            for leaf, typed in told
        ]
        assert "someone else than the reviewer" in why(forged)

    def test_bound_to_another_request_is_found(self, told):
        assert "another request" in why(changed(told, "reviewed", digest="f" * 64))

    @pytest.mark.parametrize(
        "seen", [{}, {"reviewer_groups": 7}, {"stages": [1]}, {"stages": "none"}, {"reviewers": []}]
    )
    def test_whose_record_says_nothing_readable_is_found(self, told, seen):
        assert why(changed(changed(told, "reviewed", seen=seen), "reviewed", 1, seen=seen))


class TestACredentialUnderIt:
    def test_is_not_made_once_an_approver_is_known_as_the_requester_s_other_account(self, bundle):
        """Nobody knew when it was approved."""
        world = world_of(bundle)
        story = Story(world)
        story.asks(ADA)
        story.approves(GRACE)
        story.gets_credentials(ADA)
        happened = replay(access.WORKFLOW, story.logged.story()).story
        assert objection(story.now, happened, "crd_1", world) is None
        why_not = objection(story.now, happened, "crd_1", with_two_accounts(world, ADA, GRACE))
        assert why_not
        assert "another account of the requester" in why_not


class TestAfterTheEnd:
    def test_nothing_is_minted(self, told):
        after = [one for one in told if "credential-requested" in one[0].action][:1]
        assert "already" in why([*told, *after])

    def test_nothing_is_granted_again(self, told):
        granted = [one for one in told if one[0].action in ("access.approved", "access.granted")]
        assert why([*told, *granted])

    def test_an_end_is_not_confirmed_before_its_credentials_are(self, told):
        assert "had not ended" in why(
            [one for one in told if one[0].facts.get("credential") != "crd_1" or "ended" not in one[0].action]
        )
