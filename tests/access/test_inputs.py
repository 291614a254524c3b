"""What a request says besides its reason: recorded, approved with it, kept by what extends it, and never silently changed."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.access.changes import RULES
from tests.access.story import SUBJECT, WHY, Story
from tests.builders import changed_bundle, world_of
from tests.people import ADA, EDSGER, GRACE
from workflows.access import refusals
from workflows.access.break_glass.commands import TakeAccess
from workflows.access.commands import ReassessAccess, RequestAccess, RequestCredential, StartGrant
from workflows.access.events import Requested
from workflows.access.extensions import extended
from workflows.access.narrative import SENTENCES
from workflows.access.objection import objection_to_grant
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.performers import mint_order
from workflows.access.replay import impossible
from workflows.access.request_digest import request_digest
from workflows.access.search_terms import found_by
from workflows.narrative import Names
from workflows.workflow import CLOCKWORK, OUTBOX, Actor, Decision, Occurred, Refused, SearchTerms, World

RISK = "    risk: moderate # low"
POLICY = "      policy: grant-warehouse-read\n"
PARAMETERS = f"{POLICY}      parameters: {{schema: '{{inputs.schema}}', note: fixed}}\n"
SCHEMA = 'schema: {title: Schema, type: text, pattern: "[a-z]{1,20}", default: public}'
DATASET = "dataset: {title: Dataset, type: choice, options: [eu, us]}"
BUNDLES = {
    "asks": (DATASET, SCHEMA),
    "us only": (DATASET.replace("eu, us", "us"), SCHEMA),
    "no dataset": (SCHEMA,),
    "more": (DATASET, SCHEMA, "rows: {title: Rows, type: number, most: 100, default: 5}"),
    "other titles": (DATASET.replace("Dataset", "Which"), SCHEMA),
}
GIVEN = {"dataset": "eu", "schema": "public"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    """The example with inputs of `warehouse`, and what may become of them."""
    target: Path = tmp_path_factory.mktemp("inputs")

    def made(name: str, inputs: tuple[str, ...]) -> World:
        lines = "".join(f"      {one}\n" for one in inputs)
        changes = ((RULES, RISK, f"    inputs:\n{lines}{RISK}"), (RULES, POLICY, PARAMETERS))
        return world_of(changed_bundle(target / name, *changes))

    return {name: made(name, inputs) for name, inputs in BUNDLES.items()}


@pytest.fixture
def story(rules: dict[str, World]) -> Story:
    return Story(rules["asks"])


def asks(story: Story, **inputs: str) -> Decision:
    return story.handle(RequestAccess(SUBJECT, "warehouse", 3_600, WHY, inputs=inputs), Actor(ADA))


def refused(decision: Decision) -> Refused:
    assert isinstance(decision, Refused)
    return decision


class TestAsking:
    def test_values_and_defaults_are_recorded_and_in_the_digest(self, story: Story) -> None:
        asks(story, dataset="EU")
        assert story.now.inputs == GIVEN
        event = story.events[0]
        assert isinstance(event, Requested)
        assert event.seen["inputs"] == GIVEN
        other = request_digest(
            SUBJECT, ADA, story.now.terms, 3_600, WHY, None, inputs={**GIVEN, "dataset": "us"}
        )
        assert story.now.digest not in (
            other,
            request_digest(SUBJECT, ADA, story.now.terms, 3_600, WHY, None),
        )

    def test_what_is_accepted_is_bound_to_them(self, story: Story) -> None:
        given = {"dataset": "eu"}
        command = RequestAccess(SUBJECT, "warehouse", 3_600, WHY, inputs=given, on_behalf_of=ADA)
        story.handle(command, Actor(GRACE))
        story.handle(AcceptProposal(SUBJECT, story.now.digest), Actor(ADA))
        assert story.now.accepted_at
        shown = (SUBJECT, ADA, story.now.terms, 3_600, WHY, None)
        assert story.now.digest == request_digest(*shown, inputs=GIVEN)
        assert story.now.digest != request_digest(*shown, inputs={**GIVEN, "dataset": "us"})

    @pytest.mark.parametrize(
        ("inputs", "code", "field"),
        [
            ({}, "input-missing", "inputs.dataset"),
            ({"dataset": "apac"}, "input-invalid", "inputs.dataset"),
            ({"dataset": "eu", "schema": "a;b"}, "input-invalid", "inputs.schema"),
            ({"dataset": "eu", "rows": "5"}, "input-unknown", "inputs.rows"),
        ],
    )
    def test_what_is_wrong_is_refused_at_its_field(
        self, story: Story, inputs: dict[str, str], code: str, field: str
    ) -> None:
        refusal = refused(asks(story, **inputs))
        assert (refusal.code, list(refusal.fields)) == (code, [field])
        assert story.state is None

    def test_it_is_found_and_told_by_its_values(self, story: Story) -> None:
        asks(story, dataset="eu")
        ((leaf, _),) = story.logged.story()
        facts = leaf.facts
        assert found_by(SearchTerms(), "requested", facts).inputs == {"dataset=eu", "schema=public"}
        told = SENTENCES["requested"](facts, Names(story.world.directory, ADA))
        assert "with dataset=eu, schema=public" in told

    def test_break_glass_needs_them_too(self, story: Story) -> None:
        why = "The features are wrong and nobody can be reached tonight"
        taken = TakeAccess(SUBJECT, "warehouse", 1_200, why)
        assert refused(story.handle(taken, Actor(GRACE))).code == "input-missing"
        story.handle(TakeAccess(SUBJECT, "warehouse", 1_200, why, inputs={"dataset": "us"}), Actor(GRACE))
        assert story.now.inputs == {"dataset": "us", "schema": "public"}


class TestChangedRules:
    @pytest.mark.parametrize(
        ("bundle", "why"), [("us only", "“eu” isn't allowed"), ("no dataset", "“dataset”")]
    )
    def test_what_is_narrowed_or_removed_is_refused_at_approval_and_cancelled_before_its_start(
        self, story: Story, rules: dict[str, World], bundle: str, why: str
    ) -> None:
        asks(story, dataset="eu")
        story.world = rules[bundle]
        story.handle(ReassessAccess(SUBJECT), CLOCKWORK)
        assert story.now.inputs == GIVEN, "nothing is dropped"
        refusal = refused(story.approves(EDSGER))
        assert refusal.code == "no-longer-allowed"
        assert why in refusal.sentence
        story.denies(EDSGER)
        assert story.status == "denied"

    def test_what_is_asked_for_besides_is_asked_of_the_requester(
        self, story: Story, rules: dict[str, World]
    ) -> None:
        """A default that nobody saw on the card isn't approved with it."""
        asks(story, dataset="eu")
        story.world = rules["more"]
        story.handle(ReassessAccess(SUBJECT), CLOCKWORK)
        assert refusals.ASKS_FOR_MORE in refused(story.approves(EDSGER)).sentence

    def test_a_new_title_changes_nothing(self, story: Story, rules: dict[str, World]) -> None:
        asks(story, dataset="eu")
        story.world = rules["other titles"]
        story.handle(ReassessAccess(SUBJECT), CLOCKWORK)
        story.approves(EDSGER)
        assert story.status == "active"

    @pytest.mark.parametrize("bundle", ["us only", "no dataset", "more"])
    def test_no_credential_is_made_under_other_inputs(
        self, story: Story, rules: dict[str, World], bundle: str
    ) -> None:
        asks(story, dataset="eu")
        story.approves(EDSGER)
        assert objection_to_grant(story.now, story.logged.replayed().story, story.world) is None
        found = objection_to_grant(story.now, story.logged.replayed().story, rules[bundle])
        assert found
        assert "inputs" in found

    @pytest.mark.parametrize("bundle", ["us only", "no dataset"])
    def test_scheduled_access_is_looked_at_again_at_its_start(
        self, story: Story, rules: dict[str, World], bundle: str
    ) -> None:
        starts_at = story.clock() + timedelta(hours=2)
        command = RequestAccess(
            SUBJECT, "warehouse", 3_600, WHY, starts_at=starts_at, inputs={"dataset": "eu"}
        )
        story.handle(command, Actor(ADA))
        story.approves(EDSGER)
        assert story.status == "scheduled"
        story.clock.forward(hours=2)
        story.world = rules[bundle]
        story.handle(StartGrant(SUBJECT), OUTBOX)
        assert story.status == "ended"


