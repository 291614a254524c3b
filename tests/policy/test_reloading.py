"""The rules as they are on disk, looked at again and again while Daypass runs."""

import shutil
from pathlib import Path

import pytest

from bot.wiring.world import PolicyAndPeople
from tests.builders import EXAMPLE
from workflows.policy.bundle import Bundle


@pytest.fixture
def known(tmp_path: Path) -> PolicyAndPeople:
    return PolicyAndPeople(shutil.copytree(EXAMPLE, tmp_path / "bundle"), {})


def parses(*_: object) -> Bundle:
    raise AssertionError("it is parsed again")


def edit(bundle: Path, old: str, new: str) -> None:
    file = bundle / "daypass.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))


def test_what_stays_as_it_is_is_not_parsed_again(known, monkeypatch):
    monkeypatch.setattr("bot.wiring.world.load_bundle", parses)
    known.reload_bundle()
    assert known.warning is None


def test_what_is_changed_comes_into_force(known, tmp_path):
    before = known.bundle.digest
    edit(tmp_path / "bundle", "lapse: 4h", "lapse: 5h")
    known.reload_bundle()
    assert known.bundle.digest != before
    known.reload_bundle()
    assert known.warning is None


@pytest.mark.parametrize("back", ["as it was", "changed"])
def test_what_is_gone_for_a_while_leaves_the_old_rules_until_it_is_back(known, tmp_path, back):
    bundle, away, before = tmp_path / "bundle", tmp_path / "away", known.bundle.digest
    bundle.rename(away)
    for _ in range(2):
        known.reload_bundle()
        assert "this directory doesn't exist" in known.warning
        assert known.bundle.digest == before
    away.rename(bundle)
    if back == "changed":
        edit(bundle, "lapse: 4h", "lapse: 5h")
    known.reload_bundle()
    assert known.warning is None
    assert (known.bundle.digest == before) is (back == "as it was")
