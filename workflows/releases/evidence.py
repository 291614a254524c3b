"""What is read about a version before it may go live: plain data, kept with its hash.

Numbers are decimal text as the registry gave them (`NaN`, `Infinity` included), so that nothing is lost
and the log can carry them.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

import rfc8785
from pydantic import Field, JsonValue

from workflows.policy.terms.releases import EvidenceSource
from workflows.releases.evidence_part import EvidencePart as EvidencePart
from workflows.releases.source_records import DataSet, FileOrder, FileReading, MatchedMetrics, Tag

Login = Literal["required", "none", "unknown"]
"""Whether the registry lets in somebody without a login; `unknown`: it couldn't be found out."""


AuthorSource = Literal["run", "registrant", "other"]


MAX_FILES_NAMED = 10


class Metric(EvidencePart):
    """What was logged under the key: how often, and the first values, oldest first."""

    key: str
    count: int
    values: tuple[str, ...]
    trouble: str = ""
    """Why what was logged can't be taken for the version's."""


class Run(EvidencePart):
    """The run that made a version. `status` is MLflow's word; MLflow answers about deleted runs as about any.

    `model` is the logged model that the metrics are of; empty if the version has none.
    """

    id: str
    status: str
    metrics: tuple[Metric, ...]
    model: str = ""
    deleted: bool = False
    ended_at: datetime | None = None
    tags: tuple[Tag, ...] = ()
    """Those that were asked for and are there."""
    data_sets: tuple[DataSet, ...] = ()
    """That it names as its inputs, if they were asked for."""
    matched: tuple[MatchedMetrics, ...] = ()
    """For each pattern that was asked for, the metrics with such a name; they are among `metrics`."""
    files: tuple[FileReading, ...] = ()
    """What was asked for of its artifacts beside the model."""

    def metric(self, key: str) -> Metric:
        nothing = Metric(key=key, count=0, values=())
        return next((metric for metric in self.metrics if metric.key == key), nothing)


class Signature(EvidencePart):
    """What a model signature says about the files that are there, and who made it.

    `changed`, `missing` and `added` name at most `MAX_FILES_NAMED` files each, compared with what was signed.
    """

    file: str
    signed_by: tuple[str, ...] = ()
    """Of the keys that the policy names, those that signed it."""
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    absent: bool = False
    """Whether the artifact has no such file."""
    trouble: str = ""
    """Why it can't be told."""


class Artifact(EvidencePart):
    """`digest` is in-toto's `dirHash` over the names and the bytes of all its `count` files; empty if they weren't asked for.

    `files` are those that were asked for and are there; `size` is in bytes.
    """

    files: tuple[str, ...]
    count: int
    size: int
    digest: str
    signatures: tuple[Signature, ...] = ()
    read: tuple[FileReading, ...] = ()
    """What was asked for of single files, read with the others."""


class ModelCard(EvidencePart):
    """The model card: its headings that have text under them, and the SHA-256 of all of it."""

    sections: tuple[str, ...]
    digest: str
    trouble: str = ""
    """Why it wasn't read."""
    licence: str = ""
    """As its front matter names it."""


class Author(EvidencePart):
    """Somebody whom the registry names as a maker of a version, by whatever name.

    `run`: of its run, of the run in whose folder its bytes are, of the run that logged the model. `other`: of these runs'
    parents, and whoever the logged model names itself, which is often an account of a machine.
    """

    source: AuthorSource
    name: str


class CommitCheck(EvidencePart):
    """All runs of one check of a commit, the newest of each app: how each ended; empty while it runs."""

    name: str
    conclusions: tuple[str, ...]


class Version(EvidencePart):
    """One version in the registry. What is None could not be read; `troubles` says why, by part."""

    version: str
    status: str
    authors: tuple[Author, ...]
    card: ModelCard
    run: Run | None = None
    artifact: Artifact | None = None
    troubles: dict[str, str] = Field(default_factory=dict)
    checks: tuple[CommitCheck, ...] = ()
    """Of the commit that it was made from, those that were asked for."""
    tags: tuple[Tag, ...] = ()
    """Those that were asked for and are there."""


