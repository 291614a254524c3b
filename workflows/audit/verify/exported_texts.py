"""The texts of an export: whether each is what was typed into its event."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workflows.audit.export.directory import TEXTS
from workflows.audit.tlog.leaf import Leaf, commitment
from workflows.audit.tlog.typed_text import read_text


@dataclass(frozen=True)
class ExportedTexts:
    """How many texts of the events are here and how many aren't; `typed`: by event and field, what opens its commitment."""

    kept: int
    erased: int
    faults: tuple[str, ...]
    typed: Mapping[str, Mapping[str, str]]


def check_texts(files: Mapping[str, bytes], events: Sequence[tuple[int, Leaf]]) -> ExportedTexts:
    """Hold each line of the texts against the commitment in its event."""
    check = _Check(_committed(events))
    faults: list[str] = []
    *whole, rest = files.get(TEXTS, b"").split(b"\n")
    if rest:
        faults.append(f"{TEXTS} doesn't end with a newline: its last line was cut or changed.")
    for number, line in enumerate(whole, start=1):
        try:
            faults += [f"Line {number} of {TEXTS} {fault}" for fault in check.faults(line)]
        except ValueError as error:
            faults.append(f"Line {number} of {TEXTS} can't be read. {error}")
    kept = check.kept
    return ExportedTexts(kept, sum(map(len, check.committed.values())) - kept, tuple(faults), check.typed)


def _committed(events: Iterable[tuple[int, Leaf]]) -> dict[str, Mapping[str, str]]:
    """The commitments by event and field; of two events of one id, those of both."""
    committed: dict[str, Mapping[str, str]] = {}
    for _, event in events:
        if event.texts and (known := committed.setdefault(event.id, event.texts)) is not event.texts:
            committed[event.id] = {**known, **event.texts}
    return committed


class _Check:
    """Takes one line after the other. `typed` are the texts that were right, `_wrong` the places of the others."""

    def __init__(self, committed: Mapping[str, Mapping[str, str]]) -> None:
        self.committed = committed
        self.typed: dict[str, dict[str, str]] = {}
        self._wrong: set[tuple[str, str]] = set()

    @property
    def kept(self) -> int:
        """How many of the committed texts there is a line for, be it right or wrong."""
        wrong = [
            (event, field)
            for event, field in self._wrong
            if field in self.committed.get(event, {}) and field not in self.typed.get(event, {})
        ]
        return sum(map(len, self.typed.values())) + len(wrong)

    def faults(self, line: bytes) -> list[str]:
        """What is wrong with the line, as ends of sentences. Raises ValueError if it can't be read."""
        given = read_text(line)
        salt = bytes.fromhex(given.salt)
        event, field = given.event, given.field
        typed = self.typed.setdefault(event, {})
        again = field in typed or (event, field) in self._wrong
        faults = []
        digest = self.committed.get(event, _NONE).get(field)
        if digest is not None and commitment(salt, given.text) == digest and salt.hex() == given.salt:
            typed[field] = given.text
        else:
            self._wrong.add((event, field))
            faults.append(
                f"is for {field} of event {event}, which has no such text: it was added or changed."
                if digest is None
                else f"isn't what was typed into {field} of event {event}: text or salt was changed."
            )
        if again:
            faults.append(f"is a second text for {field} of event {event}.")
        return faults


_NONE: Mapping[str, str] = {}
