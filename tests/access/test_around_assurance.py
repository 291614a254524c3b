"""No way around what a rule asks for beyond a click: an incident's step, and more time for what is held."""

from pathlib import Path

import pytest

from tests.access.story import SUBJECT, Story
from tests.builders import changed_bundle, world_of
from tests.people import ADA, GRACE, MARGARET, RADIA
from tests.policy.test_assurance import FILE, PII
from workflows.access.commands import PlaybookOrigin, RequestAccess, RequestCredential, StartGrant
from workflows.access.events import Reviewed
from workflows.access.evolve import evolve
from workflows.access.extensions import extended
from workflows.access.replay_request import JUDGES
from workflows.access.vault_quorum.effects import ASK
from workflows.policy.terms.access import Terms
from workflows.workflow import OUTBOX, Actor, Occurred, Refused, World

NAMES = "    aliases: [pii, personal-data]\n"
IN_INCIDENT = "    in_incident: {severities: [sev1], roles: [responder], approver: commander}\n"
WHY = "to see who of them has asked to be forgotten"


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    """By assurance."""
    bundles = tmp_path_factory.mktemp("around")
    return {one: world_with(bundles, one) for one in ("click", "passkey", "vault")}


def world_with(bundles: Path, assurance: str) -> World:
    """In which personal data can be had by an incident's step, as far as the assurance allows."""
    changes = (FILE, PII, f"{PII}      assurance: {assurance}\n"), (FILE, NAMES, NAMES + IN_INCIDENT)
    return world_of(changed_bundle(bundles / assurance, *changes))


def strengthened(terms: Terms, assurance: str) -> Terms:
    return terms.model_copy(update={"assurance": assurance})


def run_step(world: World) -> Story:
    """Margaret commands, and runs the step that asks for Ada."""
    origin = PlaybookOrigin(
        "inc_1", "sev1", "responder", ADA, MARGARET, ("commander",), world.bundle.digest, False, False
    )
    story = Story(world)
    story.handle(RequestAccess(SUBJECT, "warehouse-pii", 1_800, WHY, "PRIV-7", ground=origin), OUTBOX)
    return story


class TestRunningAnIncidentsStep:
    def test_approves_where_a_click_would(self, worlds: dict[str, World]) -> None:
        assert run_step(worlds["click"]).status == "active"

    @pytest.mark.parametrize("assurance", ["passkey", "vault"])
    def test_only_asks_where_a_click_isn_t_enough(self, worlds: dict[str, World], assurance: str) -> None:
        story = run_step(worlds[assurance])
        assert (story.status, story.now.reviews) == ("pending", ())

    def test_with_vault_s_approvers_needs_the_clicks_as_well(self, worlds: dict[str, World]) -> None:
        story = run_step(worlds["vault"])
        story.approves(GRACE)
        story.approves(RADIA)
        story.gets_credentials(ADA)
        assert (story.status, len(story.called_for(ASK)), story.called_for("mint")) == ("active", 1, [])

    @pytest.mark.parametrize("assurance", ["passkey", "vault"])
    def test_that_counted_all_the_same_doesn_t_replay(self, worlds: dict[str, World], assurance: str) -> None:
        story = run_step(worlds["click"])
        requested, review, *_ = story.events
        assert isinstance(review, Reviewed)
        asked = evolve(None, requested)
        for terms, why in (
            (asked.terms, None),
            (strengthened(asked.terms, assurance), "a click isn't enough"),
        ):
            state = asked.model_copy(update={"terms": terms})
            now = Occurred(SUBJECT, review, OUTBOX, review.at, (1, 1), terms.digest)
            found = JUDGES[Reviewed](state, [], now, review)
            assert (found is None) if why is None else (why in str(found))


class TestMoreTime:
    def test_is_approved_and_authorized_anew_and_moves_no_end(self, worlds: dict[str, World]) -> None:
        """The lease of what is held ends with its own grant; the next credential has a request of its own in Vault."""
        world = worlds["vault"]
        held = Story(world)
        held.asks(ADA, "warehouse-pii", 1_800, WHY, "PRIV-7")
        held.approves(GRACE)
        held.approves(RADIA)
        before = held.now.grant
        extends = extended(held.now, held.clock())
        assert before is not None
        assert extends is not None
        more = Story(world, held.clock)
        more.handle(
            RequestAccess(SUBJECT, "warehouse-pii", 1_800, WHY, "PRIV-7", extends=extends), Actor(ADA)
        )
        assert more.status == "pending"
        more.approves(GRACE)
        more.approves(RADIA)
        assert isinstance(more.handle(RequestCredential(SUBJECT, "crd_9", "window"), Actor(ADA)), Refused)
        held.clock.at = extends.ends_at
        more.handle(StartGrant(SUBJECT), OUTBOX)
        more.gets_credentials(ADA)
        assert (len(more.called_for(ASK)), more.called_for("mint")) == (1, [])
        assert held.now.grant == before
