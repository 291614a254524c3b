"""Whatever people, clocks, bundles and effects do, in whatever order: what was promised holds (P3, P4, P5, P7)."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.access.changes import CHANGES, changed_worlds
from tests.access.story import SUBJECT, WHY, Card, Story
from tests.builders import MONDAY, world_of
from tests.lanes import examples
from tests.people import ADA, EDSGER, EVERYBODY, GRACE, MARGARET, RADIA
from workflows.access.break_glass.commands import ReviewBreakGlass, TakeAccess
from workflows.access.break_glass.events import BreakGlassReviewersMissing
from workflows.access.break_glass.state import BreakGlassVerdict
from workflows.access.commands import (
    AccessCommand,
    EndForLeaver,
    EndRemoved,
    GiveBack,
    ReassessAccess,
    ReportEnded,
    ReportMinted,
    ReportNotEnded,
    ReportNotMinted,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
    Revoke,
    StartGrant,
    StopAccess,
    WithdrawAccess,
)
from workflows.access.conditions import AcceptConditions
from workflows.access.decide import decide
from workflows.access.events import CredentialEnded
from workflows.access.kits.commands import AskedKit, CloseWithKit, KitCommand, ReportKitRefusal
from workflows.access.on_behalf.commands import AcceptProposal, DeclineProposal
from workflows.access.runs import ReportRun, RunReading, SeenRun, UntilRun
from workflows.access.scheduling import CancelScheduled
from workflows.access.signals.history import History, PastRequest, Unread
from workflows.access.signals.new_delegate import WITHIN
from workflows.access.state import Access, Verdict
from workflows.access.tickets import ReportTicket
from workflows.approval.approvers_check import ApproversMissing, CheckApprovers
from workflows.approval.questions import AnswerQuestion, AskQuestion
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.policy.evaluation.inputs import fits
from workflows.policy.evaluation.quorum import may_stand_in
from workflows.policy.tickets import TicketReading
from workflows.ports import Directory
from workflows.system.absences.commands import StartAbsence
from workflows.system.absences.decide import decide as decide_absence
from workflows.system.absences.events import AbsenceStarted
from workflows.system.absences.evolve import evolve as evolve_absence
from workflows.system.absences.rights import heeding_absences
from workflows.system.absences.state import Absence
from workflows.system.access_reviews.removals import Removal, Removals, removal_for
from workflows.system.stops.aim import Aim
from workflows.system.stops.state import Stop
from workflows.workflow import CLOCKWORK, OUTBOX, Actor, Decision, NoChange, Refused, State, TimePassed, World

OVER = ("denied", "withdrawn", "lapsed", "ended")
ASKS = {
    "warehouse": (3_600, None),
    "warehouse-write": (1_800, "DATA-42"),
    "warehouse-pii": (1_200, None),
    "warehouse-sample": (600, None),
}
MOVES = (
    {},
    {"data_owners": frozenset({GRACE})},
    {"data_owners": frozenset({GRACE, EDSGER, RADIA, ADA})},
    {"data_owners": frozenset()},
    {"security": frozenset({GRACE, RADIA})},
    {"incident_command": frozenset({MARGARET, EDSGER, GRACE})},
    {"scientists": frozenset()},
)
TURNS = ({}, {"ranking": frozenset({ADA})}, {"ranking": frozenset({GRACE})}, None)
"""Who is on call, by schedule; None: nobody can tell."""
RESOURCE = "feature-warehouse"
REVIEWER = RADIA
"""Who removes in an access review."""
SEPARATED = {"warehouse-write": "warehouse-pii", "warehouse-pii": "warehouse-write"}
"""By the example's duties.yaml."""
TICKETS = (
    TicketReading(source="jira", status="open", key="OPS-12", project="OPS"),
    TicketReading(source="jira", status="closed", key="OPS-12", project="OPS", said="Done"),
    TicketReading(source="jira", status="open", key="HR-1", project="HR"),
    TicketReading(source="jira", status="unreadable", why="Away."),
    TicketReading(source="jira", status="missing"),
)
"""A ticket that does, and four that don't."""
SEEN = (
    RunReading("running"),
    RunReading("running"),
    RunReading("unreadable", why="Away."),
    RunReading("over", "FINISHED"),
    RunReading("missing"),
)
WITH_ITS_KIT: tuple[KitCommand, ...] = (
    CloseWithKit(SUBJECT, "Read samples"),
    ReportKitRefusal(SUBJECT, "warehouse", "unknown"),
    ReportKitRefusal(SUBJECT, "warehouse-sample", "unknown"),
)
people = st.sampled_from([*EVERYBODY, "USTRANGER"])
BUSY = History(
    MONDAY - timedelta(days=90),
    tuple(
        PastRequest(MONDAY - timedelta(minutes=9 * number), "warehouse", "feature-warehouse")
        for number in range(1, 7)
    ),
)
"""Many requests within the hour before."""
ends = st.sampled_from([0.05, 0.5, 1.0])
lasts = st.booleans()


@cache
def worlds() -> dict[str, World]:
    with TemporaryDirectory() as directory:
        return changed_worlds(Path(directory))


