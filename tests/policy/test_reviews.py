"""A bundle says which access is reviewed when and by whom, and a review's result is a change of it that can be committed."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policy.conftest import EXAMPLE, NAMES, Change, Faults
from workflows.policy.bundle import Bundle
from workflows.policy.directory import build_directory
from workflows.policy.evaluation.review_schedule import last_opening, next_opening, period_of
from workflows.policy.loading.files import read_files
from workflows.policy.loading.load import load_bundle
from workflows.policy.proposal.removals import Proposal, propose
from workflows.policy.terms.reviews import ReviewSchedule
from workflows.ports import Directory, Person

FILE = "reviews.yaml"
RULE = """\
reviews:
  warehouse:
    title: Who can use the warehouse
    entitlements: [warehouse, warehouse-write]
    every: quarter
    at: "09:30"
    zone: Europe/Berlin
    within: 14d
    escalate: {after: 7d, to: [security]}
"""


def test_the_approvers_of_each_entitlement_review_it_unless_others_are_named(change: Change) -> None:
    terms = load_bundle(change(FILE, "", RULE)).reviews["warehouse"]
    reviewed = {one.entitlement: one.reviewers for one in terms.entitlements}
    assert reviewed == {"warehouse": ("data-owners",), "warehouse-write": ("data-owners", "security")}
    assert (terms.within, terms.escalate_to) == (14 * 86_400, ("security",))
    all_of_it = RULE.replace("[warehouse, warehouse-write]", "[feature-warehouse]\n    reviewers: [security]")
    terms = load_bundle(change(FILE, "", all_of_it)).reviews["warehouse"]
    assert {"warehouse", "warehouse-sample", "warehouse-pii"} <= {
        one.entitlement for one in terms.entitlements
    }
    assert {one.reviewers for one in terms.entitlements} == {("security",)}


@pytest.mark.parametrize(
    ("old", "new", "field", "what", "meant"),
    [
        (
            "[warehouse,",
            "[warehose,",
            "entitlements[0]",
            "there is no resource or entitlement “warehose”",
            "did you mean “warehouse”?",
        ),
        (
            "[warehouse, warehouse-write]",
            "[feature-warehouse]",
            "reviewers",
            "nobody would review “warehouse-sample”",
            "list groups under reviewers",
        ),
        (
            "[security]",
            "[securty]",
            "escalate.to[0]",
            "there is no group “securty”",
            "did you mean “security”?",
        ),
        ("after: 7d", "after: 14d", "escalate.after", "this is after the deadline", "use less than “within”"),
        ("quarter", "fortnight", "every", "“fortnight” isn't valid here", ""),
        ('"09:30"', '"25:00"', "at", "'25:00' isn't a time of day", 'write it in quotes, like "09:00"'),
        ("Europe/Berlin", "Europe/Berlim", "zone", "isn't a time zone", "did you mean “Europe/Berlin”?"),
        (
            "within: 14d",
            "within: 14d\n    reviewers: [nobody]",
            "reviewers[0]",
            "there is no group “nobody”",
            "",
        ),
    ],
)
def test_what_makes_no_sense_is_found_with_its_place_and_its_remedy(
    faults: Faults, old: str, new: str, field: str, what: str, meant: str
) -> None:
    assert old in RULE
    (found,) = faults(FILE, "", RULE.replace(old, new, 1))
    assert found.file == FILE
    assert found.field == f"reviews.warehouse.{field}"
    assert what in found.what
    assert meant in found.meant


def _schedule(**changes: object) -> ReviewSchedule:
    given = {"every": "quarter", "day": 1, "at": "09:30", "zone": "Europe/Berlin", **changes}
    return ReviewSchedule.model_validate(given)


class TestSchedule:
    @pytest.mark.parametrize(
        ("schedule", "now", "last", "following", "period"),
        [
            (_schedule(), "2026-04-01T07:29:59", "2026-01-01T08:30", "2026-04-01T07:30", "2026-Q1"),
            (_schedule(), "2026-04-01T07:30:00", "2026-04-01T07:30", "2026-07-01T07:30", "2026-Q2"),
            (_schedule(every="month", day=28), "2026-03-01T00:00", "2026-02-28T08:30", "2026-03-28T08:30", "2026-02"),
            (_schedule(every="half-year"), "2026-06-30T23:00", "2026-01-01T08:30", "2026-07-01T07:30", "2026-H1"),
            (_schedule(every="year", zone="UTC"), "2026-01-01T00:00", "2025-01-01T09:30", "2026-01-01T09:30", "2025"),
            # clocks go forward at 02:00 on 29 March 2026, so 02:30 doesn't exist; day 28 is the last that can be chosen
            (_schedule(every="month", day=25, at="02:30"), "2026-10-26T00:00", "2026-10-25T00:30", "2026-11-25T01:30", "2026-10"),
        ],
    )  # fmt: skip
    def test_opens_in_local_time(
        self, schedule: ReviewSchedule, now: str, last: str, following: str, period: str
    ) -> None:
        at = datetime.fromisoformat(now).replace(tzinfo=UTC)
        found = last_opening(schedule, at)
        assert found == datetime.fromisoformat(last).replace(tzinfo=UTC)
        assert next_opening(schedule, at) == datetime.fromisoformat(following).replace(tzinfo=UTC)
        assert period_of(schedule, found) == period

    @given(
        at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
        every=st.sampled_from(["month", "quarter", "half-year", "year"]),
        day=st.integers(1, 28),
        zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia", "America/St_Johns"]),
    )
    def test_every_moment_is_in_one_period(self, at: datetime, every: str, day: int, zone: str) -> None:
        schedule = _schedule(every=every, day=day, zone=zone)
        last, following = last_opening(schedule, at), next_opening(schedule, at)
        assert last <= at < following
        assert next_opening(schedule, last) == following
        assert last_opening(schedule, following) == following


GROUPS = """\
# Who is in which group.
groups:
  scientists:
    members: # in order of arrival
      - ada@northwind.example # since 2019
      # Barbara reads only.
      - barbara@northwind.example
      - "UMARGARET"
  samplers:
    members: [ada@northwind.example, 'grace@northwind.example', edsger@northwind.example]
  data-owners:
    members: [grace@northwind.example, edsger@northwind.example]
  security:
    members: [radia@northwind.example]
  incident-command: {slack_usergroup: command}
  auditors:
    members: [barbara@northwind.example]
