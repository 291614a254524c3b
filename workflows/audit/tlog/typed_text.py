"""What people typed, beside the log: a line each, opened against the commitment in its event."""

from dataclasses import dataclass

from workflows.audit.tlog.canonical import LeafError, at_first_sight, canonical, read_canonical


@dataclass(frozen=True)
class Text:
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
    match document := at_first_sight(line) or read_canonical(line):
        case {"event": str(event), "field": str(field), "salt": str(salt), "text": str(text)} if (
            len(document) == 4
        ):
            return Text(event, field, salt, text)
        case _:
            raise LeafError("It isn't an object of event, field, salt and text.")