class TestCredentials:
    def test_vault_gets_the_values_that_were_approved(self, story: Story) -> None:
        asks(story, dataset="eu", schema="sales")
        story.approves(EDSGER)
        story.handle(RequestCredential(SUBJECT, "crd_1", "window"), Actor(ADA))
        assert mint_order(story.now, "crd_1").parameters == {"schema": "sales", "note": "fixed"}

    def test_a_state_that_says_otherwise_gets_nothing(self, story: Story) -> None:
        asks(story, dataset="eu", schema="sales")
        story.approves(EDSGER)
        for inputs in ({}, {**GIVEN, "schema": "a'; --"}, {**GIVEN, "more": "x"}):
            forged = story.now.model_copy(update={"inputs": inputs})
            with pytest.raises(ValueError, match="inputs"):
                mint_order(forged, "crd_1")


class TestExtending:
    def test_an_extension_keeps_what_it_extends(self, story: Story, rules: dict[str, World]) -> None:
        asks(story, dataset="eu", schema="sales")
        story.approves(EDSGER)
        extends = extended(story.now, story.clock())
        assert extends
        again = Story(story.world, story.clock)
        wanted = RequestAccess(SUBJECT, "warehouse", 600, WHY, extends=extends, inputs={"dataset": "us"})
        again.handle(wanted, Actor(ADA))
        assert again.now.inputs == {"dataset": "eu", "schema": "sales"}

        narrower = Story(rules["us only"], story.clock)
        assert refused(narrower.handle(wanted, Actor(ADA))).code == "input-invalid"


