"""Verifies that one file proves one request, release or incident, with nothing left out up to its last event.

A proof is an extract (`workflows.audit.export.extract`) of one subject's events that says so under `proves`. Each event names
its place in its subject's history, and how many were recorded with it, so one that was left out leaves a gap. Nothing in the
file can show that the newest ones were left out: the tree proves what is in it, not what isn't.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from workflows.audit.export.extract import PROVES
from workflows.audit.replay import ends_version, follows, replay
from workflows.audit.tlog.note import VerifierKey
from workflows.audit.verify.cosigned import cosigned_lines
from workflows.audit.verify.extract import ExtractReport, verify_extract
from workflows.audit.verify.stories import ExportedEvent, Workflows
from workflows.audit.witness.witness import WitnessPolicy
from workflows.workflow import kind_of

_SHOWN = 40


@dataclass(frozen=True)
class ProofReport:
    """The result. `status` is where the events lead, as far as they are here; without `problems` all these are proven."""

    subject: str
    status: str
    problems: tuple[str, ...]
    extract: ExtractReport

    @property
    def ok(self) -> bool:
        return not self.problems


def verify_proof(
    path: Path, keys: Sequence[VerifierKey], workflows: Workflows, witnesses: WitnessPolicy | None = None
) -> ProofReport:
    """Verify the file offline: each event under its checkpoint, none left out, and that the story could have happened.

    Enough of the `witnesses` have to have cosigned the checkpoint. Problems are reported, not raised.
    """
    extract = verify_extract(path, keys, None, workflows, (), witnesses)
    subject = extract.about.get(PROVES, "")
    readable = bool(extract.about or not extract.problems)
    own = _faults(subject, extract.read, workflows) if readable else ()
    return ProofReport(subject, _status(extract.read, workflows), (*own, *extract.problems), extract)


def proof_lines(report: ProofReport) -> list[str]:
    """Write what there is to say of it besides its events, the result first."""
    extract = report.extract
    if not report.ok:
        more = len(report.problems) - _SHOWN
        return [
            "The proof does NOT verify. Don't rely on anything in it.",
            *(f"- {problem}" for problem in report.problems[:_SHOWN]),
            *([f"- … and {more} more."] if more > 0 else []),
        ]
    at = f", signed at {extract.signed_at:%Y-%m-%d %H:%M:%S} UTC" if extract.signed_at else ""
    return [
        f"Verified: everything about {report.subject} up to {_named(extract.read[-1])}, under a checkpoint of "
        f"{extract.size} events{at}.",
        f"Status by then: {report.status}. Whether anything came later isn't shown: whoever made the file could leave out "
        "the newest events.",
        *(cosigned_lines(extract.cosigned, extract.size) if extract.cosigned else _UNCOSIGNED),
        f"{extract.texts} texts match their commitments, {extract.erased} were erased.",
    ]


_UNCOSIGNED = [
    "No witness was checked, so whoever runs the log could have shown others another history. Give --witness if you can."
]


def _status(events: Sequence[ExportedEvent], workflows: Workflows) -> str:
    workflow = workflows.get(kind_of(events[0].leaf.subject)) if events else None
    state = replay(workflow, ((one.leaf, one.typed) for one in events)).state if workflow else None
    return state.status if state else "unknown"


def _faults(subject: str, events: Sequence[ExportedEvent], workflows: Workflows) -> Iterator[str]:
    """Say what keeps the file from proving the subject, although each event in it is as it was signed."""
    if not subject:
        yield "It doesn't say what it proves: it is an extract. Verify it with `daypass audit verify`."
        return
    if kind_of(subject) not in workflows:
        yield f"This version of Daypass doesn't know what {subject} is, so its story can't be replayed."
    for one in events:
        if one.leaf.subject != subject:
            yield f"Event {one.index} is about {one.leaf.subject}, not about {subject}: it was added."
    if not events:
        yield f"It has no event of {subject}: all of them were left out."
        return
    if not follows(None, events[0].leaf):
        yield f"The first event of {subject} was left out: it begins with {_named(events[0])}."
    for before, after in pairwise(events):
        if before.leaf.subject == after.leaf.subject and not follows(before.leaf, after.leaf):
            yield f"Between {_named(before)} and {_named(after)}, an event of {subject} was left out."
    if not ends_version(events[-1].leaf):
        yield f"After {_named(events[-1])}, an event that was recorded with it was left out."


def _named(event: ExportedEvent) -> str:
    return f"event {event.index} ({event.leaf.action})"
