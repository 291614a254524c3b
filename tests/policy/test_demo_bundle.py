"""The demo's policy holds, and whoever has no passkey gets everywhere in it but to what shows passkeys."""

from pathlib import Path

from bot.demo.bundle import write_bundle
from bot.demo.stage import BUNDLE
from workflows.policy.bundle import terms_of
from workflows.policy.loading.load import load_bundle


def test_one_entitlement_of_the_demo_asks_for_a_passkey_and_every_other_for_a_click(tmp_path: Path) -> None:
    bundle = load_bundle(write_bundle(BUNDLE, tmp_path / "bundle"))
    asked = {name: terms_of(bundle, one).assurance for name, one in bundle.entitlements.items()}
    assert {name: one for name, one in asked.items() if one != "click"} == {"salaries": "passkey"}