class OneRequest(RuleBasedStateMachine):
    """The ledger, the outbox and Vault, as much of them as one request can tell apart.

    An effect is performed only as the first of its lock. Vault holds the credentials that are alive. A
    minting that hangs is given up after its claim, and may come out all the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self.story = Story(worlds()["as it is"])
        self.cards: list[Card] = []
        self.locks: dict[str, list[str]] = {}
        self.vault: set[str] = set()
        self.hanging: set[str] = set()
        self.reports: list[AccessCommand] = []
        self.works_until: dict[str, datetime] = {}
        self.looked_at = 0
        self.approved: dict[str, int] = {}
        """For how long each approver said, at most, of those who haven't taken it back."""
        self.minted = 0
        self.stop: Stop | None = None
        self.run_is_over = False
        self.ticket = TICKETS[0]
        self.turn: dict[str, frozenset[str]] | None = {}
        self.been_on_call: set[str] = set()
        self.away = 0
        self.said: dict[str, str] | None = None
        self.was_granted = False

    @initialize(
        requester=st.sampled_from([ADA, GRACE]),
        what=st.sampled_from(sorted(ASKS)),
        granted=st.booleans(),
        later=st.sampled_from([None, None, 60, 1_800, 7_200]),
        until_run=st.booleans(),
        history=st.sampled_from([None, Unread(), BUSY]),
        bundle=st.sampled_from(
            [
                "as it is",
                "a second look at bursts",
                "a second look unless on call",
                "with a kit",
                "asks for a dataset",
            ]
        ),
        turn=st.sampled_from(TURNS),
        dataset=st.sampled_from(["eu", "us", None, "apac"]),
    )
    def ask(
        self,
        requester: str,
        what: str,
        granted: bool,
        later: int | None,
        until_run: bool,
        history: History | Unread | None,
        bundle: str,
        turn: dict[str, frozenset[str]] | None,
        dataset: str | None,
    ) -> None:
        """`later`: so many seconds from now it is to start. What is asked for already was so under its own bundle."""
        if self.story.state is None:
            self.story.world = worlds()[bundle]
        self.hand_over(turn)
        seconds, ticket = ASKS[what]
        starts_at = self.story.clock() + timedelta(seconds=later) if later else None
        kit = self.a_kit(what)
        ends_with_run = until_run and kit is None
        run = SeenRun(UntilRun(kind="mlflow", id="run"), RunReading("running")) if ends_with_run else None
        inputs = {"dataset": dataset} if dataset and self.story.world.bundle.entitlements[what].inputs else {}
        command = RequestAccess(
            SUBJECT,
            what,
            seconds,
            WHY,
            ticket,
            history=history,
            starts_at=starts_at,
            until_run=run,
            inputs=inputs,
            kit=kit,
        )
        self.do(command, Actor(requester))
        for approver in (EDSGER, RADIA) if granted and self.story.state else ():
            self.approve(approver)

    @initialize(
        asker=st.sampled_from([GRACE, EDSGER, MARGARET]),
        what=st.sampled_from(sorted(ASKS)),
        later=st.sampled_from([None, None, 1_800]),
        accepted=st.booleans(),
    )
    def ask_for_ada(self, asker: str, what: str, later: int | None, accepted: bool) -> None:
        seconds, ticket = ASKS[what]
        starts_at = self.story.clock() + timedelta(seconds=later) if later else None
        command = RequestAccess(SUBJECT, what, seconds, WHY, ticket, starts_at=starts_at, on_behalf_of=ADA)
        self.do(command, Actor(asker))
        if accepted:
            self.accept_the_proposal(ADA, old=False, history=None)

    @initialize(requester=st.sampled_from([ADA, GRACE, EDSGER, RADIA]), what=st.sampled_from(sorted(ASKS)))
    def take(self, requester: str, what: str) -> None:
        self.do(TakeAccess(SUBJECT, what, 1_200, WHY, ASKS[what][1]), Actor(requester))

    @initialize(found=st.sampled_from(TICKETS), later=st.sampled_from([None, 1_800]), taken=st.booleans())
    def ask_for_a_ticket(self, found: TicketReading, later: int | None, taken: bool) -> None:
        """Only if nothing is asked for yet."""
        if self.story.state:
            return
        self.story.world, self.ticket = worlds()["a ticket that is open"], found
        starts_at = self.story.clock() + timedelta(seconds=later) if later else None
        ask: AccessCommand = RequestAccess(SUBJECT, "warehouse", 3_600, WHY, "OPS-12", starts_at=starts_at)
        if taken:
            ask = TakeAccess(SUBJECT, "warehouse", 1_200, WHY, "OPS-12")
        self.do(ask, Actor(GRACE if taken else ADA))

    # what people do

    @precondition(lambda self: self.story.state is not None and self.story.now.break_glass)
    @rule(who=people, verdict=st.sampled_from(["justified", "unjustified"]))
    def review_break_glass(self, who: str, verdict: BreakGlassVerdict) -> None:
        self.do(ReviewBreakGlass(SUBJECT, verdict, "read the query log"), Actor(who))

    @precondition(lambda self: self.is_("pending"))
    @rule(who=people, verdict=st.sampled_from(["approve", "approve", "deny"]), old=st.booleans())
    def review(self, who: str, verdict: Verdict, old: bool) -> None:
        card = self.cards[0] if old else self.story.card
        self.do(ReviewAccess(SUBJECT, verdict, *card, "because", confirmed=True), Actor(who))

    @precondition(lambda self: self.is_("pending"))
    @rule(who=st.sampled_from([GRACE, EDSGER, RADIA, MARGARET]))
    def approve(self, who: str) -> None:
        self.do(ReviewAccess(SUBJECT, "approve", *self.story.card, confirmed=True), Actor(who))

    @precondition(lambda self: self.is_("pending"))
    @rule(
        who=people,
        seconds=st.sampled_from([None, 60, 300, 900, 3_600]),
        condition=st.sampled_from([None, "read only", "not on the weekend"]),
        old=st.booleans(),
    )
    def approve_for_less(self, who: str, seconds: int | None, condition: str | None, old: bool) -> None:
        card = self.cards[0] if old else self.story.card
        less = ReviewAccess(SUBJECT, "approve", *card, confirmed=True, seconds=seconds, condition=condition)
        self.do(less, Actor(who))

    @precondition(lambda self: self.is_("pending") and self.story.now.offered_at)
    @rule(who=st.sampled_from([ADA, GRACE, EDSGER]), old=st.booleans())
    def accept(self, who: str, old: bool) -> None:
        digest, _ = self.cards[0] if old else self.story.card
        self.do(AcceptConditions(SUBJECT, digest), Actor(who))

    @precondition(lambda self: self.is_("proposed"))
    @rule(
        who=st.sampled_from([ADA, ADA, GRACE, EDSGER]),
        old=st.booleans(),
        history=st.sampled_from([None, Unread(), BUSY]),
    )
    def accept_the_proposal(self, who: str, old: bool, history: History | Unread | None) -> None:
        digest, _ = self.cards[0] if old else self.story.card
        self.do(AcceptProposal(SUBJECT, digest, history), Actor(who))

    @precondition(lambda self: self.is_("proposed"))
    @rule(who=people, back=st.booleans())
    def decline_the_proposal(self, who: str, back: bool) -> None:
        self.do(WithdrawAccess(SUBJECT) if back else DeclineProposal(SUBJECT), Actor(who))

    @precondition(lambda self: self.is_("pending"))
    @rule(who=people, answer=st.booleans())
    def ask_back(self, who: str, answer: bool) -> None:
        number = str(len(self.story.now.questions))
        self.do(
            AnswerQuestion(SUBJECT, number, "yes") if answer else AskQuestion(SUBJECT, "really?"),
            Actor(who),
        )

    @precondition(lambda self: self.is_("pending") and self.story.now.reviews)
    @rule()
    def take_back(self) -> None:
        self.do(WithdrawReview(SUBJECT), Actor(self.story.now.reviews[-1].reviewer))

    @precondition(lambda self: self.is_("active"))
    @rule()
    def get_credentials(self) -> None:
        self.do(self.a_credential(), Actor(self.story.now.requester))

    @precondition(lambda self: self.is_("active"))
    @rule()
    def give_back(self) -> None:
        self.do(GiveBack(SUBJECT), Actor(self.story.now.requester))

    @rule(who=people, data=st.data())
    def click_on_anything(self, who: str, data: st.DataObject) -> None:
        clicks = [
            ReviewAccess(SUBJECT, "approve", *self.cards[0]),
            ReviewAccess(SUBJECT, "deny", *self.story.card, "because"),
            WithdrawAccess(SUBJECT),
            WithdrawReview(SUBJECT),
            AcceptConditions(SUBJECT, self.story.now.digest),
            AcceptProposal(SUBJECT, self.story.now.digest),
            DeclineProposal(SUBJECT),
            AskQuestion(SUBJECT, "really?"),
            AnswerQuestion(SUBJECT, "1", "yes"),
            GiveBack(SUBJECT),
            Revoke(SUBJECT, "because"),
            EndForLeaver(SUBJECT, "dep_1"),
            TakeAccess(SUBJECT, "warehouse", 1_200, WHY),
            ReviewBreakGlass(SUBJECT, "justified", "read the query log"),
            self.a_credential(),
        ]
        self.do(data.draw(st.sampled_from(clicks)), Actor(who))

    # what the world does

    @rule(moved=st.sampled_from(MOVES))
    def move_people(self, moved: dict[str, frozenset[str]]) -> None:
        self.story.world = self.with_turn(world_of(self.story.world.bundle, **moved))
        if self.story.state:
            self.do(CheckApprovers(SUBJECT), CLOCKWORK)

    @rule(turn=st.sampled_from(TURNS))
    def hand_over(self, turn: dict[str, frozenset[str]] | None) -> None:
        self.turn = turn
        self.been_on_call |= frozenset().union(*(turn or {}).values())
        self.enter(self.story.world)

    @precondition(lambda self: self.is_("proposed") or self.is_("pending") or self.is_("scheduled"))
    @rule(bundle=st.sampled_from(["as it is", *CHANGES]), moved=st.sampled_from(MOVES), told=st.booleans())
    def change_the_rules(self, bundle: str, moved: dict[str, frozenset[str]], told: bool) -> None:
        self.enter(world_of(worlds()[bundle].bundle, **moved))
        if told:
            self.do(ReassessAccess(SUBJECT), CLOCKWORK)
            self.do(CheckApprovers(SUBJECT), CLOCKWORK)

    @rule(seconds=st.sampled_from([1, 60, 900, 1_800, 3_600]), late=st.booleans())
    def pass_time(self, seconds: int, late: bool) -> None:
        until = self.story.clock.forward(seconds=seconds)
        while not late and self.story.due and self.story.due <= until:
            assert self.do(TimePassed(SUBJECT), CLOCKWORK) != NoChange()

    @precondition(lambda self: self.story.state and self.stop is None)
    @rule(everything_of=st.sampled_from([None, ADA, GRACE]))
    def press_the_red_button(self, everything_of: str | None) -> None:
        """Recorded beside whatever else; the request is told later."""
        accounts = (everything_of,) if everything_of else ()
        target = None if everything_of else self.story.now.terms.resource
        aim = Aim(person=everything_of, accounts=accounts, target=target)
        at = self.story.clock()
        stop = {"id": "stop_1", "status": "stopping", "owner": RADIA, "reason": "because"}
        self.stop = Stop(**stop, aim=aim, at=at, until=at + timedelta(hours=8))
        self.enter(self.story.world, in_force=(*self.story.world.in_force, self.stop))

    @precondition(lambda self: self.stop and self.stop.aim.covers(self.story.now.requester, RESOURCE, ""))
    @rule()
    def carry_the_stop_out(self) -> None:
        assert self.stop
        self.do(StopAccess(SUBJECT, self.stop.id), OUTBOX)
        assert self.story.status in ("ending", *OVER)

    @precondition(lambda self: self.story.state)
    @rule()
    def the_requester_leaves(self) -> None:
        self.do(EndForLeaver(SUBJECT, "dep_1"), CLOCKWORK)
        assert self.story.status in ("ending", *OVER)

    @precondition(lambda self: self.stop)
    @rule()
    def lift_the_stop(self) -> None:
        self.enter(self.story.world, in_force=(*self.removed(), *self.absences()))

    @precondition(lambda self: self.story.state)
    @rule(
        who=st.sampled_from([GRACE, EDSGER, RADIA]),
        delegate=st.sampled_from([None, GRACE, EDSGER, RADIA, MARGARET]),
        seconds=st.sampled_from([60, 1_800, 86_400]),
    )
    def be_away(self, who: str, delegate: str | None, seconds: int) -> None:
        """As the ledger would record it, or not."""
        self.away += 1
        command = StartAbsence(f"away_{self.away}", self.story.clock() + timedelta(seconds=seconds), delegate)
        theirs = tuple(one for one in self.absences() if one.owner == who)
        world = replace(self.story.world, beside=theirs)
        decision = decide_absence(None, command, Actor(who), world, self.story.clock())
        if isinstance(decision, tuple):
            (started,) = decision
            assert isinstance(started, AbsenceStarted)
            absence = evolve_absence(None, started)
            self.enter(self.story.world, in_force=(*self.story.world.in_force, absence))

    @precondition(lambda self: self.absences())
    @rule(data=st.data())
    def be_back(self, data: st.DataObject) -> None:
        back = data.draw(st.sampled_from(self.absences()))
        in_force = tuple(one for one in self.story.world.in_force if one != back)
        self.enter(self.story.world, in_force=in_force)

    @precondition(lambda self: self.story.state and not self.removed())
    @rule(who=st.sampled_from([ADA, GRACE]), what=st.sampled_from(sorted(ASKS)))
    def remove_in_a_review(self, who: str, what: str) -> None:
        """Recorded beside whatever else; the request is told later."""
        removal = Removal(person=who, entitlement=what, by=REVIEWER, at=self.story.clock())
        removals = {"id": "removals_1", "status": "in force", "review": "review_1", "title": "Q1"}
        beside = self.story.world.in_force
        self.enter(self.story.world, in_force=(*beside, Removals(**removals, removals=(removal,))))

    @precondition(lambda self: self.is_removed())
    @rule()
    def carry_the_removal_out(self) -> None:
        self.do(EndRemoved(SUBJECT, "moved on"), Actor(REVIEWER))
        assert self.story.status in ("ending", *OVER)

    @precondition(lambda self: self.story.state)
    @rule(who=people)
    def claim_a_removal(self, who: str) -> None:
        """Whoever isn't the reviewer who removed it ends nothing so."""
        if not (self.is_removed() and who == REVIEWER):
            assert isinstance(self.do(EndRemoved(SUBJECT, "moved on"), Actor(who)), Refused)

    @precondition(lambda self: self.removed())
    @rule()
    def settle_the_removal(self) -> None:
        others = (one for one in self.story.world.in_force if one not in self.removed())
        self.enter(self.story.world, in_force=tuple(others))

    @precondition(lambda self: self.story.state)
    @rule(
        what=st.sampled_from(sorted(ASKS)), status=st.sampled_from(["pending", "active", "ending", "ended"])
    )
    def have_something_else(self, what: str, status: str) -> None:
        state = self.story.now
        terms = state.terms.model_copy(update={"entitlement": what})
        other = state.model_copy(update={"id": "acc_00", "terms": terms, "status": status})
        self.enter(self.story.world, beside=(other,))

    @rule()
    def look_at_the_clock(self) -> None:
        self.do(TimePassed(SUBJECT), CLOCKWORK)

    @precondition(lambda self: self.story.called_for("start-grant"))
    @rule()
    def start(self) -> None:
        """Whenever it is performed, also twice, or long after the end."""
        self.do(StartGrant(SUBJECT), OUTBOX)

    @precondition(lambda self: self.story.state and self.story.now.kit)
    @rule(command=st.sampled_from([*WITH_ITS_KIT]), who=st.sampled_from([OUTBOX, OUTBOX, Actor(ADA)]))
    def hear_of_the_kit(self, command: KitCommand, who: Actor) -> None:
        """Another request of it was denied, or refused."""
        decision = self.do(command, who)
        assert who.is_daypass or isinstance(decision, Refused)
        assert not (command == WITH_ITS_KIT[0] and who.is_daypass and self.is_("pending"))

    @precondition(lambda self: self.is_("scheduled"))
    @rule()
    def cancel(self) -> None:
        self.do(CancelScheduled(SUBJECT, "The policy changed."), OUTBOX)

    @precondition(lambda self: self.story.called_for("watch-run"))
    @rule(seen=st.sampled_from(SEEN))
    def see_the_run(self, seen: RunReading) -> None:
        self.do(ReportRun(SUBJECT, seen), OUTBOX)
        if seen.is_over:
            self.run_is_over = True

    @rule(found=st.sampled_from(TICKETS))
    def change_the_ticket(self, found: TicketReading) -> None:
        self.ticket = found

    @precondition(lambda self: self.story.called_for("watch-ticket"))
    @rule()
    def see_the_ticket(self) -> None:
        self.do(ReportTicket(SUBJECT, self.ticket), OUTBOX)
        if self.ticket.is_over:
            assert self.story.status not in ("scheduled", "active")

    # what becomes of effects

    @precondition(lambda self: self.heads("mint"))
    @rule(data=st.data())
    def mint(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(self.heads("mint")))
        outcomes = ["shown", "not shown", "failed", "left behind", "cut off", "died", "hangs"]
        match data.draw(st.sampled_from(outcomes)):
            case "shown" | "not shown" as how:
                self.vault.add(id)
                self.settle(id, self.mint_report(id, how == "shown", data.draw(ends), data.draw(lasts)))
            case "left behind":
                until = self.story.clock() + timedelta(seconds=data.draw(st.sampled_from([5, 90, 90_000])))
                self.works_until[id] = until
                self.settle(id, ReportNotMinted(SUBJECT, id, "Too long.", lost=True, valid_until=until))
            case "failed":
                self.settle(id, ReportNotMinted(SUBJECT, id, "Vault is sealed.", lost=False))
            case "cut off" | "died":
                self.vault |= {id} if data.draw(st.booleans()) else set()
                self.settle(id, ReportNotMinted(SUBJECT, id, "No answer.", lost=True))
            case "hangs":
                self.hanging.add(id)
                self.settle(id, ReportNotMinted(SUBJECT, id, "Cut short.", lost=True))

    @precondition(lambda self: self.hanging)
    @rule(data=st.data())
    def come_out_after_all(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(sorted(self.hanging)))
        self.hanging.discard(id)
        self.vault.add(id)
        self.reports.append(self.mint_report(id, data.draw(st.booleans()), data.draw(ends), data.draw(lasts)))

    @precondition(lambda self: self.heads("end"))
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(self.heads("end")))
        match data.draw(st.sampled_from(["confirmed", "confirmed, told later", "refused", "died"])):
            case "refused":
                self.do(ReportNotEnded(SUBJECT, id, data.draw(st.sampled_from("ab"))), OUTBOX)
            case "died":
                self.end_in_vault(id)
            case "confirmed" if report := self.end_in_vault(id):
                self.settle(id, report)
            case "confirmed, told later" if report := self.end_in_vault(id):
                self.locks[id].pop(0)
                self.reports.append(report)

    @precondition(lambda self: self.reports)
    @rule(data=st.data(), again=st.booleans())
    def hear_of_it(self, data: st.DataObject, again: bool) -> None:
        report = data.draw(st.sampled_from(self.reports))
        if not again:
            self.reports.remove(report)
        self.do(report, OUTBOX)

    # what must hold

    @invariant()
    def nobody_gets_access_with_inputs_that_the_rules_in_force_don_t_allow(self) -> None:
        """What was said is neither dropped nor changed, whatever bundle came later."""
        state = self.story.state
        if state is None:
            return
        self.said = self.said if self.said is not None else state.inputs
        assert state.inputs == self.said
        assert fits(state.terms.inputs, state.inputs)
        if state.grant and not self.was_granted:
            self.was_granted = True
            allowed = self.story.world.bundle.entitlements[state.terms.entitlement].inputs
            assert fits(allowed, state.inputs)

    @invariant()
    def whatever_is_active_has_an_end(self) -> None:
        state, due = self.story.state, self.story.state and self.story.due
        if state and state.status == "active":
            assert state.grant
            assert due
            assert due <= state.grant.ends_at
            lasts = (state.grant.ends_at - state.grant.starts_at).total_seconds()
            approved = min([state.seconds, *self.approved.values()])
            assert lasts == approved or (state.starts_at and 0 < lasts < approved)
            assert not state.conditions or state.accepted == state.digest
        if state and state.status == "pending":
            assert due
            assert due <= state.lapses_at

    @invariant()
    def what_is_unusual_has_the_stage_that_its_rule_asks_for(self) -> None:
        """Whatever bundle came later: what was needed once stays needed (P3)."""
        state = self.story.state
        if state and state.grant and state.terms.digest == worlds()["a second look at bursts"].bundle.digest:
            burst = state.signals is not None and "burst" in state.signals.raised
            seen = {stage.name for stage in state.terms.stages}
            assert ("second-look" in seen) or not (burst and state.terms.entitlement == "warehouse")

    @invariant()
    def whoever_was_never_on_call_has_the_stage_that_only_they_are_spared(self) -> None:
        """Also while nobody can tell who is on call."""
        state = self.story.state
        ruled = worlds()["a second look unless on call"].bundle.digest
        if state and state.grant and state.terms.digest == ruled and state.terms.entitlement == "warehouse":
            needed = {stage.name for stage in state.terms.stages}
            assert "second-look" in needed or state.requester in self.been_on_call

    @invariant()
    def nobody_has_access_outside_the_window_that_was_asked_for(self) -> None:
        state = self.story.state
        if state is None or state.grant is None or state.starts_at is None:
            return
        assert state.grant.starts_at >= state.starts_at
        assert state.grant.ends_at == state.starts_at + timedelta(seconds=state.approved_seconds)
        for one in state.credentials:
            assert state.starts_at <= one.asked_at < state.grant.ends_at
        if state.status == "active":
            assert self.story.clock() >= state.starts_at

    @invariant()
    def nobody_keeps_access_when_the_run_is_over(self) -> None:
        if self.run_is_over and self.story.state:
            assert self.story.status not in ("pending", "scheduled", "active")

    @invariant()
    def nothing_is_called_ended_that_vault_still_knows(self) -> None:
        unheard = {report.credential for report in self.reports if isinstance(report, ReportMinted)}
        state = self.story.state
        for one in state.credentials if state else ():
            assert not (one.over and one.id in self.vault - unheard), f"{one.id} is alive"
        if state and state.status == "ended":
            assert all(one.over for one in state.credentials)

    @invariant()
    def nothing_is_called_ended_that_still_works(self) -> None:
        unheard = {report.credential for report in self.reports if isinstance(report, ReportMinted)}
        for event in self.story.events[self.looked_at :]:
            if isinstance(event, CredentialEnded) and event.credential not in unheard:
                assert event.at >= self.works_until.get(event.credential, event.at), "it still works"
        self.looked_at = len(self.story.events)

    @invariant()
    def whatever_was_minted_is_ended_when_its_grant_is(self) -> None:
        state = self.story.state
        if state and state.grant and state.grant.status != "active":
            called_for = {effect.payload["credential"] for effect in self.story.called_for("end")}
            assert {one.id for one in state.credentials if one.was_minted} <= called_for

    def teardown(self) -> None:
        """Let everything come to its end: it does, whatever happened."""
        if self.story.state is None:
            return
        self.pass_all_time()
        while self.reports or self.hanging or any(self.locks.values()):
            self.finish()
            self.pass_all_time()
        assert self.story.status in OVER
        assert self.vault == set()
        replayed = self.story.logged.replayed()
        assert (replayed.fault, replayed.state) == (None, self.story.state)

    def pass_all_time(self) -> None:
        while self.story.due:
            self.story.clock.at = max(self.story.clock.at, self.story.due)
            self.do(TimePassed(SUBJECT), CLOCKWORK)

    def finish(self) -> None:
        for id in sorted(self.hanging):
            self.reports.append(self.mint_report(id, True, 1, lasts=True))
            self.vault.add(id)
        self.hanging.clear()
        for report in self.reports:
            self.do(report, OUTBOX)
        self.reports.clear()
        for id in self.heads("mint"):
            self.settle(id, ReportNotMinted(SUBJECT, id, "Too late.", lost=True))
        for id in self.heads("end"):
            report = self.end_in_vault(id)
            assert report
            self.settle(id, report)

    # how it is done

    def absences(self) -> tuple[Absence, ...]:
        return tuple(one for one in self.story.world.in_force if isinstance(one, Absence))

    def is_(self, status: str) -> bool:
        return self.story.state is not None and self.story.status == status

    def enter(self, world: World, **around: tuple[State, ...]) -> None:
        """Go on in this world, with what is in force and held besides as it was unless it is given."""
        now = self.story.world
        self.story.world = replace(
            self.with_turn(world), **{"in_force": now.in_force, "beside": now.beside, **around}
        )

    def with_turn(self, world: World) -> World:
        """The world with whoever is on call now."""
        unknown = {"ranking": "It is away."} if self.turn is None else {}
        on_call = {"on_call": self.turn or {}, "on_call_unknown": unknown}
        return replace(world, directory=replace(world.directory, **on_call))

    def removed(self) -> tuple[State, ...]:
        return tuple(one for one in self.story.world.in_force if isinstance(one, Removals))

    def is_removed(self) -> bool:
        state, world = self.story.state, self.story.world
        return bool(state and removal_for(world, state.requester, state.terms.entitlement))

    def a_kit(self, what: str) -> AskedKit | None:
        """The kit with this and something else in it, where the rules have one."""
        kit = self.story.world.bundle.kits.get("churn")
        if kit is None or what not in kit.entitlements:
            return None
        other = next(one for one in kit.entitlements if one != what)
        return AskedKit("churn", ((what, ASKS[what][0]), (other, ASKS[other][0])))

    def a_credential(self) -> RequestCredential:
        self.minted += 1
        return RequestCredential(SUBJECT, f"crd_{self.minted}", "window")

    def heads(self, kind: str) -> list[str]:
        return [id for id, lock in self.locks.items() if lock[:1] == [kind]]

    def settle(self, id: str, report: AccessCommand) -> None:
        self.locks[id].pop(0)
        self.do(report, OUTBOX)

    def mint_report(self, id: str, delivered: bool, ends: float, lasts: bool) -> ReportMinted:
        """`ends`: after how much of the grant's time. `lasts`: nothing can take it back until then."""
        grant = self.story.now.grant
        assert grant is not None
        at = grant.starts_at + (grant.ends_at - grant.starts_at) * ends
        if lasts:
            self.works_until[id] = at
        handles = (f"accessor {id}", f"lease {id}", f"wrap {id}")
        return ReportMinted(SUBJECT, id, *handles, delivered, at, at if lasts else None)

    def end_in_vault(self, id: str) -> ReportEnded | None:
        """Without an accessor Vault is searched, once no minting can be under way any more."""
        credential = self.story.now.credential(id)
        assert credential
        if credential.accessor is None and id in self.hanging:
            return None
        self.vault.discard(id)
        return ReportEnded(SUBJECT, id, credential.accessor, ("vault",))

    def do(self, command: AccessCommand | TimePassed, actor: Actor) -> Decision:
        story, before, effects = self.story, self.story.state, len(self.story.effects)
        command = self.with_ticket(command)
        decision = story.handle(command, actor)
        for effect in story.effects[effects:]:
            if effect.kind in ("mint", "end"):
                self.locks.setdefault(effect.payload["credential"], []).append(effect.kind)
        if story.state:
            self.cards += [story.card] if story.card not in self.cards else []
            self.note_approval(before, command, actor, decision)
            directory = heeding_absences(story.world, story.clock()).directory
            check(before, command, actor, decision, story.state, directory)
            check_what_forbids(decision, story.state, story.world)
            check_ticket(decision, story.state, self.ticket)
            again = decide(story.state, command, actor, story.world, story.clock())
            assert (
                changes_nothing(again) or self.was_stale(command, decision, again) or has_escalated(decision)
            )
        return decision

    def with_ticket(self, command: AccessCommand | TimePassed) -> AccessCommand | TimePassed:
        """The command with its ticket as it is now, which is looked up right before it is decided."""
        named = self.story.state.ticket_found if self.story.state else None
        asks = isinstance(command, RequestAccess | TakeAccess) and command.ticket == "OPS-12"
        again = isinstance(command, ReviewAccess | AcceptConditions | StartGrant) and named
        return replace(command, ticket_found=self.ticket) if asks or again else command  # type: ignore[call-arg]

    def note_approval(
        self, before: Access | None, command: AccessCommand | TimePassed, actor: Actor, decision: Decision
    ) -> None:
        """Whoever approves is shown for how long at most by the card, and may say less."""
        actions = [event.action for event in decision] if isinstance(decision, tuple) else []
        if "review-withdrawn" in actions:
            del self.approved[actor.id]
        if "reviewed" in actions and before and isinstance(command, ReviewAccess):
            shown = min([before.seconds, *self.approved.values()])
            self.approved[actor.id] = min(shown, command.seconds or shown)

    def was_stale(self, command: AccessCommand | TimePassed, decision: Decision, again: Decision) -> bool:
        """The first click took the new rules in: by them it has lapsed, or the card is true once more."""
        took_in = isinstance(decision, Refused) and decision.code == "stale"
        is_true = isinstance(command, ReviewAccess) and (command.digest, command.policy) == self.story.card
        is_true |= isinstance(command, AcceptConditions) and command.digest == self.story.now.digest
        return took_in and (is_true or (isinstance(again, Refused) and again.code == "lapsed"))


