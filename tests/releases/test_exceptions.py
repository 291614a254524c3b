"""An exception from a gate costs a reason, one more approver and a review afterwards, and is bound like all evidence."""

from dataclasses import replace

import pytest

from tests.logged import renumbered
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, RADIA, with_two_accounts
from tests.releases.story import SUBJECT, Story
from workflows import releases
from workflows.audit.replay import replay
from workflows.queries.open_exceptions import exceptions_among
from workflows.queries.waiting import waiting_for
from workflows.releases.commands import ReassessRelease
from workflows.releases.exceptions.commands import RequestException, ReviewException
from workflows.releases.exceptions.decide import awaited
from workflows.releases.exceptions.jobs import alarms_about
from workflows.releases.exceptions.reviewers import reviewers
from workflows.releases.gates.gate import evidence_digest
from workflows.releases.rollouts import stopped
from workflows.releases.views import concerns
from workflows.workflow import CLOCKWORK, Actor, NoChange, Refused

WHY = "The fix is for the incident that is open."
SEV1 = ("sev1 INC-1",)
FREEZE = (
    "\n  - {{name: {}, because: Nobody is here., begins: 2026-03-02T{}:00:00Z, ends: 2026-03-03T09:00:00Z}}"
)
AUDIT, MOVE = FREEZE.format("audit", "09"), FREEZE.format("move", "11")


def asks(story: Story, who: str = ADA, reason: str = WHY, gates: tuple[str, ...] = ()):
    return story.handle(RequestException(SUBJECT, reason, gates), Actor(who))


def reviews(story: Story, who: str, verdict="justified", reason="It was needed, and well done."):
    return story.handle(ReviewException(SUBJECT, verdict, reason), Actor(who))


def verdict_of(story: Story, gate: str) -> str:
    return next(one.verdict for one in story.now.results if one.gate == gate)


def code(decision) -> str:
    assert isinstance(decision, Refused), decision
    return decision.code


@pytest.fixture
def failing(story) -> Story:
    """A release of a service that has an open incident."""
    story.proposes(ADA)
    story.is_read(incidents=SEV1)
    assert (story.status, verdict_of(story, "no-incident")) == ("proposed", "failed")
    return story


@pytest.fixture
def excepted(failing) -> Story:
    """The same, with an exception that nobody has granted yet."""
    asks(failing)
    assert (failing.status, verdict_of(failing, "no-incident")) == ("pending", "excepted")
    return failing


@pytest.fixture
def excepted_live(excepted) -> Story:
    excepted.approves(GRACE)
    excepted.approves(MARGARET)
    excepted.is_read_before_going_live()
    excepted.moved()
    assert excepted.status == "live"
    return excepted


def replays(story: Story) -> None:
    replayed = story.logged.replayed()
    assert (replayed.fault, replayed.state) == (None, story.state)


def test_it_takes_one_more_approver_and_a_review_afterwards(excepted):
    excepted.approves(GRACE)
    assert excepted.status == "pending"
    excepted.approves(EDSGER)
    assert excepted.status == "pending", "two ordinary approvers aren't one who may grant it"
    excepted.approves(MARGARET)
    assert excepted.status == "approved"
    excepted.is_read_before_going_live()
    excepted.moved()
    review = excepted.now.exception_review
    assert excepted.status == "live"
    assert review is not None
    assert (review.is_open, excepted.told.count("exception-review-due")) == (True, 1)
    assert reviewers(excepted.now, excepted.world.directory) == {RADIA}
    assert concerns(excepted.now, excepted.world.directory, RADIA), "it is her business now"
    for who in (ADA, GRACE, MARGARET):
        assert code(reviews(excepted, who)) == "own-exception"
    assert code(reviews(excepted, BARBARA)) == "not-a-reviewer"
    assert code(reviews(excepted, RADIA, reason="fine")) == "no-reason"
    reviews(excepted, RADIA)
    assert not awaited(excepted.now)
    assert isinstance(reviews(excepted, RADIA), NoChange)
    assert code(reviews(excepted, RADIA, "unjustified")) == "nothing-to-review"
    replays(excepted)


