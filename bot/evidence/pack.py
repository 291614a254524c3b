"""The pack: its files, the signed manifest over them, and the ZIP."""

import asyncio
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.evidence.oscal import assessment_results
from bot.evidence.page import page
from bot.evidence.tables import exceptions_csv, growth_json, reviews_csv, samples_json
from workflows.audit.export.manifest import MANIFEST, manifest_of, sign_manifest
from workflows.audit.log import Log
from workflows.audit.signer import Signer
from workflows.queries import evidence as package
from workflows.queries.evidence.evidence import Evidence, collect
from workflows.queries.evidence.gather import Gatherer
from workflows.queries.evidence.period import Period

_README = """\
Evidence from a Daypass installation's audit log, for one period.

MANIFEST                 Which log, which period, and the SHA-256 of every other file, signed with the log's key: a C2SP
                         signed note. Its lines of files are those of sha256sum: run `sha256sum --check MANIFEST`.
evidence.html            The page to read: controls, checks, samples, exceptions. One file, no script, loads nothing.
assessment-results.json  The same as OSCAL assessment results.
exceptions.csv           Every exception, and every attempt that Daypass prevented.
access-reviews.csv       Every item of every access review of the period, with its answer.
samples.json             Each check's population, and the samples drawn from it.
events.jsonl             Every event of the samples, and the events of exceptions, each with its inclusion proof.
seed.checkpoint          The signed tree head whose root the samples are drawn by.
newest.checkpoint        The signed tree head that every proof leads to.
growth.json              The proof (RFC 6962) that the log of the first grew into that of the second.
controls.yaml            Which controls each check supports, with sources and limits.

To verify: daypass audit verify FILE.zip --key VERIFIER_KEY
The key comes from another source, not from this pack. What people typed is in events.jsonl; treat it as confidential.
"""
_WHEN = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the ZIP: the manifest says when it was made."""


@dataclass(frozen=True)
class Pack:
    """The ZIP, with what there is to say about it. `digest` is its SHA-256 in hex."""

    data: bytes
    period: Period
    events: int
    exceptions: int
    prevented: int
    empty: bool
    over: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def name(self) -> str:
        """What its file is called."""
        return f"daypass-evidence-{self.period.first}-{self.period.last}.zip"


@dataclass(frozen=True)
class PackMaker:
    """Makes packs. `by` (an id or a word for who wants it) is written into them, `company` on their page."""

    gatherer: Gatherer
    log: Log
    signer: Signer
    now: Callable[[], datetime]

    async def make(self, period: Period, count: int, company: str, by: str) -> Pack:
        """Make the pack of a period, with `count` samples of each population.

        Raises PeriodError if the period is too large, Retryable if the log or Vault isn't ready.
        """
        evidence = await collect(self.gatherer, self.log, period, count, by)
        written = await asyncio.to_thread(_files, evidence, company, by)
        manifest = manifest_of(evidence.origin, str(period), written)
        note = await sign_manifest(manifest, self.signer, self.now())
        data = await asyncio.to_thread(_zip, {MANIFEST: note.encode(), **written})
        return Pack(
            data,
            period,
            evidence.extract.events,
            sum(len(one.found.exceptions) for one in evidence.checked),
            sum(len(one.found.prevented) for one in evidence.checked),
            evidence.empty,
            evidence.over,
        )


def _files(evidence: Evidence, company: str, by: str) -> dict[str, bytes]:
    return {
        "README.txt": _README.encode(),
        "evidence.html": page(evidence, company, by),
        "assessment-results.json": json.dumps(assessment_results(evidence), indent=1).encode(),
        "exceptions.csv": exceptions_csv(evidence),
        "access-reviews.csv": reviews_csv(evidence),
        "samples.json": samples_json(evidence),
        "events.jsonl": evidence.extract.data,
        "seed.checkpoint": evidence.gathered.seed.note.encode(),
        "newest.checkpoint": evidence.gathered.last.note.encode(),
        "growth.json": growth_json(evidence),
        "controls.yaml": files(package).joinpath("controls.yaml").read_bytes(),
    }


def _zip(written: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for path, data in written.items():
            entry = ZipInfo(path, _WHEN)
            entry.external_attr = 0o600 << 16
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, data)
    return made.getvalue()