def has_escalated(decision: Decision) -> bool:
    """What was escalated because its approvers have left may be decided by others now: it is looked at once more."""
    missing = (ApproversMissing, BreakGlassReviewersMissing)
    return isinstance(decision, tuple) and any(isinstance(one, missing) for one in decision)


def changes_nothing(decision: Decision) -> bool:
    return decision == NoChange() or (isinstance(decision, Refused) and not decision.events)


def check(
    before: Access | None,
    command: AccessCommand | TimePassed,
    actor: Actor,
    decision: Decision,
    state: Access,
    directory: Directory,
) -> None:
    """What must hold of each single decision."""
    actions = [event.action for event in decision] if isinstance(decision, tuple) else []
    if state.unaccepted:
        assert state.grant is None
        assert not state.reviews
    if "proposal-accepted" in actions:
        assert before
        assert isinstance(command, AcceptProposal)
        assert (command.digest, actor.id, before.status) == (before.digest, before.holder, "proposed")
    if "proposal-declined" in actions:
        assert actor.id == state.holder
    if "reviewed" in actions:
        assert actor.id != state.asked_by
        assert before
        assert isinstance(command, ReviewAccess)
        assert (command.digest, command.policy) == (before.digest, before.terms.digest)
        assert actor.id != before.requester
        assert before.status == "pending"
        by = state.reviews[-1].delegated_by
        assert not {actor.id, before.requester} & {one.approver for one in by}
        assert not by or approver_groups(before) >= {name for one in by for name in one.groups}
        lately = [one for one in by if state.reviews[-1].at - directory.away[one.approver].since < WITHIN]
        said = state.signals is not None and "new-delegate" in state.signals.raised
        assert said or not lately or command.verdict == "deny"
    if "break-glass-taken" in actions:
        assert isinstance(command, TakeAccess)
        assert actor.id == state.requester
        taken = state.terms.break_glass
        assert taken
        assert state.seconds <= taken.longest
        assert directory.groups_of(actor.id) & {*taken.taken_by}
    if "granted" in actions:
        assert ("approved" in actions) != ("break-glass-taken" in actions)
    if "break-glass-reviewed" in actions:
        assert before
        assert before.break_glass
        assert not before.break_glass.review
        assert actor.id != state.requester
        assert isinstance(command, ReviewBreakGlass)
        assert command.verdict == "unjustified" or state.status in ("ending", "ended")
    if "approved" in actions and not state.terms.automatic:
        assert quorum_is_there(state, directory)
    if "conditions-accepted" in actions:
        assert before
        assert isinstance(command, AcceptConditions)
        assert (command.digest, actor.id) == (before.digest, before.requester)
    if "granted" in actions and state.conditions:
        assert isinstance(command, AcceptConditions)
    if "question-asked" in actions:
        assert actor.id != state.requester
        asked = (away.groups for away in directory.away.values() if away.delegate == actor.id)
        assert directory.groups_of(actor.id).union(*asked) & approver_groups(state)
    if "credential-requested" in actions:
        assert actor.id == state.requester
        assert state.grant
        assert state.credentials[-1].asked_at < state.grant.ends_at


