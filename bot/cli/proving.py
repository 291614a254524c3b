"""What `daypass audit prove` and `verify-proof` do: one file that proves one grant, and what it says."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.cli.auditing import witness_policy
from bot.cli.operator import take_proof
from bot.cli.output import MAX_LINE_CHARS, fail, out
from bot.settings import read_settings
from bot.wiring.workflows import BY_KIND
from workflows.audit.tlog.note import NoteError, read_verifier_key
from workflows.audit.verify.proof import proof_lines, verify_proof
from workflows.audit.verify.stories import ExportedEvent
from workflows.database.private_files import write_new
from workflows.narrative import LoggedEvent, tell
from workflows.ports import Directory
from workflows.text import one_line
from workflows.workflow import kind_of


def prove(subject: str, target: Path, *, private: bool) -> None:
    """Write the proof of this subject into a new file. Raises Retryable or Permanent."""
    if target.exists():
        fail(f"{target} already exists. Name a new file; a proof never overwrites one.")
    taken = asyncio.run(take_proof(read_settings(), subject, private=private))
    write_new(target, taken.data)
    later = f" {taken.later} newer ones aren't signed yet: try again in a minute." if taken.later else ""
    _print(
        f"{target} proves {taken.events} events of {subject}.{later} "
        f"Verify with: daypass audit verify-proof {target} --key KEY"
    )


def verify(file: Path, key: Sequence[str], witnesses: Sequence[str], quorum: int | None) -> bool:
    """Verify a proof, and print its events and what was found; whether nothing is wrong."""
    try:
        keys = [read_verifier_key(text) for text in key]
        policy = witness_policy(witnesses, quorum, keys)
    except NoteError as error:
        fail(one_line(str(error), MAX_LINE_CHARS))
    report = verify_proof(file, keys, BY_KIND, policy)
    for event in report.extract.read if report.ok else ():
        _print(f"✓ {_told(event)}")
    for line in proof_lines(report):
        _print(line)
    return report.ok


def _told(event: ExportedEvent) -> str:
    """Say when, who and what, with what was typed; people are named by their ids, which is all that the log has."""
    leaf = event.leaf
    logged = LoggedEvent(
        at=leaf.time,
        actor=leaf.actor,
        surface=leaf.surface,
        action=leaf.action,
        facts=leaf.facts,
        texts=event.typed,
        erased=tuple(sorted(leaf.texts.keys() - event.typed.keys())),
    )
    passage = tell(logged, BY_KIND[kind_of(leaf.subject)].sentences, Directory())
    said = "".join(f" · {one.label}: {one.text}" for one in passage.said)
    return (
        f"{leaf.time:%Y-%m-%d %H:%M:%S} UTC  {passage.sentence}{said}  [{leaf.action}, event {event.index}]"
    )


def _print(line: str) -> None:
    out.print(one_line(line, MAX_LINE_CHARS), markup=False)
