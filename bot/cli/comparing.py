"""What `daypass audit compare-vault` does: an export against Vault's own audit log."""

from collections.abc import Sequence
from pathlib import Path

from bot.cli.output import MAX_LINE_CHARS, fail, out
from workflows.audit.tlog.leaf import read_leaf
from workflows.audit.tlog.note import NoteError, read_verifier_key
from workflows.audit.tlog.sealed_entry import split
from workflows.audit.verify.directory import verify_export
from workflows.audit.verify.entries import read_held
from workflows.audit.verify.exported_files import read_files
from workflows.audit.verify.report import lines
from workflows.audit.verify.vault_log import VaultLogError, compare_with_vault
from workflows.text import one_line

MINTED = "access.credential-minted"


def compare_vault(
    export: Path,
    vault_log: Path,
    paths: Sequence[str],
    key: Sequence[str],
    namespace: str | None,
    largest: int,
) -> bool:
    """Print each lease that only one of the two logs has; whether there is none. `largest` in bytes.

    The export is verified first, all but its stories: what isn't signed by `key` isn't compared with anything.
    """
    try:
        keys = [read_verifier_key(text) for text in key]
    except NoteError as error:
        fail(one_line(str(error), MAX_LINE_CHARS))
    report = verify_export(export, keys, allow_sealed=True, largest=largest)
    if not report.ok:
        for line in lines(report):
            _print(line)
        return False
    events, sealed = split(read_held(read_files(export, largest).data, report.size).entries)
    try:
        with vault_log.open(encoding="utf-8", errors="replace") as recorded:
            leaves = (read_leaf(leaf) for _, leaf in events)
            found = compare_with_vault(leaves, recorded, paths, action=MINTED, namespace=namespace)
    except OSError as error:
        fail(f"{vault_log} can't be read: {error.strerror}.")
    except VaultLogError as error:
        fail(str(error))
    for difference in found:
        _print(f"- {difference}")
    if sealed:
        _print(
            f"{sealed} events are sealed, and their leases can't be compared: export with --private for those."
        )
    count = f"{len(found)} difference{'s' if len(found) != 1 else ''}."
    _print(count if found else "Both logs have the same leases on these paths.")
    return not found


def _print(line: str) -> None:
    out.print(one_line(line, MAX_LINE_CHARS), markup=False)
