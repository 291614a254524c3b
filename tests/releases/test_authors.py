"""Whoever anything names as author approves nothing, and a name that MLflow can't vouch for is said to be a claim (P3)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.people import ADA, EDSGER, GRACE
from tests.releases.conftest import SERVICE_FILE
from workflows.policy.problems import BundleErrors
from workflows.ports import MACHINE, Directory, Machine, Person
from workflows.releases.authors import accounts_named
from workflows.releases.evidence import Author, Metric, Run
from workflows.releases.gates.numbers import spell
from workflows.releases.gates.readings import single_value
from workflows.workflow import Refused

CLAIMED = (SERVICE_FILE, "  mlflow: claimed\n", "")


def named(name: str, source: str = "run") -> Author:
    return Author(source=source, name=name)  # type: ignore[arg-type]


class TestWhoeverIsNamed:
    @pytest.mark.parametrize("source", ["run", "registrant", "other"])
    @pytest.mark.parametrize(
        "name",
        [
            "grace@northwind.example", "GRACE@Northwind.Example", " grace@northwind.example\n",
            "Grace Hopper <grace@northwind.example>", "ｇｒａｃｅ@northwind.example", "grace@northwind.example ",
        ],
    )  # fmt: skip
    def test_by_anything_can_t_approve_whatever_sources_are_asked_for(self, story, source, name):
        """Here only the run's author has to be known, and it is Ada by its tag."""
        story.proposes(ADA)
        story.is_read(others=(named(name, source),))
        assert story.status == "pending"
        refused = story.approves(GRACE)
        assert isinstance(refused, Refused)
        assert refused.code == "author"
        story.approves(EDSGER)
        assert story.status == "approved"

    def test_beside_somebody_known_has_to_be_known_too(self, story):
        story.proposes(ADA)
        story.is_read(others=(named("nobody-we-know"),))
        assert story.status == "proposed"
        assert "nobody-we-know" in story.now.results[0].sentence

    def test_only_as_registrant_has_to_be_known_where_the_policy_asks_for_it(self, story, changed):
        story.proposes(ADA)
        story.is_read(others=(named("nobody-we-know", "registrant"),))
        assert story.status == "pending"
        sources = (SERVICE_FILE, "sources: [requester, run]", "sources: [requester, run, registrant]")
        story.world = changed(sources[1:])
        story.time_passes()
        assert isinstance(story.approves(EDSGER), Refused)
        story.is_read()
        assert story.status == "proposed"

    def test_later_voids_what_was_approved(self, story):
        story.proposes(ADA)
        story.is_read()
        story.approves(EDSGER)
        story.is_read_before_going_live(others=(named("edsger@northwind.example", "registrant"),))
        assert story.now.voided == ("authors",)
        assert story.approves(EDSGER).code == "author"

    def test_as_a_machine_of_daypass_stands_for_its_owners(self):
        machine = Machine("nightly-training", "Nightly training", frozenset({GRACE}), frozenset())
        directory = Directory(
            {GRACE: Person(GRACE, "Grace")}, machines={f"{MACHINE}nightly-training": machine}
        )
        assert GRACE in accounts_named("nightly-training", directory)

    def test_by_an_address_of_two_accounts_means_both(self):
        people = {
            id: Person(id, id, email) for id, email in ((GRACE, "g@x.example"), (EDSGER, "G@X.example"))
        }
        assert accounts_named("g@x.example", Directory(people)) == {GRACE, EDSGER}


class TestAnMLflowWithoutALogin:
    @pytest.mark.parametrize("login", ["none", "unknown"])
    def test_releases_nothing_unless_the_policy_says_that_a_claim_will_do(self, story, changed, login):
        story.world = changed(CLAIMED[1:])
        story.proposes(ADA)
        story.is_read(login=login)
        assert story.status == "proposed"
        assert "MLflow lets in whoever asks" in story.now.results[0].sentence
        story.is_read(login="required")
        assert story.status == "pending"

    def test_that_loses_its_login_voids_what_was_approved(self, story, changed):
        story.world = changed(CLAIMED[1:])
        story.proposes(ADA)
        story.is_read(login="required")
        story.approves(GRACE)
        story.is_read_before_going_live(login="none")
        assert (story.status, story.now.reviews) == ("proposed", ())

    def test_is_said_to_claim(self, story):
        story.proposes(ADA)
        story.is_read(login="none")
        assert story.status == "pending"
        assert story.now.results[0].sentence.endswith("MLflow proves no names.")


class TestNumbers:
    @given(st.floats() | st.floats(allow_subnormal=True, width=64))
    def test_of_every_double_are_compared_or_said_to_be_none(self, number: float) -> None:
        run = Run(id="r", status="FINISHED", metrics=(Metric(key="m", count=1, values=(repr(number),)),))
        value, why = single_value(run, "m")
        assert (value is None) == bool(why)
        if value is not None:
            assert value == Decimal(repr(number))
            assert len(spell(value)) <= 25

    @given(
        st.text(max_size=80) | st.from_regex(r"-?\d{1,80}(\.\d{1,80})?([eE][+-]?\d{1,30})?", fullmatch=True)
    )
    def test_of_any_text_are_compared_or_said_to_be_none(self, text: str) -> None:
        run = Run(id="r", status="FINISHED", metrics=(Metric(key="m", count=1, values=(text,)),))
        value, why = single_value(run, "m")
        assert (value is None) == bool(why)
        if value is not None:
            assert len(spell(value)) <= 25

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
    def test_any_two_are_compared_exactly(self, story, mine: float, theirs: float) -> None:
        """By the gate that asks whether a version is worse than the champion, by 0.005 at most."""
        story.state, story.events, story.effects, story.keys = None, [], [], set()
        story.proposes(ADA)
        story.is_read(ndcg=(repr(mine),), champion=(repr(theirs),))
        better = next(one for one in story.now.results if one.gate == "better")
        worse = Fraction(repr(theirs)) - Fraction(repr(mine)) > Fraction("0.005")
        assert better.verdict == ("failed" if worse else "passed"), better

    @pytest.mark.parametrize(
        "value", ["1e22", "1e308", "1e309", "9" * 5_000, "1E+999999999", "sNaN", "１", "1_0"]
    )
    def test_at_which_a_release_hung_without_a_word_are_told(self, story, value):
        story.proposes(ADA)
        story.is_read(ndcg=(value,))
        assert story.now.results


@pytest.mark.parametrize("number", ["1e400", "1E-999999", ".nan", "9" * 400])
def test_a_bundle_asks_for_no_number_that_no_metric_can_be(changed, number):
    with pytest.raises(BundleErrors, match="is no number"):
        changed(("    at_least: 0.75\n  - name: better", f"    at_least: {number}\n  - name: better"))