def test_the_ordinary_approvers_alone_don_t_suffice_and_nobody_counts_twice(excepted, world):
    """Margaret sits in both groups here: she counts once."""
    excepted.world = replace(
        world,
        directory=replace(
            world.directory,
            groups={**world.directory.groups, "data-owners": frozenset({GRACE, EDSGER, MARGARET})},
        ),
    )
    excepted.approves(MARGARET)
    assert excepted.status == "pending"
    excepted.approves(EDSGER)
    assert excepted.status == "approved"
    replays(excepted)


@pytest.mark.parametrize(
    ("who", "reason", "gates", "refused"),
    [
        (ADA, "too short", (), "no-reason"),
        (ADA, "x" * 1_001, (), "no-reason"),
        (ADA, WHY, ("artifact",), "no-exceptions"),
        (ADA, WHY, ("authors",), "no-exceptions"),
        (ADA, WHY, ("no-freeze",), "not-failed"),
        (RADIA, WHY, (), "not-eligible"),
        ("USTRANGER", WHY, (), "not-eligible"),
    ],
)
def test_what_isn_t_asked_rightly_is_refused(failing, who, reason, gates, refused):
    assert code(asks(failing, who, reason, gates)) == refused
    assert failing.now.exceptions == ()


def test_nothing_is_excepted_that_passes_or_that_can_t_be_checked(story):
    story.proposes(ADA)
    assert code(asks(story)) == "gates"
    story.is_read(ndcg=("0.1",))
    assert code(asks(story)) == "not-failed"
    story.registry = replace(story.registry, incidents=None)
    story.is_read()
    assert verdict_of(story, "no-incident") == "unknown"
    assert code(asks(story, gates=("no-incident",))) == "not-failed"


def test_another_check_that_fails_still_stops_it(story):
    story.proposes(ADA)
    story.is_read(incidents=SEV1, ndcg=("0.1",))
    asks(story)
    assert (story.status, verdict_of(story, "no-incident")) == ("proposed", "excepted")
    assert code(story.approves(MARGARET)) == "gates"


def test_an_exception_is_from_what_the_check_found_and_from_nothing_else(excepted):
    """An incident opened between quorum and move isn't the one that was excepted."""
    excepted.approves(GRACE)
    excepted.approves(MARGARET)
    excepted.is_read_before_going_live(incidents=(*SEV1, "sev2 INC-2"))
    assert (excepted.status, excepted.now.reviews, verdict_of(excepted, "no-incident")) == (
        "proposed",
        (),
        "failed",
    )
    asks(excepted)
    assert excepted.status == "pending"
    replays(excepted)


def test_what_was_excepted_ends_between_quorum_and_move(excepted):
    excepted.approves(GRACE)
    excepted.approves(MARGARET)
    excepted.time_passes(hours=1)
    excepted.is_read_before_going_live(incidents=())
    assert excepted.status == "pending", "the evidence isn't what was approved"
    assert verdict_of(excepted, "no-incident") == "passed"
    replays(excepted)


@pytest.fixture
def short(changed) -> Story:
    """An exception holds for an hour, and the release waits for eight."""
    story = Story(changed(("  longest: 12h", "  longest: 1h")))
    story.proposes(ADA)
    story.is_read(incidents=SEV1)
    asks(story)
    return story


def test_nobody_approves_by_an_exception_that_is_over(short):
    short.approves(GRACE)
    short.clock.forward(hours=1)
    assert code(short.approves(MARGARET)) == "exception-over"
    assert short.status == "pending"
    short.time_passes(seconds=1)
    assert (short.status, short.now.reviews, verdict_of(short, "no-incident")) == ("proposed", (), "failed")
    assert short.due > short.clock.at
    asks(short)
    short.approves(GRACE)
    short.approves(MARGARET)
    assert short.status == "approved"
    replays(short)


def test_an_exception_that_is_over_between_quorum_and_move_stops_it(short):
    short.approves(GRACE)
    short.approves(MARGARET)
    assert short.status == "approved"
    short.clock.forward(hours=1)
    short.is_read_before_going_live()
    assert (short.status, short.now.move, short.now.reviews) == ("proposed", None, ())
    replays(short)


