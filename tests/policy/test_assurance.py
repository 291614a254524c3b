"""How strongly an approval is bound to its person, as a bundle says it; what doesn't go with it is refused at load."""

from pathlib import Path

import pytest

from tests.builders import changed_bundle
from workflows.policy.bundle import terms_of
from workflows.policy.problems import BundleErrors
from workflows.policy.terms.access import stricter

FILE = "resources/feature-warehouse.yaml"
PII = "      longest: 1h\n      default: 30m\n      lapse: 1h\n"
BREAK_GLASS = """      break_glass:
        taken_by: [data-owners]
        longest: 30m
        min_length: 30
        channel: incidents
        after_denial: 1h
        review: {reviewers: [security], within: 1d}
"""
GUARDED = (FILE, PII, f"{PII}      assurance: vault\n")


def problems(target: Path, *changes: tuple[str, str, str], **files: str) -> list[str]:
    named = {f"{name}.yaml": text for name, text in files.items()}
    try:
        changed_bundle(target / "bundle", *changes, files=named)
    except BundleErrors as errors:
        return [str(one) for one in errors.problems]
    return []


def test_it_is_a_click_unless_a_level_says_more(tmp_path: Path) -> None:
    bundle = changed_bundle(tmp_path / "bundle", GUARDED)
    terms = {name: terms_of(bundle, one) for name, one in bundle.entitlements.items()}
    assert terms["warehouse"].assurance == "click"
    assert (terms["warehouse-pii"].assurance, terms["warehouse-pii"].approvals) == ("vault", 2)


def test_the_stronger_of_two_bundles_holds(tmp_path: Path) -> None:
    guarded = changed_bundle(tmp_path / "guarded", GUARDED)
    before = changed_bundle(tmp_path / "before")
    old, new = (terms_of(one, one.entitlements["warehouse-pii"]) for one in (before, guarded))
    assert stricter(old, new).assurance == "vault"
    assert stricter(new, old).assurance == "vault"


def test_a_lower_level_may_only_strengthen_it(tmp_path: Path) -> None:
    below = (FILE, PII, f"{PII}      assurance: click\n")
    above = (FILE, "rule:\n", "rule:\n  assurance: vault\n")
    found = problems(tmp_path, below, above)
    assert any("this is looser than" in one and "use vault, or something stronger" in one for one in found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((FILE, PII, f"{PII}      assurance: passkey\n{BREAK_GLASS}"), "sign with their passkeys"),
        ((FILE, PII, f"{PII}      assurance: sms\n"), "assurance"),
        ((FILE, "path: database/creds/warehouse-pii", "path: pki/issue/pii"), "TLS certificates can't wait"),
        ((FILE, "policy: grant-high-warehouse-pii", "policy: grant-pii"), "whose tokens the everyday login makes"),
        ((FILE, "path: database/creds/warehouse-write", "path: database/creds/warehouse-pii"), "warehouse-write would open it"),
        ((FILE, f"{PII}      credentials: 3\n", f"{PII}      credentials: 3\n      decision: automatic\n"), "automatic"),
    ],
)  # fmt: skip
def test_what_does_not_go_with_it_is_refused(tmp_path: Path, change: tuple[str, str, str], said: str) -> None:
    guarded = () if "assurance: " in change[2] else (GUARDED,)
    found = problems(tmp_path, *((change,) if not guarded else (change, *guarded)))
    assert any(said in one for one in found), found


def test_break_glass_would_take_it_without_approval(tmp_path: Path) -> None:
    glass = "      break_glass: {taken_by: [ml-engineers], longest: 15m, review: {within: 1d}}\n"
    found = problems(tmp_path, GUARDED, (FILE, "      credentials: 3\n", f"      credentials: 3\n{glass}"))
    assert any("break-glass takes warehouse-pii without approval" in one for one in found), found


def test_a_kit_shows_its_logins_together(tmp_path: Path) -> None:
    kit = "kits:\n  all:\n    title: All\n    description: All of it.\n    entitlements: [warehouse, warehouse-pii]\n"
    found = problems(tmp_path, GUARDED, kits=kit)
    assert any("“warehouse-pii” waits for Vault's approvers" in one for one in found), found
