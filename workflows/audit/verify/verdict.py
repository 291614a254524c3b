"""Checks an export's events and tiles against each other and the newest checkpoint, event by event."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.audit.tlog.canonical import LeafError
from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.tlog.leaf import read_leaf
from workflows.audit.tlog.merkle import Levels, levels_of, root_at
from workflows.audit.tlog.sealed_entry import is_sealed
from workflows.audit.tlog.tiles import WIDTH, Tile, tile_bytes, tiles_of
from workflows.audit.verify.diff import Deviation, Hashes, Tampering, deviations
from workflows.audit.verify.entries import HeldEntries

_MAX_NAME_CHARS = 80


@dataclass(frozen=True)
class LogVerdict:
    """The tree that checkpoints are compared with, and what is wrong with events and tiles, as sentences.

    `levels` has fewer events than `size` if some are missing. `signed`: the newest checkpoint signs exactly these
    `levels`; otherwise they are only what the export itself says.
    """

    size: int
    levels: Levels
    signed: bool
    of_events: tuple[str, ...]
    of_tiles: tuple[str, ...]


def judge(held: HeldEntries, files: Mapping[str, bytes], last: Checkpoint | None, size: int) -> LogVerdict:
    """Compare events, tiles and checkpoint. `size`: the events the export should have, 0 if no valid checkpoint says."""
    size = size or len(held.expected)
    of_events = levels_of(_until_none(held.hashes))
    of_tiles = of_events if held.expected == held.hashes else levels_of(_until_none(held.expected))
    events_signed = _signed(of_events, last)
    tiles_signed = _signed(of_tiles, last)
    expected = held.hashes[:size] if events_signed else held.expected
    found = deviations(held.hashes, expected)
    whole = len(of_events[0]) == max(len(held.hashes), len(held.expected))
    levels = of_events if events_signed or (whole and not tiles_signed) else of_tiles
    signed = events_signed or tiles_signed
    return LogVerdict(
        size=size,
        levels=levels,
        signed=signed,
        of_events=tuple(
            _told(held, one, tiles_signed and bool(last) and one.index < (last.size if last else 0))
            for one in found
        ),
        of_tiles=(
            *_odd_bundles(held, found),
            *_leaf_tiles(held, files, size, events_signed),
            *_upper_tiles(files, levels, size, signed),
        ),
    )


def _signed(levels: Levels, last: Checkpoint | None) -> bool:
    """Say whether the checkpoint signs the first leaves of this tree."""
    return last is not None and last.size <= len(levels[0]) and root_at(levels, last.size) == last.root


def _until_none(hashes: Hashes) -> list[bytes]:
    end = next((index for index, hashed in enumerate(hashes) if not hashed), len(hashes))
    return [hashed for hashed in hashes[:end] if hashed]


def _told(held: HeldEntries, one: Deviation, signed: bool) -> str:
    """Write a sentence that names the event. `signed`: the hash it should have is the one that was signed."""
    there = f"({_name(held, one.place)})"
    match one.done:
        case Tampering.CHANGED if signed:
            unreadable = _unreadable(held, one.place)
            return f"Event {one.index} {there} was changed: it isn't what was signed there.{unreadable}"
        case Tampering.CHANGED:
            return (
                f"Event {one.index} {there} doesn't match its hash in {_tile(one.index)}: the event, the tile or both "
                f"were changed.{_unreadable(held, one.place)}"
            )
        case Tampering.REPLACED:
            return f"Event {one.index} is missing: it was replaced by a copy of event {one.copied} {there}."
        case Tampering.MOVED if one.count == 1:
            return f"Event {one.index} {there} is at place {one.place}: events were reordered."
        case Tampering.MOVED:
            end = one.place + one.count - 1
            return (
                f"Events {one.index} {there} to {one.last} ({_name(held, end)}) are at places {one.place} to {end}: "
                "events were reordered."
            )
        case Tampering.MISSING:
            return _missing(held, one)
        case Tampering.UNREADABLE:
            return _unread(held, one)
        case Tampering.DUPLICATED:
            return f"Event {one.index} {there} appears again at place {one.place}: it was added."
        case Tampering.ADDED:
            return f"The event at place {one.place} {there} was added: it was never logged."
        case Tampering.AFTER_THE_END:
            return (
                f"{_which(one)} after the last signed event (first, {_name(held, one.place)}): nothing proves "
                f"{'it' if one.count == 1 else 'them'}."
            )


def _named(one: Deviation) -> str:
    return f"Event {one.index}" if one.count == 1 else f"Events {one.index} to {one.last}"


def _which(one: Deviation) -> str:
    return f"{_named(one)} {'is' if one.count == 1 else 'are'}"


def _missing(held: HeldEntries, one: Deviation) -> str:
    return f"{_which(one)} missing{_after(held, one)}: removed or cut off."


def _unread(held: HeldEntries, one: Deviation) -> str:
    path = _bundle_at(held, one.place)
    if path is None:
        return _missing(held, one)
    return (
        f"{_named(one)} can't be read{_after(held, one)}: {path} was cut off there, or event {one.index} or its "
        "length was changed."
    )


def _after(held: HeldEntries, one: Deviation) -> str:
    """Name the event before, if it is where it should be."""
    before = one.place - 1
    there = before >= 0 and one.index > 0 and held.hashes[before] == held.expected[one.index - 1]
    return f", after event {one.index - 1} ({_name(held, before)})" if there else ""


def _bundle_at(held: HeldEntries, place: int) -> str | None:
    start = 0
    for bundle in held.bundles:
        start += len(bundle.entries) if bundle else WIDTH
        if place < start:
            return bundle.path if bundle else None
    return None


def _name(held: HeldEntries, place: int) -> str:
    """Give an event's action and subject, as far as it can be read."""
    entry = held.entries[place] if place < len(held.entries) else None
    if entry is None:
        return "unreadable"
    if is_sealed(entry):
        return "sealed"
    try:
        said = json.loads(entry)
    except (ValueError, RecursionError):
        said = None
    match said:
        case {"action": str(action), "subject": str(subject)} if (
            f"{action}{subject}".isprintable() and len(action) + len(subject) <= _MAX_NAME_CHARS
        ):
            return f"{action} of {subject}"
        case _:
            return "of unknown kind"


