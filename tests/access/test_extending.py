"""More time: another request under the same rule, whose grant begins when the one before ends, and never without it."""

from datetime import timedelta

import pytest

from tests.access.story import SUBJECT, WHY, Story
from tests.people import ADA, EDSGER, GRACE
from workflows.access.commands import CancelExtension, RequestAccess, StartGrant
from workflows.access.extensions import extended
from workflows.access.state import Extended
from workflows.access.views import held_over
from workflows.workflow import OUTBOX, Actor, Decision, NoChange, Refused, World


def asks_for_more(story: Story, extends: Extended, who: str = ADA, what: str = "warehouse") -> Decision:
    return story.handle(RequestAccess(SUBJECT, what, 1_800, WHY, extends=extends), Actor(who))


def starts(story: Story) -> Decision:
    return story.handle(StartGrant(SUBJECT), OUTBOX)


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


@pytest.fixture
def before(world: World) -> Story:
    """Ada's active access, an hour of it."""
    story = Story(world)
    story.asks(ADA)
    story.approves(GRACE)
    return story


@pytest.fixture
def extends(before: Story) -> Extended:
    found = extended(before.now, before.clock())
    assert found
    return found


@pytest.fixture
def story(before: Story, extends: Extended, world: World) -> Story:
    """The request for more, pending, half an hour before the end."""
    story = Story(world, before.clock)
    before.clock.forward(minutes=30)
    asks_for_more(story, extends)
    return story


class TestAnExtension:
    def test_begins_exactly_when_the_access_before_ends(self, story: Story, extends: Extended) -> None:
        story.approves(GRACE)
        grant = story.now.grant
        assert grant is not None
        assert (story.status, grant.starts_at) == ("scheduled", extends.ends_at)
        assert grant.ends_at == extends.ends_at + timedelta(minutes=30)
        (effect,) = story.called_for("start-grant")
        assert story.clock() + timedelta(seconds=effect.delay) == extends.ends_at

        story.clock.at = extends.ends_at
        starts(story)
        assert story.status == "active"
        assert story.logged.replayed().state == story.state

    def test_gives_nothing_before_it_begins(self, story: Story, extends: Extended) -> None:
        story.approves(GRACE)
        assert code(story.gets_credentials(ADA)) == "not-started"
        assert held_over(story.now) is None
        assert starts(story) == NoChange()
        story.clock.at = extends.ends_at - timedelta(seconds=1)
        assert starts(story) == NoChange()
        assert story.handle(StartGrant(SUBJECT), Actor(ADA)) != NoChange()
        assert story.status == "scheduled"

    def test_mints_a_credential_of_its_own(self, story: Story, extends: Extended) -> None:
        story.approves(GRACE)
        story.clock.at = extends.ends_at
        starts(story)
        story.gets_credentials(ADA)
        assert [one.status for one in story.now.credentials] == ["minting"]

    def test_approved_after_the_end_begins_at_the_approval(self, story: Story, extends: Extended) -> None:
        story.clock.at = extends.ends_at + timedelta(minutes=5)
        story.approves(GRACE)
        assert story.status == "active"
        assert story.now.grant is not None
        assert story.now.grant.starts_at == story.clock()
        assert story.called_for("start-grant") == []

    def test_is_never_approved_by_whoever_asks(self, before: Story, world: World) -> None:
        mine = Story(world)
        mine.asks(GRACE)
        mine.approves(EDSGER)
        more = Story(world, mine.clock)
        asks_for_more(more, extended(mine.now, mine.clock()), GRACE)  # type: ignore[arg-type]
        assert code(more.approves(GRACE)) == "own-request"
        assert more.status == "pending"

    def test_is_bound_to_what_it_extends(self, story: Story, extends: Extended, world: World) -> None:
        plain = Story(world, story.clock)
        plain.asks(ADA, seconds=1_800)
        assert plain.now.digest != story.now.digest


class TestAskedFor:
    def test_in_the_last_second_it_is_taken(self, before: Story, extends: Extended, world: World) -> None:
        late = Story(world, before.clock)
        before.clock.at = extends.ends_at - timedelta(seconds=1)
        asks_for_more(late, extends)
        assert late.status == "pending"

    def test_when_the_access_is_over_it_is_refused(
        self, before: Story, extends: Extended, world: World
    ) -> None:
        late = Story(world, before.clock)
        before.clock.at = extends.ends_at
        assert code(asks_for_more(late, extends)) == "over"
        assert extended(before.now, before.clock()) is None

    def test_by_somebody_else_or_for_something_else_it_is_refused(
        self, extends: Extended, world: World
    ) -> None:
        other = Story(world)
        assert code(asks_for_more(other, extends, EDSGER)) == "not-yours"
        assert code(asks_for_more(other, extends.model_copy(update={"entitlement": "sample"}))) == (
            "not-the-same"
        )

    def test_it_is_looked_at_whether_there_is_another(self, story: Story) -> None:
        assert len(story.called_for("check-extension")) == 1


class TestWhenTheAccessBeforeEndsEarly:
    @pytest.mark.parametrize("how", ["gives_back", "revokes"])
    def test_its_extensions_are_cancelled(self, before: Story, how: str) -> None:
        getattr(before, how)(ADA if how == "gives_back" else GRACE)
        assert len(before.called_for("cancel-extensions")) == 1

    def test_an_end_in_time_cancels_none(self, before: Story) -> None:
        before.passes(hours=2)
        assert before.status == "ended"
        assert before.called_for("cancel-extensions") == []

    def test_what_is_pending_is_withdrawn(self, story: Story) -> None:
        story.handle(CancelExtension(SUBJECT, "It ended early."), OUTBOX)
        assert (story.status, story.now.reason) == ("withdrawn", "It ended early.")

    def test_what_is_approved_never_begins(self, story: Story, extends: Extended) -> None:
        story.approves(GRACE)
        story.handle(CancelExtension(SUBJECT, "It ended early."), OUTBOX)
        assert story.status == "ended"
        story.clock.at = extends.ends_at
        assert starts(story) == NoChange()
        assert held_over(story.now) is None
        assert story.logged.replayed().state == story.state

    def test_nobody_but_daypass_says_so(self, story: Story) -> None:
        assert code(story.handle(CancelExtension(SUBJECT, "no"), Actor(EDSGER)))
        assert story.status == "pending"


class TestScheduled:
    def test_its_requester_gives_it_up(self, story: Story) -> None:
        story.approves(GRACE)
        story.gives_back(ADA)
        assert story.status == "ended"

    def test_its_approver_revokes_it(self, story: Story) -> None:
        story.approves(GRACE)
        story.revokes(EDSGER)
        assert story.status == "ended"

    def test_it_ends_in_time_though_nothing_has_started_it(self, story: Story) -> None:
        story.approves(GRACE)
        story.passes(hours=3)
        assert story.status == "ended"
        assert story.logged.replayed().state == story.state
