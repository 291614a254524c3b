"""A kit is requested at once and decided entitlement by entitlement: nobody gets what a rule of its own refuses."""

from dataclasses import replace

import pytest

from tests.access.kits import READING, KitDesk, kit_world
from tests.access.story import SUBJECT, Story
from tests.builders import Clock, Database
from tests.people import ADA, BARBARA, EDSGER, GRACE, RADIA
from workflows.access import WORKFLOW
from workflows.access.commands import GiveBack
from workflows.access.extensions import extended
from workflows.access.kits.commands import AskedKit, CloseWithKit, ReportKitRefusal
from workflows.access.signals.history import History, PastRequest
from workflows.access.state import Access
from workflows.audit.replay import replay
from workflows.audit.tlog.leaf import read_leaf
from workflows.database.store import Store
from workflows.ledger.work import Outcome
from workflows.workflow import OUTBOX, Actor, Refused, SearchTerms, World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return kit_world(tmp_path_factory.mktemp("kits"))


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def desk(store: Store, world: World, clock: Clock) -> KitDesk:
    return KitDesk(store, world, clock)


def code(outcome: Outcome) -> str | None:
    return outcome.refusal.code if outcome.refusal else None


class TestRequested:
    async def test_each_entitlement_has_a_request_under_its_own_rule(self, desk: KitDesk) -> None:
        outcome = await desk.asks(desk.command(seconds=10_800))
        assert await desk.statuses() == {"warehouse": "pending"}
        await desk.follows()
        members = await desk.members()
        assert {name: (one.status, one.seconds) for name, one in members.items()} == {
            "warehouse": ("pending", 10_800),
            "warehouse-sample": ("active", 1_800),
            "warehouse-write": ("pending", 7_200),
        }
        assert {one.kit for one in members.values()} == {outcome.state.kit}
        assert {one.owner for one in members.values()} == {ADA}

    async def test_twice_or_after_a_crash_it_is_made_once(self, desk: KitDesk) -> None:
        command = desk.command()
        await desk.asks(command)
        await desk.follows("request-kit")
        before = await desk.members()
        assert not (await desk.asks(command)).events
        await desk.follows("request-kit")
        assert await desk.members() == before

    @pytest.mark.parametrize(
        ("who", "ticket", "refused", "says"),
        [
            (ADA, None, "missing", "Change the feature warehouse: "),
            (BARBARA, "DATA-42", "not-eligible", "Only members of"),
        ],
    )
    async def test_what_one_rule_refuses_is_said_at_the_beginning_and_nothing_is_requested(
        self, desk: KitDesk, who: str, ticket: str | None, refused: str, says: str
    ) -> None:
        outcome = await desk.asks(desk.command(ticket=ticket), who)
        assert code(outcome) == refused
        assert outcome.refusal
        assert says in outcome.refusal.sentence
        assert await desk.members() == {}

    async def test_the_rest_can_be_requested_without_it(self, desk: KitDesk) -> None:
        await desk.asks(desk.command(READING, ticket=None))
        await desk.follows()
        assert await desk.statuses() == {"warehouse": "pending", "warehouse-sample": "active"}

    async def test_what_a_rule_refuses_only_then_is_recorded_and_told(
        self, desk: KitDesk, world: World
    ) -> None:
        """The rules, or an emergency stop, may say otherwise by the time the others are requested."""
        await desk.asks()
        fewer = {name: one for name, one in world.bundle.entitlements.items() if name != "warehouse-write"}
        desk.world = replace(world, bundle=replace(world.bundle, entitlements=fewer))
        await desk.follows("request-kit")
        first = (await desk.members())["warehouse"]
        assert [(one.entitlement, one.code) for one in first.kit_refused] == [("warehouse-write", "unknown")]
        await desk.follows("request-kit")
        assert (await desk.members())["warehouse"].kit_refused == first.kit_refused

    @pytest.mark.parametrize(
        ("kit", "refused"),
        [
            (AskedKit("churns", (("warehouse", 3_600),)), "unknown-kit"),
            (AskedKit("\0\ud800", (("warehouse", 3_600),)), "unknown-kit"),
            (AskedKit("churn", (("warehouse", 3_600), ("warehouse-pii", 3_600))), "not-in-kit"),
            (AskedKit("churn", (("warehouse", 3_600), ("warehouse", 3_600))), "not-in-kit"),
            (AskedKit("churn", (("warehouse", 1_800), ("warehouse-sample", 900))), "not-in-kit"),
            (AskedKit("churn", (("warehouse", 3_600),), "acc_01KJ4M3Z00000000000000000A"), "not-in-kit"),
            (AskedKit("churn", ()), "not-in-kit"),
        ],
    )
    async def test_what_the_kit_doesn_t_have_is_refused(
        self, desk: KitDesk, kit: AskedKit, refused: str
    ) -> None:
        assert code(await desk.asks(replace(desk.command(), kit=kit))) == refused

    async def test_what_one_may_not_have_beside_is_refused_at_the_beginning(
        self, store: Store, clock: Clock, tmp_path
    ) -> None:
        duties = (
            "separate_duties:\n  - name: look-and-pii\n    entitlements: [warehouse-sample, warehouse-pii]\n"
            "    because: Nobody looks at both\n"
        )
        desk = KitDesk(store, kit_world(tmp_path, duties=duties), clock)
        held = replace(desk.command(("warehouse-pii",), 1_800, "PRIV-7"), kit=None)
        await desk.asks(replace(held, justification="a customer asked to see what is kept of her data"))
        await desk.reviews(GRACE, "warehouse-pii")
        await desk.reviews(RADIA, "warehouse-pii")
        assert code(await desk.asks(desk.command(READING))) == "separate-duties"


