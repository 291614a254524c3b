"""The example bundle, its people, and a way to break it in one place."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from workflows.policy.bundle import Bundle
from workflows.policy.directory import build_directory
from workflows.policy.loading.load import load_bundle
from workflows.policy.problems import BundleErrors, Problem
from workflows.ports import Directory, Person

EXAMPLE = Path(__file__).parents[2] / "examples" / "bundle"
NAMES = ("ada", "grace", "edsger", "radia", "margaret", "barbara")

Change = Callable[[str, str, str], Path]
Faults = Callable[[str, str, str], list[Problem]]


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    return load_bundle(EXAMPLE)


@pytest.fixture(scope="session")
def directory(bundle: Bundle) -> Directory:
    """Everybody's id is U and their name in capitals: UADA, UGRACE …"""
    people = [Person(f"U{name.upper()}", name.title(), f"{name}@northwind.example") for name in NAMES]
    return build_directory(bundle, people, {})


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Copies the example with the first `old` in `file` replaced; `old` empty: the whole file."""

    def changed(file: str, old: str, new: str) -> Path:
        copy = tmp_path / "bundle"
        if not copy.exists():
            shutil.copytree(EXAMPLE, copy)
        path = copy / file
        if old:
            text = path.read_text()
            assert old in text
            path.write_text(text.replace(old, new, 1))
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(new)
        return copy

    return changed


@pytest.fixture
def faults(change: Change) -> Faults:
    """What is found wrong after that change."""

    def found(file: str, old: str, new: str) -> list[Problem]:
        with pytest.raises(BundleErrors) as caught:
            load_bundle(change(file, old, new))
        return caught.value.problems

    return found
