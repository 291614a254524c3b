"""Releases that a passkey has to approve: what counts, what the log shows of it, and what a bundle may ask for."""

from dataclasses import replace
from typing import Any

import pytest

from tests.passkeys import Keyring, SoftwareKey
from tests.people import ADA, EDSGER, GRACE, RADIA
from tests.releases.story import SUBJECT, Story
from workflows import releases
from workflows.audit.replay import replay
from workflows.policy.problems import BundleErrors
from workflows.releases.commands import ReassessRelease, ReviewRelease
from workflows.releases.objection import objection
from workflows.system.passkeys.signed_review import challenge_of_review
from workflows.system.passkeys.state import Signed
from workflows.workflow import CLOCKWORK, Actor, Decision, NoChange, Refused

PASSKEY = ("  lapse: 8h\n", "  lapse: 8h\n  assurance: passkey\n")


class Signing(Keyring, Story):
    """A release whose approvers have passkeys."""

    def challenge(self, who: str, verdict: str = "approve") -> bytes:
        return challenge_of_review(self.now, SoftwareKey().blank(self.clock()), verdict, who)

    def signs(self, who: str, signed: Signed | None, verdict: Any = "approve", **more: Any) -> Decision:
        return self.handle(ReviewRelease(SUBJECT, verdict, *self.card, signed=signed, **more), Actor(who))


@pytest.fixture
def story(changed) -> Signing:
    world = changed(PASSKEY)
    story = Signing(replace(world, directory=replace(world.directory, managers={RADIA: EDSGER})))
    story.proposes(ADA)
    story.is_read()
    assert story.status == "pending"
    return story


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


class TestAnApproval:
    def test_counts_once_it_is_signed_and_never_by_a_click(self, story):
        key = story.has(GRACE, SoftwareKey())
        assert story.signs(GRACE, None) == NoChange(), "the way to the page"
        assert code(story.signs(GRACE, None, confirmed=True)) == "passkey-needed"
        story.signs(GRACE, key.signs(story.challenge(GRACE), story.clock()))
        assert ([one.signed for one in story.now.reviews], story.status) == ([True], "approved")

    def test_may_always_be_rejected_by_a_click_or_signed(self, story):
        key = story.has(GRACE, SoftwareKey())
        story.signs(GRACE, key.signs(story.challenge(GRACE, "reject"), story.clock()), "reject", reason="no")
        assert story.status == "rejected"
        other = Signing(story.world)
        other.proposes(ADA)
        other.is_read()
        other.rejects(GRACE)
        assert other.status == "rejected"

    def test_is_of_what_was_read(self, story):
        """Other evidence, another digest: what was signed before is of something else."""
        key = story.has(GRACE, SoftwareKey())
        before = key.signs(story.challenge(GRACE), story.clock())
        story.is_read(artifact="b" * 64)
        assert code(story.signs(GRACE, before)) == "other-challenge"

    def test_is_refused_by_someone_elses_passkey_and_for_another_verdict(self, story):
        key = story.has(GRACE, SoftwareKey())
        assert code(story.signs(EDSGER, key.signs(story.challenge(EDSGER), story.clock()))) == "not-yours"
        rejects = key.signs(story.challenge(GRACE, "reject"), story.clock())
        assert code(story.signs(GRACE, rejects)) == "other-challenge"

    def test_signed_that_is_risky_needs_no_further_window(self, story, changed):
        story.world = replace(
            changed(PASSKEY, ("risk: moderate", "risk: high")), in_force=story.world.in_force
        )
        story.handle(ReassessRelease(SUBJECT), CLOCKWORK)
        story.is_read()
        key = story.has(GRACE, SoftwareKey())
        story.signs(GRACE, key.signs(story.challenge(GRACE), story.clock()))
        assert story.status == "approved"


class TestTheLog:
    @pytest.fixture
    def told(self, story):
        key = story.has(GRACE, SoftwareKey())
        story.signs(GRACE, key.signs(story.challenge(GRACE), story.clock()))
        return story.logged.story()[: story.actions.index("reviewed") + 1]

    def test_bears_the_signature_out(self, told):
        assert replay(releases.WORKFLOW, told).fault is None

    @pytest.mark.parametrize(
        ("forge", "expected"),
        [
            (lambda facts: facts.pop("signed"), "approved without a passkey"),
            (lambda facts: facts["signed"].update(nonce="AAAA"), "of something else"),
            (lambda facts: facts.pop("new_key_waits"), "how long a new passkey waits"),
        ],
    )
    def test_without_it_or_with_another_could_not_have_happened(self, told, forge, expected):
        leaf, _ = told[-1]
        forge(leaf.facts)
        fault = replay(releases.WORKFLOW, told).fault
        assert fault
        assert expected in fault.why

    def test_holds_it_against_the_passkeys_own_events(self, story, told):
        occurred = next(one for one in story.logged.replayed().story if one.event.action == "reviewed")
        (claim,) = releases.WORKFLOW.claims(story.now.model_copy(update={"reviews": ()}), occurred)
        assert claim.subject == occurred.event.signed.passkey
        assert claim.refuted([]) == "nobody had confirmed the passkey by then"


class TestABundle:
    def test_that_asks_for_more_voids_clicks(self, world, story):
        clicked = Signing(world)
        clicked.proposes(ADA)
        clicked.is_read()
        clicked.approves(GRACE)
        assert clicked.status == "approved"
        clicked.world = story.world
        clicked.handle(ReassessRelease(SUBJECT), CLOCKWORK)
        assert (clicked.status, clicked.now.reviews) == ("proposed", ())

    def test_that_asks_for_more_stops_what_clicks_were_to_make_live_but_never_the_way_back(
        self, world, story
    ):
        clicked = Story(world)
        clicked.proposes(ADA)
        clicked.is_read()
        clicked.approves(GRACE)
        clicked.is_read_before_going_live()
        assert objection(clicked.now, world) is None
        assert "stronger approvals" in str(objection(clicked.now, story.world))
        back = clicked.now.move.model_copy(update={"why": "rollback"})
        assert objection(clicked.now.model_copy(update={"move": back}), story.world) is None

    def test_can_t_have_vault_guard_a_release(self, changed):
        with pytest.raises(BundleErrors) as found:
            changed((PASSKEY[0], PASSKEY[1].replace("passkey", "vault")))
        (problem,) = found.value.problems
        assert "a release creates no credential" in str(problem)