def test_an_exception_is_bound_by_the_evidence_that_is_approved(failing):
    before = failing.card
    state = failing.now
    asks(failing)
    now = failing.now
    assert failing.card != before
    assert evidence_digest(now.results, now.evidence, now.exceptions) != evidence_digest(
        state.results, state.evidence
    )
    assert code(failing.approves(GRACE, before)) == "stale"
    others = (now.exceptions[0].model_copy(update={"by": GRACE}),)
    assert evidence_digest(now.results, now.evidence, others) != evidence_digest(
        now.results, now.evidence, now.exceptions
    )


def test_approvals_from_before_it_was_asked_for_don_t_count(story, changed):
    story.world = changed(
        ("2025-12-19T00:00:00Z", "2026-03-02T10:00:00Z"), ("2026-01-04T00:00:00Z", "2026-03-02T12:00:00Z")
    )
    story.proposes(ADA)
    story.is_read()
    story.approves(GRACE)
    story.clock.forward(hours=1)
    asks(story)
    assert (story.status, story.now.reviews) == ("pending", ())
    replays(story)


def test_a_freeze_that_is_excepted_is_that_one_and_no_other(changed):
    freezes = (
        "2026-01-04T00:00:00Z",
        f"2026-01-04T00:00:00Z{AUDIT}{MOVE}",
    )
    story = Story(changed(freezes))
    story.proposes(ADA)
    story.is_read()
    assert verdict_of(story, "no-freeze") == "failed"
    asks(story)
    story.approves(GRACE)
    assert story.status == "pending"
    story.clock.forward(hours=2)
    assert code(story.approves(MARGARET)) == "frozen"
    story.is_read()
    assert (story.status, story.now.reviews) == ("proposed", ())
    asks(story)
    story.approves(GRACE)
    story.approves(MARGARET)
    story.is_read_before_going_live()
    assert story.now.move is not None
    replays(story)


def test_an_incident_that_stops_releases_is_excepted_like_a_freeze_and_hides_none(changed):
    freezes = (
        "2026-01-04T00:00:00Z",
        f"2026-01-04T00:00:00Z{MOVE}",
    )
    story = Story(changed(freezes))
    story.proposes(ADA)
    story.is_read(frozen=tuple(f"INC-{n}" for n in range(1, 7)))
    asks(story)
    assert story.status == "pending"
    story.is_read(frozen=tuple(f"INC-{n}" for n in (1, 2, 3, 4, 5, 7)))
    assert story.status == "proposed", "another incident, though the first five are the same"
    asks(story)
    story.clock.forward(hours=2)
    assert code(story.approves(GRACE)) == "frozen"


def test_whoever_asked_never_grants_it_under_any_of_their_accounts(failing, world):
    """Edsger, who may release and decide, asks; an author asks and an accomplice grants."""
    asks(failing, EDSGER)
    assert code(failing.approves(EDSGER)) == "own-exception"
    failing.world = with_two_accounts(world, EDSGER, MARGARET)
    assert code(failing.approves(MARGARET)) == "own-exception"
    failing.world = with_two_accounts(world, ADA, MARGARET)
    assert code(failing.approves(MARGARET)) == "author"
    assert failing.now.reviews == ()


def test_nobody_asks_for_what_nobody_could_grant(failing, world):
    failing.world = replace(
        world,
        directory=replace(
            world.directory, groups={**world.directory.groups, "incident-command": frozenset({ADA})}
        ),
    )
    assert code(asks(failing)) == "too-few-approvers"
    assert failing.now.exceptions == ()


def test_asking_twice_is_asking_once(excepted):
    assert isinstance(asks(excepted), NoChange)
    assert len(excepted.now.exceptions) == 1


def test_other_rules_end_an_exception(excepted, changed):
    excepted.approves(GRACE)
    excepted.world = changed(("  longest: 12h", "  longest: 2h"))
    excepted.handle(ReassessRelease(SUBJECT), CLOCKWORK)
    assert (excepted.status, excepted.now.exceptions, excepted.now.reviews) == ("proposed", (), ())
    assert [one.name for one in excepted.now.terms.stages] == ["data-owners"]
    replays(excepted)


