"""What is too large for a message folds: what warns and what can be pressed stays, all else is a click away."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import home as homes
from bot.slack.access import form as access_form
from bot.slack.access import modals as access_modals
from bot.slack.access.presenter import PRESENTER as ACCESS
from bot.slack.blocks import code, section
from bot.slack.button_values import NewRequest
from bot.slack.incidents import cards as incident_cards
from bot.slack.incidents import checklist as checklists
from bot.slack.incidents import form as incident_form
from bot.slack.incidents import home as incident_home
from bot.slack.incidents import modals as incident_modals
from bot.slack.incidents import notifications as incident_notes
from bot.slack.incidents import texts as incident_texts
from bot.slack.incidents.presenter import PRESENTER as INCIDENTS
from bot.slack.incidents.typed_command import read_typed
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, packed, pieces
from bot.slack.presenter import Decision, HomePart
from bot.slack.releases import cards as release_cards
from bot.slack.releases import form as release_form
from bot.slack.releases import modals as release_modals
from tests.access.story import Story as AccessStory
from tests.incidents.desk import Desk
from tests.people import ADA, GRACE, MARGARET
from tests.releases.story import Story as ReleaseStory
from tests.slack.limits import faults_of
from workflows.incidents.state import FollowUp, Handover, Incident, PlaybookAccess, Step
from workflows.policy.terms.incidents import PlaybookTerms, RoleTerms, StepTerms
from workflows.releases.gates.gate import Result
from workflows.releases.state import Release
from workflows.workflow import World

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ATOMS = (
    "a",
    " ",
    "\n",
    "word ",
    "&amp;",
    "&lt;",
    "<@U01ADA>",
    "<#C1>",
    "<!date^1^{date}|x>",
    "<https://a.example|b>",
)


@pytest.fixture(scope="module")
def incident(world: World) -> Incident:
    desk = Desk(world)
    desk.declares(MARGARET, title="features are stale")
    state = desk.now
    desk.close()
    return state.model_copy(update={"channel": "C1"})


@pytest.fixture(scope="module")
def release(world: World) -> Release:
    story = ReleaseStory(world)
    story.proposes(ADA)
    story.is_read()
    return story.now


def playing(state: Incident, steps: int, phases: int, **made: Any) -> Incident:
    """A playbook of so many steps runs; `made` are the fields of those named by their numbers, such as `s3`."""
    terms = tuple(
        StepTerms(name=f"s{n}", title=f"Step {n}", phase=f"Phase {n * phases // steps}", owner="commander")
        for n in range(steps)
    )
    playbook = PlaybookTerms(name="long", title="Long", services=(), digest="d" * 64, steps=terms)
    states = tuple(Step(name=f"s{n}", **made.get(f"s{n}", {})) for n in range(steps))
    return state.model_copy(update={"playbook": playbook, "steps": states})


def buttons_of(message: Message, label: str) -> list[dict[str, Any]]:
    """The buttons of this label, wherever they stand."""
    found = []
    for block in message.payload:
        elements = [*(block.get("elements") or []), block.get("accessory") or {}]
        found += [one for one in elements if (one.get("text") or {}) and one.get("type") == "button"]
    return [one for one in found if one["text"]["text"] == label]


def said(message: Message) -> str:
    return str(message.payload)


class TestALongPlaybook:
    @pytest.mark.parametrize(("steps", "phases"), [(50, 1), (50, 10), (60, 60)])
    def test_has_a_button_for_its_next_step_to_the_end(self, incident, steps, phases) -> None:
        for finished in (0, 1, steps - 14, steps - 4, steps - 1):
            done = {f"s{n}": {"status": "done"} for n in range(finished)}
            message = checklists.checklist(playing(incident, steps, phases, **done))
            assert message
            assert faults_of(message) == []
            assert f"s{finished}" in buttons_of(message, "Done")[0]["value"]
            assert f"Step {finished}" in said(message)

    def test_shows_what_failed_before_what_is_next(self, incident) -> None:
        failed = {"status": "failed", "trouble": "The webhook answered 500."}
        message = checklists.checklist(playing(incident, 60, 6, s55=failed))
        assert message
        assert "s55" in buttons_of(message, "Try again")[0]["value"]
        assert "The webhook answered 500." in said(message)

    def test_says_how_far_it_is_and_shows_all_of_it_at_a_click(self, incident) -> None:
        done = {f"s{n}": {"status": "done"} for n in range(46)}
        state = playing(incident, 60, 6, **done)
        message = checklists.checklist(state)
        assert message
        assert "46 of 60 steps are finished" in said(message)
        assert buttons_of(message, "Show all")[0]["action_id"] == "incident.show-all"
        everything = str([block.to_dict() for block in checklists.whole(state)])
        assert all(f"Step {n}\\n" in everything for n in range(60))

    def test_of_ordinary_size_stands_in_its_order_with_nothing_folded(self, incident) -> None:
        message = checklists.checklist(playing(incident, 12, 3, s0={"status": "done"}))
        assert message
        assert not buttons_of(message, "Show all")
        assert len(buttons_of(message, "Done")) == 11
        assert said(message).index("Step 0") < said(message).index("Step 11")


class TestAnIncidentsCard:
    def test_with_twenty_role_offers_keeps_buttons(self, incident) -> None:
        offer = Handover(role="commander", to=ADA, by=GRACE, brief="Features are from Tuesday. " * 30, at=NOW)
        follow_ups = tuple(FollowUp(id=str(n), what=f"Do {n}", owner=ADA) for n in range(10))
        for number in (1, 16, 20):
            message = incident_cards.card(
                incident.model_copy(update={"offers": (offer,) * number, "follow_ups": follow_ups})
            )
            assert faults_of(message) == []
            accept = len(buttons_of(message, "Accept"))
            assert accept == number or (accept >= 4 and incident_texts.OFFERS in said(message))

    def test_names_some_of_sixty_stopped_services_and_all_of_them_at_a_click(self, incident) -> None:
        names = tuple(f"service-with-a-rather-long-name-that-is-stopped-{n}" for n in range(60))
        state = incident.model_copy(update={"frozen": names, "service": names[0]})
        message = incident_cards.card(state)
        assert faults_of(message) == []
        assert "and 55 more" in said(message)
        assert names[-1] in str([block.to_dict() for block in incident_cards.whole(state)])

    def test_shows_old_access_that_goes_on_before_new_access_that_is_over(self, incident) -> None:
        over = PlaybookAccess(
            id="a",
            entitlement="warehouse-read",
            title="t",
            role="r",
            person=ADA,
            seconds=60,
            step="s",
            status="ended",
        )
        lingers = over.model_copy(update={"status": "ending", "trouble": "Vault is sealed.", "person": GRACE})
        message = incident_cards.card(incident.model_copy(update={"accesses": (lingers, *(over,) * 40)}))
        assert "Vault is sealed." in said(message)

    def test_says_that_all_follow_ups_are_done(self, incident) -> None:
        done = (FollowUp(id="1", what="Do it", owner=ADA, done=True),)
        assert "1 of 1 done" in said(incident_cards.card(incident.model_copy(update={"follow_ups": done})))

    def test_shows_every_role(self, incident) -> None:
        roles = tuple(RoleTerms(name=f"r{n}", title=f"Role {n}", eligible=("g",)) for n in range(9))
        terms = incident.terms.model_copy(update={"roles": roles})
        message = incident_cards.card(incident.model_copy(update={"terms": terms}))
        assert all(f"Role {n}" in said(message) for n in range(9))

    def test_a_note_about_sixty_late_steps_says_where_the_checklist_is(self, incident) -> None:
        late = {f"s{n}": {"reminded": True} for n in range(60)}
        note = incident_notes.note(playing(incident, 60, 1, **late), "step-overdue")
        assert "<#C1>" in said(note)
        assert "and 50 more" in said(note)


class TestAReleasesCard:
    def results(self, number: int, failing: int) -> tuple[Result, ...]:
        sentence = "The metric was never logged for this version of the model. " * 7
        return tuple(
            Result(gate=f"gate-{n}", verdict="failed" if n == failing else "passed", sentence=sentence)
            for n in range(number)
        )

    def test_with_many_gates_shows_those_first_that_have_not_passed(self, release, world) -> None:
        state = release.model_copy(update={"results": self.results(40, failing=39)})
        message = release_cards.card(state, "approver", world.directory)
        assert faults_of(message) == []
        assert "*gate-39* failed" in said(message)
        assert buttons_of(message, "Approve")
        assert "39 checks passed" in said(message)
        assert buttons_of(message, "Details")
        everything = str([block.to_dict() for block in release_cards.whole(state, world.directory)])
        assert all(f"*gate-{n}* " in everything for n in range(40))

    def test_warns_whatever_there_is_besides(self, release, world) -> None:
        state = release.model_copy(
            update={
                "status": "live",
                "checks": self.results(20, failing=0),
                "results": self.results(20, failing=0),
                "drifted": True,
                "found": "4",
                "note": "what changes " * 70,
                "swapped": "f" * 64,
                "unread": "The artifact's folder is gone.",
                "trouble": "MLflow doesn't answer.",
                "voided": ("artifact", "evidence", "policy", "authors", "gates", "approvers"),
            }
        )
        message = release_cards.card(state, "approver", world.directory)
        assert faults_of(message) == []
        for warning in (
            "Post-release checks failed",
            "outside Daypass",
            "isn't the approved one",
            "can't be read",
            "The artifact's folder is gone.",
            "MLflow doesn't answer.",
            "voided",
        ):
            assert warning in str(message.payload[0]), warning
        assert ":rocket:" not in said(message)


class TestAWindow:
    def test_opens_whatever_was_typed_for_a_version(self, world) -> None:
        terms = next(iter(world.bundle.services.values()))
        form = release_form.Form("rel_1", terms.service, "9" * 160, "n" * 3_000)
        view = release_modals.propose_modal(form, terms, None)
        assert faults_of(view) == []
        assert "the limit is 1,000" in str(view.to_dict())

    def test_opens_with_a_ticket_that_is_too_long_and_says_so(self, world) -> None:
        chosen = next(one for one in world.bundle.entitlements.values() if one.rule.ticket.asked)
        form = access_form.Form(NewRequest("acc_1"), chosen.id, "", "", "because " * 400, "T" * 300, None, "")
        view = access_modals.ask_modal(form, chosen, None)
        assert faults_of(view) == []
        assert "from 300 to 200 characters" in str(view.to_dict())
        assert "from 3200 to " in str(view.to_dict())

    def test_hands_over_all_of_how_to_connect(self, world) -> None:
        blocks = code("psql 'host=a&b' " * 125)
        text = "".join(block.to_dict()["text"]["text"].strip("`") for block in blocks)
        assert text.count("psql 'host=a&amp;b'") == 125

    def test_offers_more_than_a_hundred_services_by_search(self, world) -> None:
        terms = next(iter(world.bundle.services.values()))
        services = {f"s{n}": terms.model_copy(update={"title": f"Service {n}"}) for n in range(150)}
        bundle = dataclasses.replace(world.bundle, services=services)
        assert bundle.incidents
        form = incident_form.Form("inc_1", title="t" * 300, severity="sev2", service="s149")
        view = incident_modals.declare_modal(form, bundle, bundle.incidents)
        assert faults_of(view) == []
        element = next(block for block in view.to_dict()["blocks"] if block.get("block_id") == "service")[
            "element"
        ]
        assert (element["type"], element["initial_option"]["value"]) == ("external_select", "s149")
        titles = {name: one.title for name, one in services.items()}
        assert [one.value for one in incident_modals.matching(titles, "service 149")] == ["s149"]

    def test_brings_the_playbook_of_the_service_that_was_chosen(self, world) -> None:
        assert world.bundle.incidents
        form = read_typed("inc_1", "sev2 ranking model serves stale features", world.bundle)
        view = incident_modals.declare_modal(form, world.bundle, world.bundle.incidents).to_dict()
        (playbook,) = (one for one in view["blocks"] if one["block_id"] == "playbook:ranking-model")
        assert playbook["element"]["initial_option"]["value"] == "stale-features"
        values = {playbook["block_id"]: {"x": {"selected_option": {"value": "stale-features"}}}}
        shown = {"private_metadata": "inc_1", "state": {"values": values}}
        assert incident_form.read_form(shown).playbook == "stale-features"


def test_show_all_shows_a_private_incident_to_its_members_alone(incident, world) -> None:
    state = incident.model_copy(update={"private": True, "invited": ()})
    assert INCIDENTS.whole(state, world, "card", MARGARET)
    assert not INCIDENTS.whole(state, world, "card", ADA)


def test_show_all_shows_access_of_a_private_incident_to_whoever_has_its_card(world) -> None:
    story = AccessStory(world)
    story.asks(ADA)
    state = story.now.model_copy(update={"private": True})
    assert ACCESS.whole(state, world, "card", ADA)
    assert not ACCESS.whole(state, world, "card", GRACE)


def test_a_full_home_is_shown(incident) -> None:
    offer = Handover(role="commander", to=ADA, by=GRACE, brief="b", at=NOW)
    waiting = [incident_home._offered(incident, offer)] * 12
    part = HomePart(
        "acc",
        "Title",
        "Requests",
        "Nothing.",
        list(map(Decision, waiting)),
        [[section("one"), section("two")]] * 12,
    )
    view = homes.home([part] * 3, "Clocks differ.").to_dict()
    assert len(view["blocks"]) <= 100
    assert "Clocks differ." in str(view["blocks"][0])
    assert str(view).count("more in your messages") == 6


@given(st.lists(st.sampled_from(ATOMS), max_size=200), st.integers(40, 300))
def test_cutting_splits_no_entity_mention_or_link(atoms: list[str], limit: int) -> None:
    markup = "".join(atoms)
    broken = pieces(markup, limit)
    for text in (cut(markup, limit), *broken, *packed(markup.split("\n"), limit)):
        assert len(text) <= limit
        assert faults_of([section(text)]) == [] if text.strip() else True
    assert "".join("".join(broken).split()) == "".join(markup.split())
