"""The events and hashes that an export's files hold, read as far as they can be, each at the place it is for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workflows.audit.tlog.sealed_entry import entry_hash
from workflows.audit.tlog.tiles import WIDTH, Tile, entries_path, leading_entries

_HASH = 32


@dataclass(frozen=True)
class EntryBundle:
    """What one file of entries holds: None for each that it should hold, by its name, and that can't be read.

    `overlong`: bytes stand behind the last that it should hold.
    """

    path: str
    width: int
    entries: tuple[bytes | None, ...]
    overlong: bool


@dataclass(frozen=True)
class HeldEntries:
    """`entries` in their order, with None for each that stands in a bundle that can't be read or isn't there.

    `hashes` are theirs; `expected` are those of the level 0 tiles, None where they have none.
    """

    entries: tuple[bytes | None, ...]
    hashes: tuple[bytes | None, ...]
    expected: tuple[bytes | None, ...]
    bundles: tuple[EntryBundle | None, ...]


def read_held(files: Mapping[str, bytes], size: int) -> HeldEntries:
    """`size` is how many events there are said to be; 0 if nobody says so that can be trusted."""
    named = _by_full_name(files)
    expected = _expected(files, _paths(named, lambda index: Tile(0, index, WIDTH).path, size), size)
    known = {hashed for hashed in expected if hashed}
    paths = _paths(named, entries_path, size)
    while paths and not paths[-1]:
        paths.pop()
    bundles = tuple(_bundle(path, files[path], known) if path else None for path in paths)
    entries = tuple(entry for bundle in bundles for entry in (bundle.entries if bundle else [None] * WIDTH))
    hashes = tuple(None if entry is None else entry_hash(entry) for entry in entries)
    if not size:
        expected += [None] * (len(entries) - len(expected))
    return HeldEntries(entries, hashes, tuple(expected), bundles)


def _by_full_name(files: Iterable[str]) -> dict[str, str]:
    """The path of each file by that which it has or would have if it were full; a full one goes first."""
    named: dict[str, str] = {}
    for path in sorted(files):
        full, _, width = path.partition(".p/")
        if not width or width.isdecimal():
            named.setdefault(full, path)
    return named


def _paths(named: Mapping[str, str], full: Callable[[int], str], size: int) -> list[str]:
    """Where those of each index lie, as far as there are any, or the size asks for some; "" for none."""
    most = max(len(named), -(-size // WIDTH))
    paths = [named.get(full(index), "") for index in range(most)]
    there = max((index + 1 for index, path in enumerate(paths) if path), default=0)
    return paths[: max(there, -(-size // WIDTH))]


def _expected(files: Mapping[str, bytes], tiles: Sequence[str], size: int) -> list[bytes | None]:
    expected: list[bytes | None] = []
    for path in tiles:
        data = files[path] if path else b""
        hashes = [data[at : at + _HASH] for at in range(0, len(data) - _HASH + 1, _HASH)][:WIDTH]
        expected += [*hashes, *[None] * (WIDTH - len(hashes))]
    while len(expected) > size and expected[-1] is None:
        expected.pop()
    return expected


def _bundle(path: str, data: bytes, known: set[bytes]) -> EntryBundle:
    said = path.partition(".p/")[2]
    width = min(int(said), WIDTH) if said else WIDTH
    entries, rest = leading_entries(data)
    overlong = bool(rest) and len(entries) >= width and entry_hash(entries[width - 1]) in known
    if overlong or (not rest and len(entries) == width):
        return EntryBundle(path, width, tuple(entries), overlong)
    read = _before_what_is_none(entries, known, bool(rest))
    unread = max(width - len(read), 0) if rest or len(read) < len(entries) else 0
    return EntryBundle(path, width, (*read, *[None] * unread), overlong)


def _before_what_is_none(entries: list[bytes], known: set[bytes], broken: bool) -> list[bytes]:
    """Behind a length that was changed, bytes are read that were no entries; they go, with what is behind.

    So does what was read with that length, and may begin and end as an entry does.
    """
    for index, entry in enumerate(entries):
        if not (entry.startswith(b"{") and entry.endswith(b"}")) and entry_hash(entry) not in known:
            entries, broken = entries[:index], True
            break
    while broken and known and entries and entry_hash(entries[-1]) not in known:
        entries = entries[:-1]
    return entries
