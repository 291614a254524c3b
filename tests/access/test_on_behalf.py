"""A request for somebody else: theirs once they accept it, by their rules, and neither of the two decides on it (P3, P4)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.access.story import SUBJECT, WHY, Story
from tests.builders import Clock, changed_bundle, world_of
from tests.logged import Story as Told
from tests.logged import renumbered
from tests.people import ADA, BARBARA, EDSGER, GRACE, RADIA, with_two_accounts
from workflows import access
from workflows.access.commands import (
    ReassessAccess,
    RequestAccess,
    ReviewAccess,
    Revoke,
    StopAccess,
    WithdrawAccess,
)
from workflows.access.objection import objection_to_grant
from workflows.access.on_behalf.commands import AcceptProposal, DeclineProposal
from workflows.access.runs import RunReading, SeenRun, UntilRun
from workflows.access.search_terms import found_by
from workflows.access.separation import CODE
from workflows.access.separation import beside as separated_people
from workflows.access.signals.history import History, PastRequest
from workflows.access.views import audiences, concerns
from workflows.approval.approvers_check import CheckApprovers
from workflows.approval.questions import AskQuestion
from workflows.audit.replay import replay
from workflows.ports import Person
from workflows.workflow import CLOCKWORK, OUTBOX, Actor, Decision, NoChange, Refused, SearchTerms, World

GUEST = "UGUEST"
MACHINE = "machine:nightly-training"


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


def proposes(
    story: Story,
    who: str = GRACE,
    holder: str = ADA,
    what: str = "warehouse",
    seconds: int = 3_600,
    **more: object,
) -> Decision:
    ticket = "DATA-42" if what == "warehouse-write" else None
    command = RequestAccess(SUBJECT, what, seconds, WHY, ticket, on_behalf_of=holder)
    return story.handle(replace(command, **more), Actor(who))


def accepts(story: Story, who: str = ADA, digest: str | None = None, **more: object) -> Decision:
    command = AcceptProposal(SUBJECT, digest or story.now.digest)
    return story.handle(replace(command, **more), Actor(who))


def declines(story: Story, who: str = ADA) -> Decision:
    return story.handle(DeclineProposal(SUBJECT), Actor(who))


def replays(story: Story) -> bool:
    """Whether the log tells the same story, with and without what people typed."""
    bare = replay(access.WORKFLOW, [(leaf, {}) for leaf, _ in story.logged.story()])
    return story.logged.replayed().state == story.state and bare.fault is None


def why_impossible(told: Told) -> str:
    """Why this story could not have happened; empty if it could."""
    fault = replay(access.WORKFLOW, renumbered(told)).fault
    return fault.why if fault else ""


@pytest.fixture
def proposed(story: Story) -> Story:
    """Grace, a data owner, has requested an hour of the warehouse for Ada."""
    proposes(story)
    return story


class TestUntilItIsAccepted:
    def test_nobody_but_whom_it_is_for_has_a_card_and_whoever_asked_hears_of_it(
        self, proposed: Story
    ) -> None:
        now, directory = proposed.now, proposed.world.directory
        assert (now.status, now.requester, now.owner) == ("proposed", ADA, GRACE)
        assert [one.place for one in audiences(now, directory, "#alarms")] == [f"person:{ADA}"]
        assert proposed.told == [(GRACE, "proposal-made")]
        assert [who for who in (ADA, GRACE, EDSGER, RADIA) if concerns(now, directory, who)] == [ADA, GRACE]

    def test_it_isn_t_found_under_those_who_may_decide_later(self, proposed: Story) -> None:
        (leaf, _), *_ = proposed.logged.story()
        found = found_by(SearchTerms(), "requested", leaf.facts)
        assert (found.people, found.others, found.asked_by) == ({ADA, GRACE}, frozenset(), GRACE)
        accepts(proposed)
        later = found_by(found, "proposal-accepted", proposed.logged.story()[-1][0].facts)
        assert later.others == {EDSGER}, "Grace asked for it"

    def test_nothing_is_decided_about_it_by_anybody(self, proposed: Story) -> None:
        approval = ReviewAccess(SUBJECT, "approve", *proposed.card, confirmed=True)
        for who in (ADA, GRACE, EDSGER):
            for command in (approval, AskQuestion(SUBJECT, "really?"), Revoke(SUBJECT, "because")):
                assert code(proposed.handle(command, Actor(who))) == "not-accepted"
        for command in (ReassessAccess(SUBJECT), CheckApprovers(SUBJECT)):
            assert proposed.handle(command, CLOCKWORK) == NoChange()
        assert proposed.actions == ["requested"]

    def test_it_expires_unanswered_and_both_hear_so(self, proposed: Story) -> None:
        proposed.passes(hours=5)
        assert proposed.status == "lapsed"
        assert sorted(proposed.told[1:]) == [(ADA, "proposal-lapsed"), (GRACE, "proposal-lapsed")]
        assert code(accepts(proposed)) == "decided"
        assert replays(proposed)

    def test_an_answer_in_the_last_moment_finds_it_expired(self, proposed: Story) -> None:
        proposed.clock.at = proposed.now.lapses_at
        assert code(accepts(proposed)) == "lapsed"
        assert proposed.status == "lapsed"

    @pytest.mark.parametrize("who", [GRACE, "daypass:outbox"])
    def test_whoever_asked_takes_it_back(self, proposed: Story, who: str) -> None:
        proposed.handle(WithdrawAccess(SUBJECT), Actor(who))
        assert (proposed.status, proposed.now.declined) == ("withdrawn", False)
        assert code(accepts(proposed)) == "decided"

    def test_nobody_else_takes_it_back(self, proposed: Story) -> None:
        assert code(proposed.withdraws(EDSGER)) == "not-yours"

    @pytest.mark.parametrize("how", [DeclineProposal(SUBJECT), WithdrawAccess(SUBJECT)])
    def test_whom_it_is_for_declines_it(self, proposed: Story, how: DeclineProposal | WithdrawAccess) -> None:
        proposed.handle(how, Actor(ADA))
        assert (proposed.status, proposed.now.declined) == ("withdrawn", True)
        assert proposed.told[1:] == [(GRACE, "proposal-declined")]
        assert declines(proposed) == NoChange()
        assert replays(proposed)

    def test_an_emergency_stop_closes_it(self, proposed: Story) -> None:
        proposed.handle(StopAccess(SUBJECT, "stop_1"), OUTBOX)
        assert proposed.status == "withdrawn"
        assert replays(proposed)


class TestAccepted:
    def test_it_is_their_own_request_and_goes_on_like_any_other(self, proposed: Story) -> None:
        accepts(proposed)
        assert (proposed.status, proposed.now.owner, proposed.now.requester) == ("pending", ADA, ADA)
        assert proposed.told[1:] == [(GRACE, "proposal-accepted")]
        proposed.approves(EDSGER)
        assert proposed.status == "active"
        assert set(proposed.told[2:]) == {(ADA, "approved"), (GRACE, "proposal-decided")}
        assert code(proposed.gets_credentials(GRACE)) == "not-yours"
        assert replays(proposed)

    def test_only_by_whom_it_is_for_and_only_what_they_were_shown(self, proposed: Story) -> None:
        for who in (GRACE, EDSGER, BARBARA):
            assert code(accepts(proposed, who)) == code(declines(proposed, who)) == "not-yours"
        assert code(accepts(proposed, digest="0" * 64)) == "stale"
        assert proposed.actions == ["requested"]

    def test_twice_is_once_and_then_it_can_t_be_declined(self, proposed: Story) -> None:
        digest = proposed.now.digest
        accepts(proposed)
        assert accepts(proposed, digest=digest) == NoChange()
        assert code(declines(proposed)) == "decided"

    def test_whoever_asked_for_themselves_has_nothing_to_accept(self, story: Story) -> None:
        story.asks(ADA)
        assert code(accepts(story)) == code(declines(story)) == "not-proposed"

    def test_what_the_policy_approves_itself_is_granted_only_then(self, story: Story) -> None:
        proposes(story, what="warehouse-sample", seconds=600)
        assert story.status == "proposed"
        accepts(story)
        assert story.status == "active"
        assert replays(story)

    def test_approvers_have_all_their_time_from_then_on(self, proposed: Story) -> None:
        proposed.passes(hours=3)
        accepts(proposed)
        assert proposed.now.lapses_at == proposed.clock() + timedelta(hours=4)
        proposed.passes(minutes=29)
        assert proposed.now.escalated == ()

    def test_its_run_is_watched_only_then(self, story: Story) -> None:
        proposes(story, until_run=SeenRun(UntilRun(kind="mlflow", id="1f2e"), RunReading("running")))
        assert not story.called_for("watch-run")
        accepts(story)
        assert story.called_for("watch-run")


class TestNeitherDecides:
    @pytest.mark.parametrize("who", [ADA, GRACE])
    def test_neither_whom_it_is_for_nor_whoever_asked_approves_or_denies(
        self, proposed: Story, who: str
    ) -> None:
        accepts(proposed)
        assert code(proposed.approves(who)) == code(proposed.denies(who)) == "own-request"
        assert code(proposed.handle(AskQuestion(SUBJECT, "really?"), Actor(who))) == "own-request"

    def test_nor_under_another_account(self, proposed: Story) -> None:
        accepts(proposed)
        proposed.world = with_two_accounts(proposed.world, GRACE, EDSGER)
        assert code(proposed.approves(EDSGER)) == "own-request"

    def test_an_account_that_turns_out_to_be_whoever_asked_gives_nothing_afterwards(
        self, proposed: Story
    ) -> None:
        accepts(proposed)
        proposed.approves(EDSGER)
        found_out = with_two_accounts(proposed.world, GRACE, EDSGER)
        past = proposed.logged.replayed().story
        assert objection_to_grant(proposed.now, past, proposed.world) is None
        assert objection_to_grant(proposed.now, past, found_out) is not None

    def test_it_isn_t_even_sent_if_nobody_else_could_approve_it(self, world: World) -> None:
        story = Story(world_of(world.bundle, data_owners=frozenset({GRACE}), incident_command=frozenset()))
        refusal = proposes(story)
        assert code(refusal) == "too-few-approvers"
        assert story.state is None

    def test_the_log_doesn_t_have_it_otherwise(self, proposed: Story) -> None:
        """Whoever forges a review of the asker, or an acceptance by somebody else, is found out."""
        accepts(proposed)
        proposed.approves(EDSGER)
        told = proposed.logged.story()
        names = [leaf.action.partition(".")[2] for leaf, _ in told]
        review, acceptance = names.index("reviewed"), names.index("proposal-accepted")
        by_asker = [*told]
        leaf, typed = told[review]
        by_asker[review] = (leaf._replace(actor=GRACE, facts={**leaf.facts, "reviewer": GRACE}), typed)
        assert "own request" in why_impossible(by_asker)
        by_another = [*told]
        leaf, typed = told[acceptance]
        by_another[acceptance] = (leaf._replace(actor=GRACE, facts={**leaf.facts, "by": GRACE}), typed)
        assert "someone else" in why_impossible(by_another)
        assert why_impossible([*told[:acceptance], *told[acceptance + 1 :]])


class TestTheRulesAreThoseOfWhoWillHaveIt:
    def test_whoever_asks_needs_no_rule_that_lets_them(self, story: Story) -> None:
        proposes(story, who=BARBARA)
        assert story.status == "proposed"

    def test_whom_it_is_for_does(self, story: Story) -> None:
        assert code(proposes(story, who=ADA, holder=BARBARA)) == "not-eligible"

    def test_rules_that_changed_meanwhile_count_when_they_accept(
        self, proposed: Story, worlds: dict[str, World]
    ) -> None:
        proposed.world = worlds["data owners alone may ask"]
        assert code(accepts(proposed)) == "no-longer-allowed"
        proposed.world = worlds["security as well"]
        accepts(proposed)
        assert [stage.name for stage in proposed.now.terms.stages] == ["data-owners", "security"]
        proposed.approves(EDSGER)
        assert proposed.status == "pending"
        proposed.approves(RADIA)
        assert proposed.status == "active"
        assert replays(proposed)

    def test_whoever_left_meanwhile_can_t_accept(self, proposed: Story) -> None:
        proposed.world = world_of(proposed.world.bundle, scientists=frozenset())
        assert code(accepts(proposed)) == "no-longer-allowed"

    def test_what_is_separated_is_refused_to_whom_it_is_for_and_not_told_to_whoever_asked(
        self, world: World
    ) -> None:
        held = Story(world)
        held.asks(ADA, "warehouse-pii", seconds=1_200)
        other = held.now.model_copy(update={"id": "acc_00", "status": "active"})
        story = Story(replace(world, beside=(other,)))
        asked = RequestAccess(SUBJECT, "warehouse-write", 1_800, WHY, "DATA-42", on_behalf_of=ADA)
        assert not separated_people(None, asked, Actor(GRACE), world)
        proposes(story, what="warehouse-write", seconds=1_800)
        assert story.status == "proposed"
        accept = AcceptProposal(SUBJECT, story.now.digest)
        assert ADA in separated_people(story.now, accept, Actor(ADA), world)
        assert code(accepts(story)) == CODE

    def test_what_is_unusual_for_them_is_looked_at_when_they_accept(
        self, world: World, worlds: dict[str, World], clock: Clock
    ) -> None:
        story = Story(worlds["a second look at bursts"])
        proposes(story)
        assert story.now.signals is None
        often = tuple(
            PastRequest(clock() - timedelta(minutes=n), "warehouse", "feature-warehouse") for n in range(1, 7)
        )
        accepts(story, history=History(clock() - timedelta(days=90), often))
        assert story.now.signals
        assert "burst" in story.now.signals.raised
        assert "second-look" in [stage.name for stage in story.now.terms.stages]
        assert replays(story)

    def test_a_bundle_keeps_an_entitlement_for_those_who_ask_themselves(self, tmp_path, story: Story) -> None:
        own = (
            "resources/feature-warehouse.yaml",
            "    risk: moderate",
            "    on_behalf: false\n    risk: moderate",
        )
        proposes(story)
        story.world = world_of(changed_bundle(tmp_path / "bundle", own))
        assert code(accepts(story)) == "not-on-behalf"
        other = Story(story.world)
        assert code(proposes(other)) == "not-on-behalf"


class TestWhoAsksForWhom:
    @pytest.mark.parametrize(
        ("who", "holder", "why"),
        [
            (GRACE, GRACE, "own-request"),
            (GRACE, "USTRANGER", "not-a-member"),
            (GRACE, MACHINE, "not-a-member"),
            (GRACE, GUEST, "not-a-member"),
            (MACHINE, ADA, "people-only"),
        ],
    )
    def test_refused(self, world: World, who: str, holder: str, why: str) -> None:
        people = {**world.directory.people, GUEST: Person(GUEST, "Guest", standing="guest")}
        story = Story(replace(world, directory=replace(world.directory, people=people)))
        refusal = proposes(story, who, holder)
        assert isinstance(refusal, Refused)
        assert (refusal.code, list(refusal.fields)) == (why, ["on_behalf"])

    def test_nor_for_another_account_of_oneself(self, world: World) -> None:
        story = Story(with_two_accounts(world, GRACE, ADA))
        assert code(proposes(story)) == "own-request"
