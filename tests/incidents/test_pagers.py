"""What every kind of pager promises: called once for a severity that names it, and whatever became of it is told.

A new kind needs a case here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from bot.slack.incidents.cards import card
from bot.slack.incidents.notifications import note
from tests.builders import changed_bundle, world_of
from tests.incidents.desk import FIRST, Desk
from tests.people import ADA, MARGARET
from workflows.audit.replay import replay
from workflows.incidents import WORKFLOW
from workflows.incidents.commands import Cancel, ChangeSeverity, Resolve
from workflows.incidents.pagers import PAGERS
from workflows.policy.bundle import Bundle
from workflows.policy.directory import after_hand_over
from workflows.policy.on_call import Shift
from workflows.policy.problems import BundleErrors
from workflows.policy.schema.pagers import KINDS
from workflows.ports import Permanent, Retryable
from workflows.workflow import World

WRITTEN = {"webhook": "webhook: https://pager.northwind.example/daypass"}
"""Each kind of pager, as a bundle writes it."""
NAMES = [f"by-{kind}" for kind in WRITTEN]
BLOCK = "".join(f"  by-{kind}:\n    title: On call\n    {field}\n" for kind, field in WRITTEN.items())
PAGE = f"    page: [{', '.join(NAMES)}]\n"
CALLED = (
    ("incidents.yaml", "  sev2:\n", f"{PAGE}  sev2:\n"),
    ("incidents.yaml", "  sev3:\n", f"{PAGE}  sev3:\n"),
    ("incidents.yaml", "severities:\n", f"pagers:\n{BLOCK}\nseverities:\n"),
)
"""Pagers of each kind, which incidents of sev1 and sev2 call."""


def naming(schedule: str) -> tuple[str, str, str]:
    return "incidents.yaml", "  by-webhook:\n", f"  by-webhook:\n    on_call: {schedule}\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(changed_bundle(tmp_path_factory.mktemp("bundle") / "pagers", *CALLED))


@pytest.fixture(scope="module")
def on_call(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The same, and a pager that names a schedule."""
    return changed_bundle(tmp_path_factory.mktemp("bundle") / "on-call", *CALLED, naming("ranking"))


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    found = Desk(world)
    yield found
    found.close()


def declared(desk: Desk, **how) -> Desk:
    desk.declares(ADA, **how)
    desk.all_done()
    return desk


def paged(name: str, severity: str) -> str:
    """What the other side counts a page by."""
    return f"{FIRST}/page/{name}/{severity}"


def could_have_happened(desk: Desk) -> bool:
    return replay(WORKFLOW, desk.logged[FIRST].story()).fault is None


def test_every_kind_of_the_policy_is_registered_and_has_a_case():
    assert set(KINDS) == set(PAGERS) == set(WRITTEN)