def test_a_release_without_its_exception_isn_t_reviewed(live):
    assert live.now.exception_review is None
    assert code(reviews(live, RADIA)) == "nothing-to-review"


def test_a_review_that_nobody_gives_is_overdue_once(excepted_live):
    excepted_live.is_looked_at("2")
    excepted_live.time_passes(days=3, seconds=1)
    excepted_live.time_passes(days=3)
    assert excepted_live.actions.count("exception-review-overdue") == 1
    assert excepted_live.told.count("exception-review-overdue") == 1
    excepted_live.rolls_back(ADA)
    excepted_live.moved()
    assert awaited(excepted_live.now), "rolling back doesn't spare the review"
    reviews(excepted_live, RADIA, "unjustified")
    assert not awaited(excepted_live.now)
    assert excepted_live.due is None
    replays(excepted_live)


def forged(told, action, **facts):
    """The same log, in which the events of this name say something else."""
    return [
        (leaf._replace(facts=leaf.facts | facts), typed)
        if leaf.action == f"release.{action}"
        else (leaf, typed)
        for leaf, typed in told
    ]


def test_no_log_says_that_it_went_otherwise(excepted_live):
    reviews(excepted_live, RADIA)
    told = excepted_live.logged.story()
    lies = {
        "something lacks": [one for one in told if one[0].action != "release.exception-requested"],
        "it holds longer": forged(told, "exception-requested", until="2026-04-01T00:00:00Z"),
        "another check": forged(told, "exception-requested", gate="artifact"),
        "another failure": forged(told, "exception-requested", cause="0" * 64),
        "an outsider": forged(told, "exception-requested", groups=["security"], by=RADIA),
        "due later": forged(told, "exception-review-due", due_at="2026-04-01T00:00:00Z"),
        "reviewed by who granted it": forged(told, "exception-reviewed", reviewer=MARGARET),
        "reviewed by an outsider": forged(
            told, "exception-reviewed", seen={"reviewer_groups": ["scientists"]}
        ),
    }
    assert replay(releases.WORKFLOW, renumbered(told)).fault is None
    for lie, story in lies.items():
        assert replay(releases.WORKFLOW, renumbered(story)).fault, lie
    alone = [one for one in told if one[0].facts.get("reviewer") != GRACE]
    assert "too few" in replay(releases.WORKFLOW, renumbered(alone)).fault.why


def test_a_cluster_goes_on_by_what_was_excepted_and_by_nothing_that_came_later(changed):
    story = Story(changed())
    story.proposes(ADA)
    story.is_read(frozen=("INC-1",))
    asks(story)
    story.approves(GRACE)
    story.approves(MARGARET)
    story.is_read_before_going_live()
    assert story.now.move is not None
    now = story.clock()
    assert stopped(story.now, story.world, now, ["INC-1"]) is None
    assert "INC-2" in (stopped(story.now, story.world, now, ["INC-1", "INC-2"]) or "")
    story.clock.forward(hours=12)
    assert "INC-1" in (stopped(story.now, story.world, story.clock(), ["INC-1"]) or "")


def test_it_stands_on_posture_and_waits_for_its_reviewer_until_it_is_reviewed(excepted, world):
    def listed() -> list[tuple[str, str]]:
        found = exceptions_among([excepted.now], {}, world.directory, excepted.clock())
        return [(one.kind, one.what) for one in found]

    assert listed() == [("Release exception", "Ranking model 2: no-incident")]
    excepted.approves(GRACE)
    excepted.approves(MARGARET)
    excepted.is_read_before_going_live()
    excepted.moved()
    assert listed() == [("Release exception not reviewed", "Ranking model 2: no-incident")]
    assert set(waiting_for(excepted.now, world.directory)) == {RADIA}
    assert alarms_about([excepted.now]) == {}
    excepted.time_passes(days=3)
    assert listed() == [("Release exception not reviewed", "Ranking model 2: no-incident (overdue)")]
    ((key, sentence),) = alarms_about([excepted.now]).items()
    assert (key, "security" in sentence) == (f"release-exception:{SUBJECT}", True)
    reviews(excepted, RADIA)
    assert (listed(), alarms_about([excepted.now])) == ([], {})
    assert RADIA not in waiting_for(excepted.now, world.directory)
