"""The pack's tables and lists, for spreadsheets and programs."""

import base64
import json
from datetime import datetime

from bot.web.console.csv_export import rows_as_csv
from workflows.audit.export.sampling import samples_file
from workflows.queries.evidence.evidence import Evidence

NOTED_COLUMNS = ("check", "kind", "time (UTC)", "subject", "event", "what happened")
REVIEW_COLUMNS = (
    "review",
    "title",
    "period",
    "item",
    "person",
    "person (id)",
    "entitlement",
    "answer",
    "by",
    "by (id)",
    "at (UTC)",
)


def exceptions_csv(evidence: Evidence) -> bytes:
    """Every exception, and every attempt that Daypass prevented."""
    return rows_as_csv(
        NOTED_COLUMNS,
        [
            (
                one.check.name,
                note.kind,
                _moment(note.at),
                note.subject,
                "" if note.index is None else str(note.index),
                note.sentence,
            )
            for one in evidence.checked
            for note in one.found.noted
        ],
    )


def reviews_csv(evidence: Evidence) -> bytes:
    """Every item of every access review of the period."""
    name_of = evidence.gathered.history.directory.name_of
    return rows_as_csv(
        REVIEW_COLUMNS,
        [
            (
                review.id,
                review.terms.title,
                review.period,
                str(number),
                name_of(item.person),
                item.person,
                item.entitlement,
                item.verdict or "",
                name_of(item.by) if item.by else "",
                item.by or "",
                _moment(item.at) if item.at else "",
            )
            for review in evidence.reviews
            for number, item in enumerate(review.items, 1)
        ],
    )


def samples_json(evidence: Evidence) -> bytes:
    """Each check's population and the samples drawn from it."""
    drawn = {one.check.name: (one.found.population, one.samples) for one in evidence.checked}
    return samples_file(evidence.seed.root, evidence.count, drawn)


def growth_json(evidence: Evidence) -> bytes:
    """The proof that the seed's log grew into the newest checkpoint's."""
    proof = [base64.b64encode(step).decode() for step in evidence.growth]
    return json.dumps({"first": "seed.checkpoint", "second": "newest.checkpoint", "proof": proof}).encode()


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
