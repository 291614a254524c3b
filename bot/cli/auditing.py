"""What the commands of `daypass audit` do: export the log and verify an export, look after keys and the search index."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from zipfile import is_zipfile

from bot.cli.operator import public_keys, read_log, reindex
from bot.cli.output import MAX_LINE_CHARS, fail, out
from bot.settings import read_settings
from bot.wiring.workflows import BY_KIND
from workflows.audit.export.directory import write_export
from workflows.audit.tlog.note import NoteError, VerifierKey, read_verifier_key
from workflows.audit.verify.directory import verify_export
from workflows.audit.verify.extract import extract_lines, verify_extract
from workflows.audit.verify.pack import pack_lines, verify_pack
from workflows.audit.verify.report import lines
from workflows.audit.verify.seen_checkpoints import read_seen
from workflows.audit.witness.witness import WitnessPolicy
from workflows.text import one_line


def export(directory: Path, private: bool) -> None:
    """Write an export of the log into a new directory. Raises ExportError."""
    keys, leaves, texts, notes = asyncio.run(read_log(read_settings(), private))
    write_export(directory, leaves, texts, notes, keys)
    out.print(
        f"Exported {len(leaves)} events to {directory}. Verify with: daypass audit verify {directory} --key KEY",
        markup=False,
    )
    _print_keys(keys)


def print_public_keys() -> None:
    """Print the log's public keys."""
    _print_keys(asyncio.run(public_keys(read_settings())))


def rebuild_index() -> None:
    """Rebuild the search index, and say how far it is."""
    asyncio.run(reindex(read_settings(), BY_KIND, lambda some: out.print(f"{some:,} events …")))
    out.print("The search index is up to date.")


def verify(
    export: Path,
    key: Sequence[str],
    digest: str | None,
    seen: Sequence[str],
    allow_sealed: bool,
    largest: int,
    *,
    witnesses: Sequence[str],
    quorum: int | None,
) -> bool:
    """Verify an export, an extract or a pack, and print what was found; whether nothing is wrong. `largest` in bytes."""
    try:
        keys = [read_verifier_key(text) for text in key]
        known = [one for given in seen for one in read_seen(given)]
        policy = witness_policy(witnesses, quorum, keys)
    except NoteError as error:
        fail(one_line(str(error), MAX_LINE_CHARS))
    if export.is_file() and is_zipfile(export):
        pack = verify_pack(export, keys, BY_KIND, known, policy, largest)
        ok, told = pack.ok, pack_lines(pack)
    elif export.is_file():
        extract = verify_extract(export, keys, digest, BY_KIND, known, policy)
        ok, told = extract.ok, extract_lines(extract)
    else:
        report = verify_export(
            export, keys, BY_KIND, known, witnesses=policy, allow_sealed=allow_sealed, largest=largest
        )
        ok, told = report.ok, lines(report)
    for line in told:
        out.print(one_line(line, MAX_LINE_CHARS), markup=False)
    return ok


def witness_policy(
    witnesses: Sequence[str], quorum: int | None, of_log: Sequence[VerifierKey]
) -> WitnessPolicy | None:
    """Read which witnesses have to have cosigned.

    Raises NoteError if a key can't be read, is the log's own, or too few are given.
    """
    keys = {key.name: key for key in map(read_verifier_key, witnesses)}
    for key in keys.values():
        if key.public in {one.public for one in of_log}:
            raise NoteError(f"{key.name} has the log's own key, so it can't be a witness of it.")
    needed = len(keys) if quorum is None else quorum
    if needed > len(keys):
        raise NoteError(f"--quorum {needed} needs as many witnesses; give each with --witness.")
    return WitnessPolicy(tuple(keys.values()), needed) if keys else None


def _print_keys(keys: list[VerifierKey]) -> None:
    for key in keys:
        out.print(key.text, markup=False)
