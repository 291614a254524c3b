"""What nothing can take back: the grant is ending until it has expired, and everybody is told until when (P7)."""

import json
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.cli.operator import ending_sentence
from bot.slack.access.cards import card
from bot.slack.access.credential_modal import credential_modal
from bot.slack.access.notifications import note
from bot.slack.message import Message
from bot.web.api.responses import grant_of
from bot.web.console.summaries import summarise
from tests.access.story import SUBJECT, Story
from tests.builders import Clock, changed_bundle, world_of
from tests.people import ADA, GRACE
from workflows.access.commands import ReportNotMinted
from workflows.access.narrative import SENTENCES
from workflows.access.state import Access
from workflows.access.views import confirmed_by, overdue, troubled
from workflows.narrative import Names
from workflows.policy.evaluation.assess import Ask, assess, explained
from workflows.ports import Minted
from workflows.workflow import CLOCKWORK, OUTBOX, NoChange, TimePassed, World

FILE = "resources/feature-warehouse.yaml"


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The example bundle, with a warehouse that is reached by SSH certificate."""
    target = tmp_path_factory.mktemp("ssh") / "bundle"
    change = (FILE, "path: database/creds/warehouse-read", "path: ssh/sign/warehouse-read")
    return world_of(changed_bundle(target, change))


@pytest.fixture
def story(ssh: World) -> Story:
    """Ada may have certificates for an hour."""
    story = Story(ssh)
    story.asks(ADA)
    story.approves(GRACE)
    return story


def minted(story: Story, id: str = "crd_1", minutes: float = 60) -> datetime:
    """Until when the certificate works."""
    story.gets_credentials(ADA)
    until = story.clock() + timedelta(minutes=minutes)
    story.minted(id, expires_at=until, valid_until=until)
    return until


def said(message: Message) -> str:
    return json.dumps([block.to_dict() for block in message.blocks])


class TestACertificateGivenBackEarly:
    def test_is_revoked_in_vault_at_once_and_ended_when_it_has_expired(self, story: Story) -> None:
        until = minted(story)
        story.clock.forward(minutes=10)
        story.gives_back(ADA)
        assert len(story.called_for("end")) == 1
        story.ended("crd_1")
        assert (story.status, story.actions[-1]) == ("ending", "credential-left-to-expire")
        assert story.due == until
        story.passes(minutes=49)
        assert story.status == "ending"
        story.passes(minutes=2)
        assert story.status == "ended"
        assert story.now.credentials[0].ended_at == until
        assert story.now.credentials[0].confirmed_by == ("validity",)

    def test_is_waited_for_without_an_alarm_and_without_trying_again(self, story: Story) -> None:
        minted(story)
        story.gives_back(ADA)
        story.not_ended("crd_1")
        assert troubled(story.now)
        story.ended("crd_1")
        before = len(story.effects)
        story.passes(minutes=59)
        assert not troubled(story.now)
        assert not overdue(story.now, story.world.directory, story.clock())
        assert [effect.kind for effect in story.effects[before:]] == []

    def test_is_overdue_if_it_isn_t_ended_when_it_has_expired(self, story: Story) -> None:
        until = minted(story)
        story.gives_back(ADA)
        story.ended("crd_1")
        assert not overdue(story.now, story.world.directory, until)
        assert overdue(story.now, story.world.directory, until + timedelta(minutes=1))

    def test_isn_t_ended_by_time_while_vault_has_not_done_its_part(self, story: Story) -> None:
        until = minted(story)
        story.gives_back(ADA)
        story.not_ended("crd_1")
        story.clock.at = until + timedelta(minutes=1)
        assert story.handle(TimePassed(SUBJECT), CLOCKWORK) == NoChange()
        assert story.status == "ending"
        story.ended("crd_1")
        assert story.status == "ended"

    def test_holds_up_the_grant_until_the_last_of_several_has_expired(self, story: Story) -> None:
        minted(story, "crd_1", minutes=20)
        minted(story, "crd_2", minutes=40)
        story.gives_back(ADA)
        story.ended("crd_1")
        story.ended("crd_2")
        story.passes(minutes=30)
        assert [one.status for one in story.now.credentials] == ["ended", "ending"]
        assert story.status == "ending"
        story.passes(minutes=11)
        assert story.status == "ended"

    def test_several_that_expire_in_the_same_moment_end_the_grant_once(self, story: Story) -> None:
        minted(story, "crd_1")
        minted(story, "crd_2")
        story.gives_back(ADA)
        story.ended("crd_1")
        story.ended("crd_2")
        story.passes(hours=1)
        assert story.actions.count("grant-ended") == 1


class TestAMintingThatWasRefusedOrLost:
    def test_leaves_the_grant_ending_until_what_was_made_has_expired(self, story: Story) -> None:
        """A certificate for three days was made and not handed out; the grant ends in an hour."""
        story.gets_credentials(ADA)
        until = story.clock() + timedelta(hours=72)
        story.handle(ReportNotMinted(SUBJECT, "crd_1", "Too long.", lost=True, valid_until=until), OUTBOX)
        story.ended("crd_1")
        story.passes(hours=2)
        assert story.status == "ending"
        story.passes(hours=71)
        assert story.status == "ended"
        assert story.now.credentials[0].ended_at == until

    def test_is_told_as_such_even_of_an_engine_that_can_end_what_it_makes(self, world: World) -> None:
        """As of a service account that was there before: the token was refused, and works all the same."""
        story = Story(world)
        story.asks(ADA)
        story.approves(GRACE)
        story.gets_credentials(ADA)
        until = story.clock() + timedelta(minutes=30)
        story.handle(ReportNotMinted(SUBJECT, "crd_1", "Unfit.", lost=True, valid_until=until), OUTBOX)
        story.ended("crd_1")
        assert "Works until" not in said(card(story.now, "requester", world.directory)), (
            "access itself goes on"
        )
        story.gives_back(ADA)
        assert "can't be revoked" in said(card(story.now, "requester", world.directory))
        story.passes(minutes=31)
        assert story.status == "ended"

    def test_that_was_cut_short_may_have_left_one_until_the_grant_s_end(self, story: Story) -> None:
        story.gets_credentials(ADA)
        story.not_minted("crd_1", lost=True)
        story.ended("crd_1")
        assert story.now.credentials[0].status == "ending"
        assert story.due == story.now.grant.ends_at - timedelta(seconds=story.now.terms.warn)
        story.passes(hours=1, seconds=1)
        assert story.status == "ended"


class TestACredentialThatVaultCutShorter:
    """A role's `max_ttl` of ten minutes, in a grant of an hour."""

    @pytest.fixture
    def story(self, world: World) -> Story:
        story = Story(world)
        story.asks(ADA)
        story.approves(GRACE)
        story.gets_credentials(ADA)
        story.minted("crd_1", expires_at=story.clock() + timedelta(minutes=10))
        return story

    def test_is_ended_when_it_has_expired_and_another_can_be_had(self, story: Story) -> None:
        assert story.due == story.clock() + timedelta(minutes=10)
        story.passes(minutes=10)
        assert story.now.credentials[0].status == "ending"
        story.ended("crd_1")
        assert (story.status, story.now.credentials[0].status) == ("active", "ended")
        assert story.now.credentials[0].confirmed_by == ("vault",)
        story.gets_credentials(ADA)
        assert story.now.credentials[1].status == "minting"

    def test_by_less_than_anybody_notices_ends_with_its_grant(self, world: World) -> None:
        story = Story(world, Clock())
        story.asks(ADA)
        story.approves(GRACE)
        story.gets_credentials(ADA)
        story.minted("crd_1", expires_at=story.now.grant.ends_at - timedelta(seconds=2))
        story.passes(hours=1)
        assert story.actions[-3:] == ["end-announced", "grant-end-started", "credential-end-started"]

    def test_says_in_its_window_when_it_really_ends(self, story: Story) -> None:
        text = window(story.now, story.now.credentials[0].expires_at)
        assert "Your access ends later" in text
        assert "press *Get credentials*" in text
        assert "Your access ends later" not in window(story.now, story.now.grant.ends_at)


