"""A disk of the test's own, which can be filled to the last byte, and set read-only: a tmpfs."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.builders import leave_out


@dataclass(frozen=True)
class Disk:
    """A mounted file system."""

    path: Path

    def fill(self, leaving: int = 0) -> None:
        """Take all the space there is but so many bytes."""
        with (self.path / "filler").open("wb", buffering=0) as filler:
            left = shutil.disk_usage(self.path).free - leaving
            while left > 0:
                left -= filler.write(bytes(min(left, 1 << 20)))

    def free(self) -> None:
        (self.path / "filler").unlink()

    def set(self, option: str) -> None:
        """`ro` or `rw`."""
        subprocess.run(["mount", "-o", f"remount,{option}", str(self.path)], check=True)


@contextmanager
def mounted(megabytes: int) -> Iterator[Disk]:
    """Mounted for as long as the block lasts, where every user gets at it; the test is left out where that isn't allowed."""
    path = Path(tempfile.mkdtemp(prefix="daypass-disk-"))
    path.chmod(0o755)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "daypass-test", str(path)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode:
        path.rmdir()
        leave_out(
            "No file system can be mounted here: Daypass isn't tried on a full disk.", "FULL_DISK_TESTS"
        )
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)
        path.rmdir()
