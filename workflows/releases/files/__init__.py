"""The forms of files that gates read. A new one is a module, its entry here, and its name in `Form`."""

from collections.abc import Callable, Mapping

from workflows.releases.files.json_fields import read_json_fields
from workflows.releases.files.junit import read_junit
from workflows.releases.files.licence import read_licence
from workflows.releases.files.sarif import read_sarif
from workflows.releases.files.unreadable import UnreadableFile
from workflows.releases.source_records import FileOrder, FileReading, Form

MAX_FILE_BYTES = 4_000_000
"""Of a file that is read for what it says."""
_READERS: Mapping[Form, Callable[[bytes, tuple[str, ...]], dict[str, str]]] = {
    "json": read_json_fields,
    "junit": read_junit,
    "sarif": read_sarif,
    "licence": read_licence,
}


def too_large(order: FileOrder) -> FileReading:
    """The reading of a file of more than `MAX_FILE_BYTES`."""
    return FileReading(
        order=order, trouble=f"{order.file} is too large: the limit is {MAX_FILE_BYTES:,} bytes."
    )


def read_file(order: FileOrder, data: bytes, digest: str) -> FileReading:
    """What was asked for of a file with these bytes. What can't be read is its trouble."""
    try:
        found = _READERS[order.form](data, order.fields)
    except UnreadableFile as error:
        return FileReading(order=order, digest=digest, trouble=f"{order.file} can't be read: {error}")
    return FileReading(order=order, digest=digest, found=found)


__all__ = ["MAX_FILE_BYTES", "UnreadableFile", "read_file", "too_large"]