def approver_groups(state: Access) -> set[str]:
    return {group for stage in state.terms.stages for group in (*stage.approvers, *stage.escalate_to)}


def check_what_forbids(decision: Decision, state: Access, world: World) -> None:
    """Nothing is given that a stop is for, that a review removed, or that the requester may not have beside what they have."""
    actions = {event.action for event in decision} if isinstance(decision, tuple) else set()
    if actions & {"requested", "granted", "credential-requested"}:
        stops = [one for one in world.in_force if isinstance(one, Stop)]
        assert not any(one.aim.covers(state.requester, state.terms.resource, "") for one in stops)
        removals = [one for each in world.in_force if isinstance(each, Removals) for one in each.removals]
        assert (state.requester, state.terms.entitlement) not in [one.what for one in removals]
    if "granted" in actions:
        separated = SEPARATED.get(state.terms.entitlement)
        held = [one for one in world.beside if isinstance(one, Access) and one.status in ("active", "ending")]
        assert separated not in [one.terms.entitlement for one in held]


def check_ticket(decision: Decision, state: Access, ticket: TicketReading) -> None:
    """Nothing is given but for a ticket that is seen open, in its project, right then; break-glass waits for no system that
    is away."""
    actions = {event.action for event in decision} if isinstance(decision, tuple) else set()
    if actions & {"approved", "granted", "grant-started"} and state.ticket and state.terms.ticket.source:
        assert ticket == TICKETS[0] or ("break-glass-taken" in actions and ticket.status == "unreadable")


