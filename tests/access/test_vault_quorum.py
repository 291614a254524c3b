"""Vault's own approvers authorize each credential: what is recorded of it, who may collect it, and what ends it."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.access.story import SUBJECT, Story
from tests.builders import changed_bundle, world_of
from tests.logged import renumbered
from tests.people import ADA, EDSGER, GRACE, RADIA
from tests.policy.test_assurance import GUARDED
from workflows.access import WORKFLOW
from workflows.access.commands import ReportMinted, ReportNotMinted, RequestCredential
from workflows.access.narrative import SENTENCES
from workflows.access.objection import objection_to_grant
from workflows.access.vault_quorum.commands import ReportVaultAsked, ReportVaultAuthorized
from workflows.access.vault_quorum.effects import ASK
from workflows.access.vault_quorum.words import spell_count
from workflows.audit.replay import replay
from workflows.narrative import Names
from workflows.workflow import OUTBOX, Actor, Decision, NoChange, Refused, World

CREDENTIAL = "crd_1"
BY = ("ann", "bob")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> World:
    target: Path = tmp_path_factory.mktemp("guarded")
    return world_of(changed_bundle(target / "bundle", GUARDED))


@pytest.fixture
def story(guarded: World) -> Story:
    """Granted, and a credential asked for."""
    story = Story(guarded)
    story.asks(ADA, "warehouse-pii", 1_800, "to see who of them has asked to be forgotten", "PRIV-7")
    story.approves(GRACE)
    story.approves(RADIA)
    assert story.status == "active"
    story.gets_credentials(ADA)
    return story


def asked(story: Story, approvals: int = 2, actor: Actor = OUTBOX) -> Decision:
    until = story.clock() + timedelta(minutes=20)
    command = ReportVaultAsked(SUBJECT, CREDENTIAL, "acs.1", until, approvals, ("data-owners",))
    return story.handle(command, actor)


def authorized(story: Story, *by: str, enough: bool = False, actor: Actor = OUTBOX) -> Decision:
    return story.handle(ReportVaultAuthorized(SUBJECT, CREDENTIAL, by, enough), actor)


def minted(story: Story) -> Decision:
    expires = story.clock() + timedelta(minutes=10)
    command = ReportMinted(SUBJECT, CREDENTIAL, "a", "l", "w", delivered=True, expires_at=expires)
    return story.handle(command, OUTBOX)


def collects(story: Story, window: str = "another") -> Decision:
    return story.handle(RequestCredential(SUBJECT, "crd_9", window), Actor(ADA))


class TestACredential:
    def test_is_asked_of_vault_and_made_by_nothing_else(self, story: Story) -> None:
        assert len(story.called_for(ASK)) == 1
        assert story.called_for("mint") == []

    def test_waits_and_its_approvers_and_its_requester_are_told(self, story: Story) -> None:
        asked(story)
        assert (GRACE, "vault-asked") in story.told
        assert (RADIA, "vault-asked") in story.told
        refused = collects(story)
        assert isinstance(refused, Refused)
        assert refused.sentence.startswith("Waiting for Vault's approvers: 0 of 2.")
        authorized(story, "ann")
        request = story.now.credentials[0].asked_of_vault
        assert request is not None
        assert spell_count(request) == "1 of 2 (ann)"
        assert (ADA, "vault-authorized") not in story.told
        authorized(story, *BY, enough=True)
        assert (ADA, "vault-authorized") in story.told

    def test_is_collected_under_its_first_name_and_once_a_window(self, story: Story) -> None:
        asked(story)
        authorized(story, *BY, enough=True)
        collects(story)
        assert story.actions[-1] == "credential-collected"
        assert collects(story) == NoChange()
        minted(story)
        (credential,) = story.now.credentials
        assert (credential.id, credential.status) == (CREDENTIAL, "live")

    def test_the_same_news_is_no_event(self, story: Story) -> None:
        asked(story)
        assert asked(story) == NoChange()
        authorized(story, "ann")
        assert authorized(story, "ann") == NoChange()

    def test_that_was_not_made_is_told_and_asked_for_again(self, story: Story) -> None:
        asked(story)
        story.handle(ReportNotMinted(SUBJECT, CREDENTIAL, "It expired.", lost=False), OUTBOX)
        assert (ADA, "credential-not-minted") in story.told
        assert story.gets_credentials(ADA) != NoChange()
        assert len(story.called_for(ASK)) == 2

    def test_that_was_interrupted_is_ended_with_its_request_in_vault(self, story: Story) -> None:
        asked(story)
        story.handle(ReportNotMinted(SUBJECT, CREDENTIAL, "Daypass restarted.", lost=True), OUTBOX)
        (end,) = story.called_for("end")
        assert end.payload["wrapping_accessor"] == "acs.1"

    def test_of_a_revoked_grant_isn_t_waited_for(self, story: Story) -> None:
        asked(story)
        story.revokes(GRACE)
        assert story.status == "ending", "until Vault has forgotten what was asked for"
        assert authorized(story, *BY, enough=True) == NoChange()
        assert isinstance(collects(story), Refused)
        story.handle(ReportNotMinted(SUBJECT, CREDENTIAL, "The grant ended.", lost=False), OUTBOX)
        assert story.status == "ended"

    def test_ends_with_its_time_like_any_other(self, story: Story) -> None:
        asked(story)
        authorized(story, *BY, enough=True)
        story.clock.forward(seconds=1_800)
        assert isinstance(collects(story), Refused)


class TestNobodyElse:
    @pytest.mark.parametrize("who", [ADA, GRACE, EDSGER])
    def test_says_what_vault_has(self, story: Story, who: str) -> None:
        assert isinstance(asked(story, actor=Actor(who)), Refused)
        asked(story)
        assert isinstance(authorized(story, *BY, enough=True, actor=Actor(who)), Refused)

    def test_collects_it(self, story: Story) -> None:
        asked(story)
        authorized(story, *BY, enough=True)
        assert isinstance(story.handle(RequestCredential(SUBJECT, "crd_9", "another"), Actor(GRACE)), Refused)


class TestReplay:
    """What `daypass audit verify` says of a log in which it didn't go so."""

    def why(self, story: Story, left_out: str = "", **changes: object) -> str | None:
        """The first thing that could not have happened, if the events of one action are left out, or the last is changed."""
        events = [one for one in story.logged.story() if one[0].action != f"access.{left_out}"]
        leaf, typed = events[-1]
        events[-1] = (leaf._replace(facts={**leaf.facts, **changes}), typed)
        fault = replay(WORKFLOW, renumbered(events)).fault
        return fault.why if fault else None

    def test_finds_a_credential_that_nobody_had_authorized(self, story: Story) -> None:
        asked(story)
        authorized(story, *BY, enough=True)
        collects(story)
        minted(story)
        assert self.why(story) is None
        for action in ("vault-authorized", "credential-collected"):
            assert "not authorized it" in str(self.why(story, left_out=action)), action
        assert "Vault had not been asked" in str(self.why(story, left_out="vault-asked"))

    def test_finds_too_few(self, story: Story) -> None:
        asked(story)
        authorized(story, *BY, enough=True)
        assert "too few" in str(self.why(story, authorized_by=["ann", "ann"]))

    def test_finds_a_request_that_asked_for_fewer(self, story: Story) -> None:
        asked(story)
        assert "for fewer" in str(self.why(story, approvals=1))


def test_a_bundle_that_asks_for_more_stops_what_was_granted_by_clicks(world: World, guarded: World) -> None:
    story = Story(world)
    story.asks(ADA, "warehouse-pii", 1_800, "to see who of them has asked to be forgotten", "PRIV-7")
    story.approves(GRACE)
    story.approves(RADIA)
    why = objection_to_grant(story.now, story.logged.replayed().story, guarded)
    assert why is not None
    assert "stronger approvals" in why


def test_every_event_has_a_sentence(story: Story) -> None:
    asked(story)
    authorized(story, *BY, enough=True)
    facts = [one.model_dump(mode="json") for one in story.events if one.action.startswith("vault-")]
    names = Names(story.world.directory, ADA)
    said = [
        SENTENCES[action](f, names)
        for action, f in zip(("vault-asked", "vault-authorized"), facts, strict=True)
    ]
    assert said[0].startswith("Vault waits for 2 of data-owners until ")
    assert said[1] == "In Vault, ann, bob authorized the credential, which is enough"
