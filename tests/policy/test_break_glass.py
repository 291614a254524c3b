"""What a bundle may say of break-glass: complete, never looser than a level above, and never without a reviewer."""

import pytest

from tests.policy.conftest import Change, Faults
from workflows.policy.bundle import Bundle, terms_of
from workflows.policy.loading.load import load_bundle
from workflows.policy.terms.break_glass import stricter_break_glass

RULES = "resources/feature-warehouse.yaml"
ENVIRONMENTS = "environments.yaml"
ABOVE = "      longest: 8h\n"
UPPER = """      longest: 8h
      break_glass:
        taken_by: [data-owners]
        longest: 20m
        min_length: 40
        review:
          within: 8h
"""


def test_the_example_lets_data_owners_take_the_warehouse(bundle: Bundle) -> None:
    rule = bundle.entitlements["warehouse"].rule.break_glass
    assert rule is not None
    assert (rule.taken_by, rule.longest, rule.channel) == (("data-owners",), 1_800, "#incidents")
    assert (rule.review_within, rule.escalate_to) == (86_400, ("incident-command",))
    assert bundle.entitlements["warehouse-write"].rule.break_glass is None


@pytest.mark.parametrize(
    ("old", "new", "field", "what"),
    [
        ("taken_by: [data-owners]", "taken_by: [owners]", "taken_by[0]", "no group “owners”"),
        ("        taken_by: [data-owners]\n", "", "taken_by", "nobody may take it on any level"),
        ("        longest: 30m\n", "", "break_glass.longest", "no time limit"),
        ("longest: 30m", "longest: 9h", "break_glass.longest", "longer than an approved request"),
        ("          within: 1d", "          # within: 1d", "within", "no deadline"),
        ("channel: incidents", "channel: incident", "break_glass.channel", "no channel “incident”"),
        ("reviewers: [security]", "reviewers: [secure]", "reviewers[0]", "no group “secure”"),
        ("severity: sev3", "severity: sev9", "incident.severity", "no severity “sev9”"),
        (
            "          severity: sev3",
            "          severity: sev3\n          service: none",
            "service",
            "no service",
        ),
    ],
)
def test_a_fault_is_found_with_its_field(faults: Faults, old: str, new: str, field: str, what: str) -> None:
    (found,) = faults(RULES, old, new)
    assert field in found.field
    assert what in found.what


def test_break_glass_without_a_reviewer_is_found(change: Change, faults: Faults) -> None:
    change("groups.yaml", "      - edsger@northwind.example\n", "")
    change(RULES, "to: [incident-command]\n        # Opens", "to: [data-owners]\n        # Opens")
    found = faults(RULES, "reviewers: [security]", "reviewers: [data-owners]")
    assert [one.field.rpartition("rule.")[2] for one in found] == ["break_glass.review"]
    assert "nobody could review what grace@northwind.example takes" in found[0].what


def test_what_is_approved_automatically_needs_no_break_glass(faults: Faults) -> None:
    block = "break_glass: {taken_by: [data-owners], longest: 10m, review: {within: 1d}}"
    found = faults(RULES, "      decision: automatic", f"      decision: automatic\n      {block}")
    assert ["automatically" in one.what for one in found] == [True]


class TestLevels:
    def test_a_lower_level_only_tightens(self, change: Change) -> None:
        change(ENVIRONMENTS, ABOVE, UPPER)
        path = change(RULES, "longest: 30m\n        min_length: 30", "longest: 10m\n        min_length: 50")
        path = change(RULES, "          within: 1d", "          within: 6h")
        rule = load_bundle(path).entitlements["warehouse"].rule.break_glass
        assert rule is not None
        assert (rule.longest, rule.min_length, rule.review_within) == (600, 50, 21_600)

    def test_what_is_looser_is_refused(self, change: Change, faults: Faults) -> None:
        found = faults(ENVIRONMENTS, ABOVE, UPPER)
        fields = {one.field.partition("break_glass.")[2] for one in found if "looser" in one.what}
        assert fields == {"longest", "min_length", "review.within"}

    def test_what_a_level_forbids_none_below_allows(self, change: Change) -> None:
        path = change(ENVIRONMENTS, ABOVE, f"{ABOVE}      break_glass:\n        allowed: false\n")
        assert load_bundle(path).entitlements["warehouse"].rule.break_glass is None

    def test_none_skips_the_approval_that_a_level_above_requires(self, faults: Faults) -> None:
        stages = f"{ABOVE}      stages:\n        - name: data-owners\n          approvers: [data-owners]\n"
        found = faults(ENVIRONMENTS, ABOVE, stages)
        assert any("skips the approval" in one.what for one in found)


def test_of_two_bundles_the_stricter_wins(bundle: Bundle) -> None:
    old = terms_of(bundle, bundle.entitlements["warehouse"]).break_glass
    assert old is not None
    new = old.model_copy(update={"longest": 600, "taken_by": (), "min_length": 90, "review_within": 90_000})
    both = stricter_break_glass(old, new)
    assert both is not None
    assert (both.longest, both.taken_by, both.min_length, both.review_within) == (600, (), 90, 86_400)
    assert stricter_break_glass(old, None) is None
    assert stricter_break_glass(None, new) is None
