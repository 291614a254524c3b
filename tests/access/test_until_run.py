"""Access that ends with a run: refused for one that doesn't run, watched while it goes on, over when the run is."""

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.access.story import SUBJECT, WHY, Story
from tests.people import ADA, EDSGER, GRACE
from workflows.access.commands import RequestAccess
from workflows.access.extensions import extended
from workflows.access.run_watch import run_performers
from workflows.access.runs import (
    NO_ANSWER,
    NOT_SET_UP,
    ReportRun,
    RunEnded,
    RunReading,
    Runs,
    SeenRun,
    UntilRun,
    named_run,
    read_run,
)
from workflows.access.state import Access
from workflows.access.views import held_over
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Later, Result
from workflows.ports import Permanent, Retryable
from workflows.workflow import OUTBOX, Actor, Decision, NoChange, Refused, World

RUN = UntilRun(kind="mlflow", id="1f2e3d")
RUNNING = RunReading("running", "RUNNING")
AWAY = RunReading("unreadable", why="MLflow is unavailable.")


def asks(story: Story, reading: RunReading = RUNNING, starts_at: datetime | None = None) -> Decision:
    seen = SeenRun(RUN, reading)
    command = RequestAccess(SUBJECT, "warehouse", 3_600, WHY, starts_at=starts_at, until_run=seen)
    return story.handle(command, Actor(ADA))


def sees(story: Story, reading: RunReading) -> Decision:
    return story.handle(ReportRun(SUBJECT, reading), OUTBOX)


def over(said: str = "FINISHED", ended_at: datetime | None = None) -> RunReading:
    return RunReading("over", said, ended_at)


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


@pytest.fixture
def story(world: World) -> Story:
    story = Story(world)
    asks(story)
    return story


@pytest.fixture
def active(story: Story) -> Story:
    story.approves(GRACE)
    assert story.status == "active"
    return story


@pytest.mark.parametrize(
    ("reading", "refusal"),
    [
        (RunReading("missing"), "no-run"),
        (over(), "run-over"),
        (over("KILLED"), "run-over"),
        (AWAY, "run-unreadable"),
    ],
)
def test_a_run_that_isn_t_seen_running_is_refused_under_its_field(
    world: World, reading: RunReading, refusal: str
) -> None:
    story = Story(world)
    decision = asks(story, reading)
    assert code(decision) == refusal
    assert isinstance(decision, Refused)
    assert set(decision.fields) == {"until_run"}
    assert story.state is None


class TestWhileTheRunGoesOn:
    def test_it_is_watched_from_the_request_on(self, story: Story) -> None:
        assert len(story.called_for("watch-run")) == 1

    def test_other_access_has_nothing_to_watch(self, world: World) -> None:
        story = Story(world)
        story.asks(ADA)
        assert story.called_for("watch-run") == []

    def test_what_goes_on_is_no_event(self, active: Story) -> None:
        assert sees(active, RUNNING) == NoChange()

    def test_a_run_that_never_ends_keeps_nobody_in(self, active: Story) -> None:
        active.passes(hours=1)
        assert active.now.grant
        assert (active.status, active.now.grant.how) == ("ended", "expired")

    def test_its_approval_is_bound_to_the_run(self, story: Story, world: World) -> None:
        other = Story(world)
        other.asks(ADA)
        assert code(story.approves(GRACE, other.card)) == "stale"

    def test_nobody_but_daypass_says_what_became_of_it(self, active: Story) -> None:
        assert code(active.handle(ReportRun(SUBJECT, over()), Actor(ADA))) == "not-yours"
        assert active.status == "active"


class TestWhenTheRunEnds:
    def test_access_ends_and_its_credentials_are_revoked(self, active: Story) -> None:
        active.gets_credentials(ADA)
        active.minted("crd_1")
        active.clock.forward(minutes=10)
        sees(active, over(ended_at=active.clock()))
        grant = active.now.grant
        assert grant
        assert (active.status, grant.how) == ("ending", "run ended")
        assert len(active.called_for("end")) == 1
        active.ended("crd_1")
        assert active.status == "ended"
        assert active.actions[-4:] == [
            "grant-end-started",
            "credential-end-started",
            "credential-ended",
            "grant-ended",
        ]
        assert "run-ended" in active.actions
        replayed = active.logged.replayed()
        assert (replayed.fault, replayed.state) == (None, active.state)

    @pytest.mark.parametrize("said", ["FINISHED", "FAILED", "KILLED"])
    def test_however_it_ends(self, active: Story, said: str) -> None:
        sees(active, over(said))
        assert active.status == "ended"

    def test_a_deleted_run_has_ended(self, active: Story) -> None:
        sees(active, RunReading("missing", "deleted"))
        assert active.status == "ended"
        assert active.now.reason == "Its run no longer exists."

    def test_a_pending_request_is_withdrawn(self, story: Story) -> None:
        sees(story, over())
        assert (story.status, story.now.reason) == ("withdrawn", "Its run ended.")
        assert story.logged.replayed().fault is None
        assert code(story.approves(GRACE)) is not None

    def test_a_scheduled_grant_never_starts(self, world: World) -> None:
        story = Story(world)
        asks(story, starts_at=story.clock() + timedelta(hours=1))
        story.approves(GRACE)
        sees(story, over())
        assert story.status == "ended"
        assert held_over(story.now) is None
        assert story.logged.replayed().fault is None

    def test_nothing_follows_on_it(self, active: Story) -> None:
        before = extended(active.now, active.clock())
        assert before
        sees(active, over())
        assert len(active.called_for("cancel-extensions")) == 1

    def test_it_is_heard_of_once(self, active: Story) -> None:
        sees(active, over())
        assert sees(active, over()) == NoChange()
        assert sees(active, AWAY) == NoChange()

    @pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(days=400), timedelta(seconds=1)])
    def test_a_time_that_cant_be_true_isn_t_kept(self, active: Story, off: timedelta) -> None:
        sees(active, over(ended_at=active.clock() + off))
        (event,) = [one for one in active.events if isinstance(one, RunEnded)]
        assert event.run_ended_at is None
        assert event.at == active.clock()
        assert active.status == "ended"


