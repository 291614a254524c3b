"""Reads the files of an export, and says which are missing or were added."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from workflows.audit.export.directory import CHECKPOINT, KEYS, README, TEXTS, checkpoint_path
from workflows.audit.tlog.note import NoteError, VerifierKey, read_verifier_key
from workflows.audit.tlog.tiles import bundle_widths, entries_path, tiles_of
from workflows.audit.verify.size_limits import FILES, PROBLEMS, is_file, most
from workflows.audit.verify.verdict import LogVerdict


@dataclass(frozen=True)
class ExportedFiles:
    """The bytes read from an export, by path, and why the rest wasn't read."""

    data: Mapping[str, bytes]
    faults: tuple[str, ...]


def read_files(path: Path, largest: int) -> ExportedFiles:
    """Read every file that an export can have, up to `largest` bytes together; too large ones are faults."""
    data: dict[str, bytes] = {}
    faults: list[str] = []
    left = largest
    for file in sorted(islice(path.rglob("*"), FILES)):
        name = file.relative_to(path).as_posix()
        if not is_file(file):
            continue
        size, bound = file.stat().st_size, most(name)
        if bound is not None and size > bound:
            faults.append(f"{name} has {size:,} bytes, but can have at most {bound:,}: it wasn't read.")
        elif size > left and bound is not None:
            return ExportedFiles({}, (_too_large(largest),))
        else:
            data[name] = _read(file, min(bound or 0, size + 1))
            left -= len(data[name])
    return ExportedFiles(data, tuple(faults[:PROBLEMS]))


def _read(file: Path, bound: int) -> bytes:
    """Read at most `bound` bytes, as the file can grow meanwhile: none of a file that no export has.

    `read` sets aside as many bytes as it may read, so the bound is no more than one above the file's size.
    """
    with file.open("rb") as opened:
        return opened.read(bound)


def _too_large(largest: int) -> str:
    return (
        f"The export has more than {largest:,} bytes. Verifying takes about four times that in memory. If you have "
        "enough, allow more, such as --largest 8G."
    )


def directory_faults(path: Path) -> Iterator[str]:
    """Give a sentence if the path isn't a directory."""
    if not path.is_dir():
        yield f"{path} isn't a directory. Name the one that was exported."


def file_faults(path: Path, files: Mapping[str, bytes], verdict: LogVerdict) -> Iterator[str]:
    """Give a sentence for each missing or added file; a tree's files only if no event is to blame."""
    expected = {CHECKPOINT, TEXTS, KEYS, *checkpoint_paths(files)}
    expected |= {entries_path(index, width) for index, width in bundle_widths(verdict.size)}
    expected |= {tile.path for tile in tiles_of(verdict.size)}
    wrong = [one for one in sorted(expected ^ files.keys()) if not (verdict.of_events and _in_tree(one))]
    for one in wrong:
        if one in expected:
            yield f"{one} is missing: the export isn't complete."
        elif one != README:
            yield (
                f"{one} doesn't belong in an export of {verdict.size} events: it was added, or other files were "
                "removed."
            )
    for file in sorted(path.rglob("*")):
        if file.is_symlink():
            yield f"{file.relative_to(path).as_posix()} is a link: an export only has regular files."


def _in_tree(path: str) -> bool:
    return path.startswith("tile/")


def key_faults(files: Mapping[str, bytes], keys: Sequence[VerifierKey]) -> Iterator[str]:
    """Give a sentence for each key in the export that can't be read or that isn't among `keys`."""
    text = files.get(KEYS, b"").decode(errors="replace")
    if KEYS in files and not text.endswith("\n"):
        yield f"{KEYS} doesn't end with a newline: it was changed."
    for line in text.split("\n")[:-1]:
        try:
            key = read_verifier_key(line)
        except NoteError as error:
            yield f"{KEYS} was changed. {error}"
            continue
        if key not in keys:
            yield (
                f"{KEYS} lists {key.text}, which you didn't give. Add it if you have it from a source you trust; "
                "an export can't prove its own keys."
            )


def checkpoint_paths(files: Mapping[str, bytes]) -> list[str]:
    """Give the paths that as many checkpoints as there are should have, oldest first."""
    count = sum(path.startswith("checkpoints/") for path in files)
    return [checkpoint_path(number) for number in range(1, count + 1)]