class Observation(EvidencePart):
    """The newest finished run about the version in an experiment that watches it."""

    experiment: str
    run: Run | None


class EarlierStage(EvidencePart):
    """What Daypass made live last in a service that a version has to go through first; `release` did it.

    `since` is when it was made live; `trouble` a sentence why it can't be gone by, empty if it can.
    """

    service: str
    environment: str
    release: str
    version: str
    digest: str
    since: datetime
    trouble: str = ""


class EarlierLive(EvidencePart):
    """A version that Daypass made live before, by `release`, which `by` proposed; `digest` is its artifact's, as approved.

    `since` is when it first went live by it.
    """

    version: str
    digest: str
    release: str
    by: str
    since: datetime


class DocumentEvidence(EvidencePart):
    """The text of a document that was approved last. `digest` is what its approval is bound to.

    `thresholds` counts the metrics with thresholds that it lists; None if its template asks for none.
    """

    document: str
    template: str
    title: str
    number: int
    digest: str
    approved_at: datetime
    expires_at: datetime | None = None
    thresholds: int | None = None


class Evidence(EvidencePart):
    """All that the gates look at. `live` is the version that is live now, None if none is."""

    candidate: Version | None
    live: str | None
    champion: Version | None = None
    """What is known of `live`."""
    observed: tuple[Observation, ...] = ()
    incidents: tuple[str, ...] | None = None
    """Open incidents on the service, as `severity number`; None if nobody keeps them."""
    frozen: tuple[str, ...] = ()
    """Incidents that stop the service's releases, by their numbers."""
    stages: tuple[EarlierStage, ...] = ()
    """Of the services before this one, the earliest first."""
    documents: tuple[DocumentEvidence, ...] | None = None
    """About the service or this version, of the templates that gates name; None if they weren't looked for."""
    login: Login = "unknown"
    earlier: tuple[EarlierLive, ...] = ()
    """What was live by releases of Daypass when this was first read, the newest first."""
    before: Version | None = None
    """What was known of `live` when Daypass approved it, if it did."""
    live_digest: str = ""
    """The artifact's digest that `live` was approved with, or that it had when this was first read; else empty."""


class Order(EvidencePart):
    """What to read, about which version."""

    service: str
    model: str
    version: str
    metrics: tuple[str, ...]
    """Metrics of the version's own run, and of the champion's."""
    files: tuple[str, ...]
    """Files that the artifact should have."""
    champion: bool
    since: datetime | None
    """The artifact's bytes are as of a reading that began then, or later. None: its names and sizes are enough."""
    observed: tuple[tuple[str, str], ...] = ()
    """Experiment and metric."""
    signatures: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Files that sign the artifact, and the keys that may have signed each."""
    checks: tuple[str, ...] = ()
    """Checks of the commit, by their names."""
    tags: tuple[str, ...] = ()
    """Tags of the version and its run."""
    patterns: tuple[str, ...] = ()
    """Of names of metrics of the version's own run."""
    data_sets: bool = False
    """Whether the run's inputs are asked for."""
    read: tuple[FileOrder, ...] = ()
    """Single files, and what to read in them."""


class Registry(Protocol):
    """Where versions, runs and artifacts are (MLflow, GitHub)."""

    async def read(self, order: Order, live: str | None) -> Evidence:
        """What there is. Raises Retryable or Permanent if the registry can't be asked."""

    async def versions(self, model: str) -> list[str]:
        """The model's versions, newest first. Raises Retryable or Permanent."""

    async def artifact(self, model: str, version: str, since: datetime) -> Artifact:
        """As of a reading of its bytes that began at `since` or later.

        Raises Retryable, or Permanent if there is no such artifact or its bytes can't be read.
        """

    async def login(self) -> Login:
        """Whether it asks for a login. Raises Retryable or Permanent."""


Registries = Mapping[EvidenceSource, Registry]
"""By the source of a service's terms."""


def digest_of(document: JsonValue) -> str:
    """SHA-256 in hex over the canonical form (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()