"""
RESOURCE = """\
resource: sheds
title: Sheds
environment: production
rule:
  decision: automatic
entitlements:
  shed-read:
    title: Read a shed
    description: One shed.
    risk: low
    vault: {path: database/creds/shed, policy: grant-shed}
    rule: {eligible: [scientists, samplers], longest: 1h}
  shed-write:
    title: Write a shed
    description: One shed.
    risk: low
    vault: {path: database/creds/shed-write, policy: grant-shed-write}
    rule: {eligible: [scientists, data-owners, incident-command], longest: 1h}
"""
PRODUCTION = "environments:\n  production:\n    title: Production\n"
PEOPLE = [Person(f"U{name.upper()}", name.title(), f"{name}@northwind.example") for name in NAMES]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A bundle with two entitlements, whose groups overlap."""
    there = tmp_path / "small"
    (there / "resources").mkdir(parents=True)
    settings = (EXAMPLE / "daypass.yaml").read_text()
    for name, text in {
        "daypass.yaml": settings,
        "groups.yaml": GROUPS,
        "environments.yaml": PRODUCTION,
        "resources/sheds.yaml": RESOURCE,
    }.items():
        (there / name).write_text(text)
    return there


def directory_of(bundle: Bundle) -> Directory:
    return build_directory(bundle, PEOPLE, {"command": ["UMARGARET"]})


