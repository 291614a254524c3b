"""The files of a tree in C2SP's tlog-tiles layout: where each lies and what is in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workflows.audit.tlog.merkle import Levels

WIDTH = 256
_HEIGHT = 8


class TileError(ValueError):
    """These bytes are no bundle of entries; the message says where they go wrong."""


@dataclass(frozen=True)
class Tile:
    """`width` hashes of one level, from `index * 256` on. Level 0 holds leaf hashes."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        return f"tile/{self.level}/{_place(self.index, self.width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """Where the bundle with leaves `index * 256` up to `index * 256 + width` lies."""
    return f"tile/entries/{_place(index, width)}"


def bundle_widths(size: int) -> Iterator[tuple[int, int]]:
    """Index and width of every bundle of entries, and so of every level 0 tile, of a tree."""
    full, rest = divmod(size, WIDTH)
    yield from ((index, WIDTH) for index in range(full))
    if rest:
        yield full, rest


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree, the partial one at the right end of each level included."""
    level = 0
    while size >> _HEIGHT * level:
        yield from (Tile(level, index, width) for index, width in bundle_widths(size >> _HEIGHT * level))
        level += 1


def tile_bytes(levels: Levels, tile: Tile) -> bytes:
    start = tile.index * WIDTH
    return b"".join(levels[tile.level * _HEIGHT][start : start + tile.width])


def pack_entries(leaves: Iterable[bytes]) -> bytes:
    """A bundle: each entry behind its length in two big-endian bytes."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def unpack_entries(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises TileError if the lengths don't add up."""
    leaves, rest = leading_entries(data)
    if rest:
        raise TileError(
            f"entry {len(leaves)} in it, at byte {len(data) - len(rest)}, says it is longer than the file"
        )
    return leaves


def leading_entries(data: bytes) -> tuple[list[bytes], bytes]:
    """The entries of a bundle as far as they are whole, and what is left behind them."""
    leaves: list[bytes] = []
    at = 0
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            break
        leaves.append(data[at + 2 : end])
        at = end
    return leaves, data[at:]


def in_bundles(leaves: Iterable[bytes]) -> Iterator[Sequence[bytes]]:
    """The leaves in runs of 256, the last one shorter."""
    run: list[bytes] = []
    for leaf in leaves:
        run.append(leaf)
        if len(run) == WIDTH:
            yield run
            run = []
    if run:
        yield run


def _place(index: int, width: int) -> str:
    """`x001/x234/067` for 1234067, with the width behind it if it isn't full."""
    if not 1 <= width <= WIDTH or index < 0:
        raise ValueError(f"There is no tile {index} of width {width}.")
    digits = str(index)
    groups = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [groups[i : i + 3] for i in range(0, len(groups), 3)]
    path = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return path if width == WIDTH else f"{path}.p/{width}"
