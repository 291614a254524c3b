"""The texts of an export: whether each is what was typed into its event."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.audit.export.directory import TEXTS
from workflows.audit.tlog.leaf import Leaf, commitment
from workflows.audit.tlog.typed_text import read_text


@dataclass(frozen=True)
class ExportedTexts:
    """`typed`: by event and field, what opens its commitment."""

    kept: int
    erased: int
    faults: tuple[str, ...]
    typed: Mapping[str, Mapping[str, str]]


def check_texts(files: Mapping[str, bytes], events: Sequence[tuple[int, Leaf]]) -> ExportedTexts:
    committed = {(event.id, field): digest for _, event in events for field, digest in event.texts.items()}
    seen: set[tuple[str, str]] = set()
    faults: list[str] = []
    typed: dict[str, dict[str, str]] = {}
    *whole, rest = files.get(TEXTS, b"").split(b"\n")
    if rest:
        faults.append(f"{TEXTS} doesn't end with a newline: its last line was cut or changed.")
    for number, line in enumerate(whole, start=1):
        try:
            faults += [
                f"Line {number} of {TEXTS} {fault}" for fault in _text_faults(line, committed, seen, typed)
            ]
        except ValueError as error:
            faults.append(f"Line {number} of {TEXTS} can't be read. {error}")
    kept = len(seen & committed.keys())
    return ExportedTexts(kept, len(committed) - kept, tuple(faults), typed)


def _text_faults(
    line: bytes,
    committed: Mapping[tuple[str, str], str],
    seen: set[tuple[str, str]],
    typed: dict[str, dict[str, str]],
) -> Iterator[str]:
    text = read_text(line)
    place = text.event, text.field
    salt = bytes.fromhex(text.salt)
    if place not in committed:
        yield f"is for {text.field} of event {text.event}, which has no such text: it was added or changed."
    elif commitment(salt, text.text) != committed[place] or salt.hex() != text.salt:
        yield f"isn't what was typed into {text.field} of event {text.event}: text or salt was changed."
    else:
        typed.setdefault(text.event, {})[text.field] = text.text
    if place in seen:
        yield f"is a second text for {text.field} of event {text.event}."
    seen.add(place)