@pytest.mark.parametrize("name", NAMES)
class TestEveryPager:
    def test_is_called_once_when_an_incident_of_its_severity_is_declared(self, desk, name):
        declared(desk)
        assert desk.outside.calls == {paged(one, "sev2"): 1 for one in NAMES}
        assert desk.actions().count("page-sent") == len(NAMES)
        assert could_have_happened(desk)

    def test_isn_t_called_for_another_severity(self, desk, name):
        declared(desk, severity="sev3")
        assert desk.outside.calls == {}

    def test_is_called_once_for_each_severity_that_an_incident_reaches(self, desk, name):
        declared(desk, severity="sev3")
        for severity in ("sev2", "sev1", "sev2", "sev1"):
            assert desk.refusal(ChangeSeverity(FIRST, severity), ADA) == ""
            desk.all_done()
        assert desk.outside.calls[paged(name, "sev2")] == desk.outside.calls[paged(name, "sev1")] == 1
        assert could_have_happened(desk)

    def test_counts_a_page_once_though_daypass_died_before_it_could_record_it(self, desk, name):
        desk.declares(ADA)
        (page,) = [one for one in desk.heads() if one.effect.payload.get("pager") == name]
        desk.perform(page)
        desk.settle(page, desk.perform(page))
        assert set(desk.outside.calls) == {paged(name, "sev2")}
        assert desk.perform(page).command is None

    def test_keeps_trying_and_says_so(self, desk, name):
        desk.outside.trouble = Retryable("The line is busy.")
        declared(desk)
        assert desk.actions().count("page-delayed") == len(NAMES)
        assert f"Paging {name} is delayed: The line is busy." in str(card(desk.now))
        desk.outside.trouble = None
        desk.all_done()
        assert desk.outside.calls[paged(name, "sev2")] == 1
        assert "delayed" not in str(card(desk.now))
        assert could_have_happened(desk)

    def test_that_never_will_be_reached_is_on_the_card_and_told_to_who_is_in_charge(self, desk, name):
        desk.outside.trouble = Permanent("There is no such place.")
        declared(desk)
        assert desk.actions().count("page-failed") == len(NAMES)
        assert f"Paging {name} failed: There is no such place." in str(card(desk.now))
        told = [one.payload for one in desk.shown if one.kind == "tell"]
        assert {"person": ADA, "note": "page-failed"} in told
        assert name in str(note(desk.now, "page-failed"))
        assert could_have_happened(desk)

    @pytest.mark.parametrize("how", ["drill", "private"])
    def test_isn_t_called_by_a_drill_or_for_a_private_incident(self, desk, name, how):
        declared(desk, **{how: True})
        assert desk.outside.calls == {}

    def test_isn_t_called_when_the_incident_is_over_by_then(self, desk, name):
        desk.outside.trouble = Retryable("The line is busy.")
        declared(desk)
        desk.do(Cancel(FIRST, "A false alarm."), ADA)
        desk.outside.trouble = None
        desk.all_done()
        assert desk.outside.calls == {}
        assert desk.actions()[-1] == "page-failed"

    def test_that_the_bundle_has_no_more_isn_t_called(self, desk, name, tmp_path):
        desk.declares(ADA)
        desk.world = world_of(changed_bundle(tmp_path / "without"))
        desk.all_done()
        assert desk.outside.calls == {}
        assert desk.actions().count("page-failed") == len(NAMES)


class TestWhoIsOnCall:
    """A pager that names a schedule says who is on call at the moment of the page."""

    @pytest.fixture
    def said(self, on_call: Bundle) -> Iterator[Callable[[Shift], Mapping[str, object]]]:
        desks: list[Desk] = []

        def page(shift: Shift) -> Mapping[str, object]:
            world = world_of(on_call)
            desks.append(
                Desk(replace(world, directory=after_hand_over(on_call, world.directory, {"ranking": shift})))
            )
            return declared(desks[-1]).outside.bodies[paged("by-webhook", "sev2")]

        yield page
        for desk in desks:
            desk.close()

    def test_is_in_the_page_by_address(self, said):
        body = said(Shift((MARGARET,)))
        assert (body["on_call"], body["on_call_unknown"]) == (["margaret@northwind.example"], "")

    def test_that_can_t_be_told_is_said_and_the_page_is_sent(self, said):
        body = said(Shift((), unknown="PagerDuty can't be reached."))
        assert (body["on_call"], body["on_call_unknown"]) == ([], "PagerDuty can't be reached.")

    def test_isn_t_in_the_page_of_a_pager_without_a_schedule(self, desk):
        assert "on_call" not in declared(desk).outside.bodies[paged("by-webhook", "sev2")]


def test_nothing_is_paged_by_an_incident_that_was_settled(desk):
    declared(desk, severity="sev3")
    desk.takes(MARGARET)
    desk.do(Resolve(FIRST, "It was nothing."), MARGARET)
    desk.all_done()
    assert desk.outside.calls == {}


class TestABundle:
    @pytest.mark.parametrize(
        ("changes", "what"),
        [
            (
                (("incidents.yaml", "  sev2:\n", "    page: [nobody]\n  sev2:\n"),),
                "there is no pager “nobody”",
            ),
            (
                (("incidents.yaml", "severities:\n", "pagers:\n  a:\n    title: A\n\nseverities:\n"),),
                "a pager needs exactly one of webhook",
            ),
            (
                (*CALLED, naming("rankin")),
                "there is no on-call schedule “rankin”",
            ),
        ],
    )
    def test_with_a_pager_that_calls_nobody_doesn_t_load(self, tmp_path, changes, what):
        with pytest.raises(BundleErrors, match=what):
            changed_bundle(tmp_path / "wrong", *changes)