class TestDecided:
    async def test_each_by_its_own_approvers(self, desk: KitDesk) -> None:
        await desk.asks()
        await desk.follows()
        await desk.reviews(GRACE, "warehouse")
        await desk.reviews(GRACE, "warehouse-write")
        assert await desk.statuses() == {
            "warehouse": "active",
            "warehouse-sample": "active",
            "warehouse-write": "pending",
        }
        await desk.reviews(RADIA, "warehouse-write")
        assert (await desk.statuses())["warehouse-write"] == "active"

    async def test_nobody_approves_any_of_their_own(self, desk: KitDesk) -> None:
        await desk.asks(who=GRACE)
        await desk.follows()
        assert code(await desk.reviews(GRACE, "warehouse")) == "own-request"
        assert code(await desk.reviews(GRACE, "warehouse-write")) == "own-request"

    async def test_a_denial_ends_the_rest_and_not_what_was_granted(self, desk: KitDesk) -> None:
        await desk.asks()
        await desk.follows()
        await desk.reviews(RADIA, "warehouse-write", "deny")
        await desk.follows("close-kit")
        members = await desk.members()
        assert await desk.statuses() == {
            "warehouse": "withdrawn",
            "warehouse-sample": "active",
            "warehouse-write": "denied",
        }
        assert (
            members["warehouse"].reason
            == "“Change the feature warehouse” of the kit “Look into churn” was denied."
        )

    async def test_a_denial_before_the_rest_was_requested_leaves_nothing_to_decide(
        self, desk: KitDesk
    ) -> None:
        await desk.asks()
        await desk.reviews(GRACE, "warehouse", "deny")
        await desk.follows("close-kit", "request-kit")
        assert await desk.statuses() == {"warehouse": "denied"}

    async def test_one_can_be_given_back_alone(self, desk: KitDesk) -> None:
        await desk.asks(desk.command(READING))
        await desk.follows()
        await desk.reviews(GRACE, "warehouse")
        sample = (await desk.members())["warehouse-sample"]
        await desk.ledger.handle(GiveBack(sample.id), Actor(ADA), "slack")
        assert await desk.statuses() == {"warehouse": "active", "warehouse-sample": "ended"}

    async def test_more_time_follows_on_each(self, desk: KitDesk) -> None:
        await desk.asks(desk.command(READING))
        await desk.follows()
        await desk.reviews(GRACE, "warehouse")
        before = await desk.members()
        desk.clock.forward(minutes=5)
        extends = extended(before["warehouse"], desk.clock())
        await desk.asks(replace(desk.command(READING, 1_800), extends=extends))
        await desk.follows("request-kit")
        after = await desk.members()
        assert {name: one.extends and one.extends.grant for name, one in after.items()} == {
            name: one.id for name, one in before.items()
        }


class TestInTheLog:
    async def test_every_story_replays_to_what_is_kept(self, desk: KitDesk) -> None:
        await desk.asks()
        await desk.follows()
        await desk.reviews(EDSGER, "warehouse", "deny")
        await desk.follows("close-kit")
        members = await desk.members()
        for one in members.values():
            state, leaves = await desk.reads.as_logged(Access, one.id)
            texts = {entry.place: entry.texts for entry in await desk.reads.story(one.id)}
            replayed = replay(
                WORKFLOW,
                [(leaf, texts[(leaf.version, leaf.position)]) for leaf in map(read_leaf, leaves)],
            )
            assert (replayed.fault, replayed.state) == (None, state)

    async def test_it_is_found_by_the_kit(self, desk: KitDesk) -> None:
        outcome = await desk.asks()
        story = await desk.reads.story(outcome.subject)
        found = WORKFLOW.found_by(SearchTerms(), "requested", story[0].facts)
        assert {"kit:churn", f"kit:{outcome.subject}", "warehouse"} <= found.resources

    async def test_what_isn_t_so_is_found(self, desk: KitDesk) -> None:
        outcome = await desk.asks()
        _, leaves = await desk.reads.as_logged(Access, outcome.subject)
        requested = read_leaf(leaves[0])
        members = requested.facts["kit"]["members"]
        for change, fault in (
            ([{**members[0], "seconds": 7_200}, *members[1:]], "names another request"),
            ([members[0], {**members[1], "request": SUBJECT}], "aren't its own"),
        ):
            facts = {**requested.facts, "kit": {**requested.facts["kit"], "members": change}}
            texts = (await desk.reads.story(outcome.subject))[0].texts
            replayed = replay(WORKFLOW, [(requested._replace(facts=facts), texts)])
            assert replayed.fault
            assert fault in str(replayed.fault)


class TestWhatDaypassAloneSays:
    def test_nobody_else_does(self, world: World) -> None:
        story = Story(world)
        story.asks(ADA)
        for command in (CloseWithKit(SUBJECT, "it"), ReportKitRefusal(SUBJECT, "warehouse", "unknown")):
            for who in (Actor(ADA), Actor(GRACE), OUTBOX):
                assert isinstance(story.handle(command, who), Refused)
        assert story.status == "pending"

    async def test_what_is_decided_stays(self, desk: KitDesk) -> None:
        await desk.asks(desk.command(READING))
        await desk.follows()
        sample = (await desk.members())["warehouse-sample"]
        outcome = await desk.ledger.handle(CloseWithKit(sample.id, "it"), OUTBOX, "outbox")
        assert not outcome.events


def test_a_kit_counts_as_one_request(clock: Clock) -> None:
    one = PastRequest(clock(), "warehouse", "feature-warehouse", kit="acc_1")
    other = replace(one, entitlement="warehouse-sample")
    alone = replace(one, kit=None)
    history = History(clock(), (other, one, alone))
    assert history.each_once == (other, alone)
    assert history.without("acc_1").requests == (alone,)