def quorum_is_there(state: Access, directory: Directory) -> bool:
    """Counted the long way: can different people, none of them the requester or who asked for them, take all seats?

    A delegate sits by a group of whom they decided for, unless that one decided or was decided for before.
    """
    groups, heard = {}, {one.reviewer for one in state.reviews}
    for one in state.reviews:
        groups[one.reviewer] = directory.groups_of(one.reviewer)
        for by in (by for by in one.delegated_by if by.approver not in heard):
            assert by.approver not in (state.requester, state.asked_by)
            heard.add(by.approver)
            shared = directory.groups_of(by.approver) & {*by.groups}
            groups[one.reviewer] |= {name for name in shared if may_stand_in(directory, one.reviewer, name)}
    seats = [stage for stage in state.terms.stages for _ in range(stage.quorum)]
    approving = {one.reviewer for one in state.reviews if one.verdict == "approve"}
    approving -= {state.requester, state.asked_by}
    return any(
        all(
            groups[person] & {*stage.approvers, *(stage.escalate_to if stage.name in state.escalated else ())}
            for person, stage in zip(seated, seats, strict=True)
        )
        for seated in permutations(sorted(approving), len(seats))
    )


OneRequest.TestCase.settings = settings(max_examples=examples(40, 2_000), stateful_step_count=30)
TestOneRequest = pytest.mark.soak(OneRequest.TestCase)