def window(state: Access, expires_at: datetime | None) -> str:
    assert expires_at
    token = Minted("accessor", None, "wrapping", SecretStr("s.token"), 300, expires_at)
    return json.dumps(credential_modal(state, token, "http://vault").to_dict())


class TestEverybodyIsTold:
    def test_whoever_asks_before_they_ask(self, ssh: World, story: Story) -> None:
        seen = assess(ssh.bundle, ssh.directory, Ask(ADA, "warehouse", 3_600, "why"), story.clock())
        told = explained(ssh.bundle, ssh.directory, seen).explanation
        assert "Can't be revoked early: SSH certificates work until they expire." in told

    def test_the_approver_before_they_decide(self, ssh: World) -> None:
        story = Story(ssh)
        story.asks(ADA)
        assert "can't be revoked early" in said(card(story.now, "approver", ssh.directory))

    def test_nobody_where_it_can_be_ended(self, world: World) -> None:
        story = Story(world)
        story.asks(ADA)
        assert "revoked" not in said(card(story.now, "approver", world.directory))

    def test_the_approver_who_presses_end_now(self, ssh: World, story: Story) -> None:
        until = minted(story)
        shown = said(card(story.now, "approver", ssh.directory))
        assert "SSH certificates can't be revoked" in shown
        assert f"until {until:%H:%M} UTC" in shown

    def test_everybody_while_it_works(self, ssh: World, story: Story) -> None:
        until = minted(story)
        story.gives_back(ADA)
        story.ended("crd_1")
        shown = said(card(story.now, "requester", ssh.directory))
        assert f"Works until <!date^{int(until.timestamp())}" in shown
        assert "SSH certificates can't be revoked" in shown
        assert "confirmed by Vault" not in shown
        assert grant_of(story.now).works_until == until
        assert ("Works until", until) in [(one.name, one.value) for one in facts(story)]
        assert f"the credential works until {until:%Y-%m-%d %H:%M:%S} UTC" in ending_sentence(story.now)
        event = story.events[-1]
        sentence = SENTENCES[event.action](event.model_dump(mode="json"), Names(ssh.directory, "outbox"))
        assert f"it works until {until:%Y-%m-%d %H:%M:%S} UTC" in sentence

    def test_in_the_end_that_it_has_expired_and_not_that_vault_ended_it(
        self, ssh: World, story: Story
    ) -> None:
        minted(story)
        story.gives_back(ADA)
        story.ended("crd_1")
        story.passes(hours=2)
        assert confirmed_by(story.now) == ("validity",)
        assert grant_of(story.now).confirmed_by == ["validity"]
        for message in (card(story.now, "requester", ssh.directory), note(story.now, "grant-ended")):
            assert "confirmed by its own expiry" in said(message)
            assert "by Vault" not in said(message)


def facts(story: Story) -> tuple[object, ...]:
    return summarise(story.now, story.world.directory).facts
