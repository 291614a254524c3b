"""The last chapter: an auditor verifies the log offline, and finds a forgery."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

from bot.demo.actor import seen
from bot.demo.stage import Stage
from bot.demo.tour.story import Tour, daypass

LAST = (b"access.grant-ended", b"release.rolled-back", b"incident.resolved")
"""What the stories before it ended with."""


async def play(story: Tour) -> None:
    """Raises Untrue or NotSeen where it isn't true."""
    story.tell("Barbara, the auditor, exports the log and verifies it offline, with the public key alone.")
    key = (await daypass(story.stage, "audit", "key")).stdout.strip()
    export = await seen("all of it under a signed checkpoint", lambda: _export(story.stage), every=0.5)
    forgery = Path(shutil.copytree(export, export.with_name("forgery")))
    entries = next(_entries(forgery))
    entries.write_bytes(entries.read_bytes().replace(b"approve", b"approvE", 1))
    verified, forged = await asyncio.gather(
        *(daypass(story.stage, "audit", "verify", str(one), "--key", key) for one in (export, forgery))
    )
    said = verified.stdout.strip()
    story.saw(said if verified.returncode else said.splitlines()[0], verified.returncode == 0)
    story.saw("with one letter of it changed, verification fails", forged.returncode == 1)


async def _export(stage: Stage) -> Path | None:
    """An export in which everything has ended; the checkpoint that signs it may yet have to be made."""
    target = Path(mkdtemp(dir=stage.directory)) / "export"
    done = await daypass(stage, "audit", "export", str(target))
    if done.returncode:
        return None
    logged = b"".join(
        file.read_bytes() for file in (target / "tile" / "entries").rglob("*") if file.is_file()
    )
    return target if all(last in logged for last in LAST) else None


def _entries(export: Path) -> Iterator[Path]:
    return (file for file in (export / "tile" / "entries").rglob("*") if file.is_file())