def _unreadable(held: HeldEntries, place: int) -> str:
    entry = held.entries[place]
    if entry is None or is_sealed(entry):
        return ""
    try:
        read_leaf(entry)
    except LeafError as error:
        return f" {error}"
    return ""


def _tile(index: int) -> str:
    return Tile(0, index // WIDTH, WIDTH).path


def _odd_bundles(held: HeldEntries, found: list[Deviation]) -> Iterator[str]:
    """Name bundles with too many or too few events, unless sentences about events say it already."""
    for bundle in held.bundles:
        if bundle and bundle.overlong:
            yield f"{bundle.path} has extra bytes after its last event: something was added."
        elif bundle and not found and len(bundle.entries) != bundle.width:
            yield f"{bundle.path} has {len(bundle.entries)} events, not as many as its name says."


def _leaf_tiles(held: HeldEntries, files: Mapping[str, bytes], size: int, signed: bool) -> Iterator[str]:
    """Compare level 0 with the events if those are as they were signed; if not, the events are named, not the tile."""
    for tile in tiles_of(size):
        data = files.get(tile.path)
        if tile.level or data is None:
            continue
        start = tile.index * WIDTH
        wrong = [
            index
            for index in range(start, start + min(tile.width, len(data) // 32))
            if signed and data[(index - start) * 32 :][:32] != held.hashes[index]
        ]
        if wrong:
            more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            yield (
                f"{tile.path} has the wrong hash for event {wrong[0]} ({_name(held, wrong[0])}){more}, which is as it "
                "was signed: the tile was changed."
            )
        yield from _odd_tile(tile, data)


def _odd_tile(tile: Tile, data: bytes) -> Iterator[str]:
    first = (tile.index * WIDTH + len(data) // 32) << 8 * tile.level
    if len(data) < tile.width * 32:
        yield f"{tile.path} was cut off before the hash for event {first}."
    elif len(data) > tile.width * 32:
        yield f"{tile.path} has extra bytes after its last hash: something was added."


def _upper_tiles(files: Mapping[str, bytes], levels: Levels, size: int, signed: bool) -> Iterator[str]:
    """Check the levels above 0 as far as their events are known. If nothing is signed, only level 1 is reported."""
    if len(levels[0]) < size:
        return
    for tile in tiles_of(size):
        data = files.get(tile.path)
        if tile.level == 0 or data is None:
            continue
        wanted = tile_bytes(levels, tile)
        wrong = [
            at
            for at in range(0, len(wanted), 32)
            if len(data) >= at + 32 and data[at : at + 32] != wanted[at : at + 32]
        ]
        if wrong and (signed or tile.level == 1):
            first = (tile.index * WIDTH + wrong[0] // 32) << 8 * tile.level
            end = first + (1 << 8 * tile.level) - 1
            blame = (
                "as they were signed: the tile was changed."
                if signed
                else "as they are here: the tile was changed, or one of them and its hash."
            )
            yield f"{tile.path} has the wrong hash over events {first} to {end} {blame}"
        yield from _odd_tile(tile, data)