class TestReplay:
    """`daypass audit verify` judges what the log says."""

    def judged(self, story: Story, **changes: object) -> str | None:
        event = story.events[0]
        assert isinstance(event, Requested)
        forged = event.model_copy(update=changes)
        shown = (
            forged.seconds,
            forged.justification,
            forged.ticket,
            forged.extends,
            None,
            None,
            forged.inputs,
        )
        digest = request_digest(forged.id, forged.requester, forged.terms, *shown)
        forged = forged.model_copy(update={"digest": digest})
        return impossible(
            None, (), Occurred(SUBJECT, forged, Actor(ADA), story.clock(), (1, 0), forged.terms.digest)
        )

    def test_inputs_that_the_terms_don_t_allow_could_not_have_happened(self, story: Story) -> None:
        asks(story, dataset="eu")
        assert self.judged(story) is None
        for inputs in ({}, {"dataset": "eu"}, {**GIVEN, "dataset": "apac"}, {**GIVEN, "more": "1"}):
            found = self.judged(story, inputs=inputs)
            assert found
            assert "inputs" in found

    def test_an_extension_with_other_inputs_could_not_have_happened(self, story: Story) -> None:
        asks(story, dataset="eu")
        story.approves(EDSGER)
        extends = extended(story.now, story.clock())
        other = Story(story.world, story.clock)
        other.handle(RequestAccess(SUBJECT, "warehouse", 600, WHY, extends=extends), Actor(ADA))
        assert self.judged(other) is None
        assert "other inputs" in (self.judged(other, inputs={**GIVEN, "dataset": "us"}) or "")
