"""How much of a file is read, by what the format lets it hold: whoever made an export may wish the reader ill."""

import re
from pathlib import Path
from stat import S_ISREG

from workflows.audit.tlog.leaf import MAX_LEAF_BYTES
from workflows.audit.tlog.tiles import WIDTH

HASH_BYTES = 32
SMALL_BYTES = 65_536
"""Of a checkpoint, or of the keys: 64 signatures take 12 KiB."""
BUNDLE_BYTES = WIDTH * (2 + MAX_LEAF_BYTES)
TILE_BYTES = WIDTH * HASH_BYTES
LINE_BYTES = 2**20
"""Of one line of JSON: an event, its texts and its proof, or one text."""
TREE_BYTES = 2**30
"""Of all files of an export together, unless told otherwise. Verifying holds about four times as much in memory."""
FILES = 1_000_000
PROBLEMS = 1_000
"""Sentences collected at most; who reads more?"""

_ENTRIES = re.compile(r"tile/entries/[x0-9/]+(\.p/\d+)?")
_TILE = re.compile(r"tile/\d+/[x0-9/]+(\.p/\d+)?")


class TooLarge(ValueError):
    """It is larger than the format allows; the message says of what."""


def read_small(path: Path) -> bytes:
    """A regular file of at most 64 KiB. Raises OSError or TooLarge."""
    with path.open("rb") as file:
        data = file.read(SMALL_BYTES + 1)
    if len(data) > SMALL_BYTES:
        raise TooLarge(f"it is larger than {SMALL_BYTES} bytes, which no checkpoint is.")
    return data


def most(name: str) -> int | None:
    """The bytes that a file of this name in an export may have; None for names that an export doesn't have."""
    if _ENTRIES.fullmatch(name):
        return BUNDLE_BYTES
    if _TILE.fullmatch(name):
        return TILE_BYTES
    if name in ("checkpoint", "vkeys") or name.startswith("checkpoints/"):
        return SMALL_BYTES
    return TREE_BYTES if name == "texts.jsonl" else None


def is_file(path: Path) -> bool:
    """A regular file that isn't a link: no pipe, no device."""
    try:
        return S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
