"""A bundle that is changed while it is read is taken whole, as it was or as it is to be, never half of each."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.wiring.world import PolicyAndPeople
from tests.builders import EXAMPLE
from workflows.policy.loading.files import digest_now, digest_of, read_files
from workflows.policy.problems import BundleErrors

LOADS = 60
SEVERAL = (
    "daypass.yaml",
    "groups.yaml",
    "people.yaml",
    "resources/feature-warehouse.yaml",
    "tests/warehouse.yaml",
)


@contextmanager
def over_and_over(change: Callable[[], None], pause: float) -> Iterator[None]:
    """While the block runs, in a thread."""
    enough = threading.Event()

    def run() -> None:
        while not enough.wait(pause):
            change()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def edited(bundle: Path) -> None:
    """Every file says something else, and any half of them makes a bundle, too."""
    for file in bundle.rglob("*.yaml"):
        file.write_text(f"{file.read_text()}\n# edited\n")


class TestAConfigMap:
    """Kubernetes links each file to `..data/…`, and `..data` to a directory that it swaps by a rename."""

    @pytest.fixture
    def mounted(self, tmp_path: Path) -> Path:
        for version in ("..one", "..two"):
            shutil.copytree(EXAMPLE, tmp_path / version)
        edited(tmp_path / "..two")
        (tmp_path / "..data").symlink_to("..one")
        for inside in EXAMPLE.iterdir():
            (tmp_path / inside.name).symlink_to(f"..data/{inside.name}")
        return tmp_path

    def test_swapped_again_and_again_is_one_or_the_other(self, mounted: Path) -> None:
        wanted = {digest_now(mounted / version) for version in ("..one", "..two")}

        def swap() -> None:
            other = "..two" if str((mounted / "..data").readlink()) == "..one" else "..one"
            (mounted / "..new").symlink_to(other)
            (mounted / "..new").rename(mounted / "..data")

        with over_and_over(swap, pause=0.004):
            found = {digest_of(read_files(mounted)) for _ in range(LOADS)}
        assert found <= wanted

    def test_is_seen_to_have_been_swapped(self, mounted: Path) -> None:
        known = PolicyAndPeople(mounted, {})
        (mounted / "..new").symlink_to("..two")
        (mounted / "..new").rename(mounted / "..data")
        known.reload_bundle()
        assert known.bundle.digest == digest_now(mounted / "..two")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path / "bundle")


def test_files_that_are_written_one_after_the_other_are_waited_for(bundle: Path, tmp_path: Path) -> None:
    """As `git pull` writes them."""
    after = shutil.copytree(EXAMPLE, tmp_path / "after")
    edited(after)

    def pull() -> None:
        for name in SEVERAL:
            (bundle / name).write_text((after / name).read_text())
            time.sleep(0.02)
        for file in after.rglob("*.yaml"):
            shutil.copy(file, bundle / file.relative_to(after))

    known = PolicyAndPeople(bundle, {})
    thread = threading.Thread(target=pull)
    thread.start()
    while digest_now(bundle) == known.bundle.digest:
        time.sleep(0.001)
    known.reload_bundle()
    thread.join()
    assert (known.bundle.digest, known.warning) == (digest_now(after), None)


def test_a_file_that_comes_and_goes_is_no_fault(bundle: Path) -> None:
    """It may be gone between being listed and being read; what it is about may have gone with it, or not."""
    file, aside = bundle / "people.yaml", bundle / "people.aside"

    def toggle() -> None:
        source, target = (file, aside) if file.exists() else (aside, file)
        source.rename(target)

    with over_and_over(toggle, pause=0.0005):
        for _ in range(LOADS):
            read_files(bundle)


def test_one_that_never_stands_still_is_told(bundle: Path) -> None:
    """For longer than there have been files, here."""
    with pytest.raises(BundleErrors, match="files kept changing"):
        read_files(bundle, still=1e9, within=0.1)
