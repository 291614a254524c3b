"""What a version's makers wrote down about it where it is kept: tags, data sets, metrics of many names, and files."""

from typing import Literal

from pydantic import Field

from workflows.policy.schema.evidence_gates import KeptIn
from workflows.releases.evidence_part import EvidencePart

Form = Literal["json", "junit", "sarif", "licence"]
MAX_MATCHED = 64
"""Metrics of one pattern."""
MAX_DATA_SETS = 20


class Tag(EvidencePart):
    """A tag and its value."""

    key: str
    value: str


class DataSet(EvidencePart):
    """A data set that a run names as its input. `digest` is what its client computed; `contexts` say what it was used for."""

    name: str
    digest: str
    contexts: tuple[str, ...] = ()


class MatchedMetrics(EvidencePart):
    """The names that a pattern matches, `MAX_MATCHED` at most, and how many there are."""

    pattern: str
    count: int
    names: tuple[str, ...]


class FileOrder(EvidencePart):
    """A file to read: one of the artifact's, or one of the run's other artifacts. `fields` are what to read in it."""

    file: str
    form: Form
    kept_in: KeptIn = "model"
    fields: tuple[str, ...] = ()


class FileReading(EvidencePart):
    """What a file says, by name; and the SHA-256, in hex, of the very bytes that were read."""

    order: FileOrder
    digest: str = ""
    found: dict[str, str] = Field(default_factory=dict)
    absent: bool = False
    """Whether there is no such file."""
    trouble: str = ""
    """Why it can't be told."""
