"""What people typed, beside the log: a line each, opened against the commitment in its event."""

from typing import NamedTuple

from workflows.audit.tlog.canonical import LeafError, at_first_sight, canonical, read_canonical

_FIELDS = {"event", "field", "salt", "text"}


class Text(NamedTuple):
    """What somebody typed into one field of one event, with the salt (hex) of its commitment."""

    event: str
    field: str
    salt: str
    text: str

    @property
    def line(self) -> bytes:
        return (
            canonical({"event": self.event, "field": self.field, "salt": self.salt, "text": self.text})
            + b"\n"
        )


def read_text(line: bytes) -> Text:
    """Read a line of `texts.jsonl`, without its newline. Raises LeafError if it isn't as `Text.line` writes it."""
    document = at_first_sight(line) or read_canonical(line)
    if type(document) is not dict or document.keys() != _FIELDS or {*map(type, document.values())} != {str}:
        raise LeafError("It isn't an object of event, field, salt and text.")
    return Text(**document)