class TestWhileTheRunCantBeSeen:
    def test_access_goes_on_to_its_time_and_says_since_when(self, active: Story) -> None:
        active.clock.forward(minutes=5)
        sees(active, AWAY)
        assert active.now.run_unseen_since == active.clock()
        active.clock.forward(minutes=5)
        assert sees(active, AWAY) == NoChange()
        active.passes(minutes=50)
        assert active.status == "ended"
        assert active.logged.replayed().fault is None

    def test_it_is_seen_again(self, active: Story) -> None:
        sees(active, AWAY)
        sees(active, RUNNING)
        assert active.now.run_unseen_since is None
        assert active.actions[-2:] == ["run-unreadable", "run-readable"]
        sees(active, over())
        assert active.status == "ended"

    def test_it_may_have_ended_meanwhile(self, active: Story) -> None:
        sees(active, AWAY)
        sees(active, over())
        assert active.status == "ended"

    def test_it_can_be_given_back_and_revoked_as_ever(self, active: Story) -> None:
        sees(active, AWAY)
        active.revokes(EDSGER)
        assert active.status == "ended"


class Known:
    """A system with one run."""

    def __init__(self, answer: RunReading | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def read(self, id: str) -> RunReading:
        self.asked.append(id)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Slow:
    """A system that doesn't answer."""

    async def read(self, id: str) -> RunReading:
        await asyncio.Event().wait()
        raise AssertionError


class States:
    """As much of the store as the watch reads."""

    def __init__(self, state: Access) -> None:
        self.state = state

    async def find(self, kind: type[Access], subject: str) -> Access:
        return self.state


async def watched(story: Story, runs: dict[str, Runs]) -> Result:
    (called,) = story.called_for("watch-run")
    effect = ClaimedEffect(1, SUBJECT, 1, 0, called.kind, {}, 1)
    performers = run_performers(runs, States(story.now), every=7)  # type: ignore[arg-type]
    return await performers["watch-run"].perform(effect)


class TestTheWatch:
    async def test_looks_again_while_the_run_goes_on(self, active: Story) -> None:
        result = await watched(active, {"mlflow": Known(RUNNING)})
        assert result == Later("The run goes on.", None, pause=7)

    async def test_reports_its_end_and_is_done(self, active: Story) -> None:
        assert await watched(active, {"mlflow": Known(over())}) == Done(ReportRun(SUBJECT, over()))

    async def test_says_once_that_it_can_t_see_it(self, active: Story) -> None:
        away = {"mlflow": Known(Retryable(AWAY.why))}
        result = await watched(active, away)  # type: ignore[arg-type]
        assert result == Later(AWAY.why, ReportRun(SUBJECT, AWAY), pause=7)
        sees(active, AWAY)
        assert await watched(active, away) == Later(AWAY.why, None, pause=7)  # type: ignore[arg-type]
        seen = await watched(active, {"mlflow": Known(RUNNING)})
        assert seen == Later("The run goes on.", ReportRun(SUBJECT, RUNNING), pause=7)

    async def test_asks_nothing_once_access_is_over(self, active: Story) -> None:
        active.gives_back(ADA)
        source = Known(RUNNING)
        assert await watched(active, {"mlflow": source}) == Done()
        assert source.asked == []


class TestReadingARun:
    async def test_what_fails_can_t_be_seen(self) -> None:
        for error in (Retryable("Away."), Permanent("Rejected.")):
            reading = await read_run({"mlflow": Known(error)}, RUN, 5)
            assert reading == RunReading("unreadable", why=str(error))

    async def test_what_takes_too_long_can_t_be_seen(self) -> None:
        assert await read_run({"mlflow": Slow()}, RUN, 0.01) == RunReading("unreadable", why=NO_ANSWER)

    async def test_a_kind_that_isn_t_set_up_can_t_be_seen(self) -> None:
        assert await read_run({}, RUN, 5) == RunReading("unreadable", why=NOT_SET_UP)

    @pytest.mark.parametrize("id", ["", " ", "../1", "a/b/c", "/a", "a/", "a\0b", "x" * 65, "\ud800"])
    async def test_what_is_no_id_is_asked_of_nobody(self, id: str) -> None:
        source = Known(RUNNING)
        reading = await read_run({"mlflow": source}, UntilRun(kind="mlflow", id=id), 5)
        assert (reading.status, source.asked) == ("missing", [])


def test_a_run_is_named_by_its_id_or_with_its_kind() -> None:
    assert named_run(" 1f2e3d ") == named_run("mlflow:1f2e3d") == named_run("MLflow: 1f2e3d") == RUN