def proposed(there: Path, *removed: tuple[str, str]) -> Proposal:
    bundle = load_bundle(there)
    return propose(read_files(there), bundle, directory_of(bundle), removed)


def could(bundle: Bundle) -> set[tuple[str, str]]:
    """Everybody with what they can request."""
    directory = directory_of(bundle)
    return {
        (person, one.id)
        for one in bundle.entitlements.values()
        for group in one.rule.eligible
        for person in directory.members(group)
    }


def applied(there: Path, proposal: Proposal, target: Path) -> Bundle:
    shutil.copytree(there, target)
    for name, (_, after) in proposal.changed.items():
        (target / name).write_text(after)
    return load_bundle(target)


class TestProposal:
    def test_takes_out_the_members_lines_and_leaves_the_rest_as_it_was(self, small: Path) -> None:
        found = proposed(small, ("UADA", "shed-read"), ("UADA", "shed-write"))
        assert found.by_hand == ()
        assert found.diff.splitlines()[:2] == ["--- a/groups.yaml", "+++ b/groups.yaml"]
        changes = [line for line in found.diff.splitlines()[2:] if line[0] in "+-"]
        assert changes == [
            "-      - ada@northwind.example # since 2019",
            "-    members: [ada@northwind.example, 'grace@northwind.example', edsger@northwind.example]",
            "+    members: ['grace@northwind.example', edsger@northwind.example]",
        ]

    def test_says_what_is_not_that_simple(self, small: Path) -> None:
        kept = proposed(small, ("UADA", "shed-read"))
        assert "also lets them request shed-write" in kept.by_hand[0]
        assert list(kept.changed) == ["groups.yaml"], "samplers gives shed-read alone"
        used = proposed(small, ("UBARBARA", "shed-read"), ("UBARBARA", "shed-write"))
        assert used.by_hand == ()
        outside = proposed(small, ("UMARGARET", "shed-write"), ("UMARGARET", "shed-read"))
        assert any("outside the bundle" in one for one in outside.by_hand)
        owners = proposed(small, ("UGRACE", "shed-write"))
        assert owners.by_hand == () and "data-owners" in owners.diff

    def test_leaves_to_a_person_an_entry_that_is_used_elsewhere(self, small: Path) -> None:
        file = small / "groups.yaml"
        first, _, rest = file.read_text().partition("ada@northwind.example")
        file.write_text(
            f"{first}&ada ada@northwind.example{rest}".replace("[ada@northwind.example", "[*ada", 1)
        )
        found = proposed(small, ("UADA", "shed-read"), ("UADA", "shed-write"))
        assert found.diff == ""
        assert any(one.startswith("Remove by hand, in groups.yaml: ") for one in found.by_hand)

    def test_leaves_no_group_empty(self, small: Path) -> None:
        everybody = ("UADA", "UGRACE", "UEDSGER", "UBARBARA", "UMARGARET")
        found = proposed(small, *((one, what) for one in everybody for what in ("shed-read", "shed-write")))
        told = [one for one in found.by_hand if "Nobody would be left" in one]
        assert len(told) == 3
        assert found.diff == ""

    def test_is_empty_once_it_is_in(self, small: Path, tmp_path: Path) -> None:
        removed = (("UADA", "shed-read"), ("UADA", "shed-write"))
        after = applied(small, proposed(small, *removed), tmp_path / "after")
        assert not {("UADA", "shed-read"), ("UADA", "shed-write")} & could(after)
        assert proposed(tmp_path / "after", *removed) == Proposal({}, ())

    def test_takes_from_nobody_what_was_kept(self, small: Path, tmp_path: Path) -> None:
        every = sorted(could(load_bundle(small)))
        for number in range(1, 1 << len(every), 37):
            removed = {one for n, one in enumerate(every) if number >> n & 1}
            found = proposed(small, *removed)
            after = could(applied(small, found, tmp_path / str(number)))
            assert set(every) - removed <= after, removed
            assert found.by_hand or after == set(every) - removed
