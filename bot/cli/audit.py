"""`daypass audit`: export the log, verify an export, look after keys and the search index."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.output import MAX_LINE_CHARS, fail, out
from bot.settings import read_settings
from workflows.audit.export.directory import write_export
from workflows.audit.tlog.note import NoteError, VerifierKey, read_verifier_key
from workflows.audit.verify.directory import verify_export
from workflows.audit.verify.extract import extract_lines, verify_extract
from workflows.audit.verify.report import lines
from workflows.audit.verify.seen_checkpoints import read_seen
from workflows.text import one_line

audit = typer.Typer(no_args_is_help=True, help="Export and verify the audit log.")


@audit.command("export")
def audit_export(
    directory: Annotated[Path, typer.Argument(help="A new directory.")],
    private: Annotated[bool, typer.Option(help="Include the contents of private incidents.")] = False,
) -> None:
    """Export the log, with checkpoints and texts, to a directory you can verify offline.

    Events of private incidents are sealed: the export has their hashes, not their contents.
    """
    from bot.cli.operator import read_log

    keys, leaves, texts, notes = asyncio.run(read_log(read_settings(), private))
    write_export(directory, leaves, texts, notes, keys)
    out.print(
        f"Exported {len(leaves)} events to {directory}. Verify with: daypass audit verify {directory} --key KEY",
        markup=False,
    )
    _print_keys(keys)


@audit.command("key")
def audit_key() -> None:
    """Print the log's public keys. Keep them where Daypass's operator can't change them."""
    from bot.cli.operator import public_keys

    _print_keys(asyncio.run(public_keys(read_settings())))


@audit.command("reindex")
def audit_reindex() -> None:
    """Rebuild the search index from the log. On PostgreSQL, run it as the owner of the tables.

    On PostgreSQL Daypass can keep running; until this is done, searches are incomplete and say so.
    """
    from bot.cli.operator import reindex
    from bot.wiring.workflows import BY_KIND

    asyncio.run(reindex(read_settings(), BY_KIND, lambda some: out.print(f"{some:,} events …")))
    out.print("The search index is up to date.")


@audit.command("verify")
def audit_verify(
    export: Annotated[Path, typer.Argument(help="Directory of an export, or a JSON Lines extract.")],
    key: Annotated[list[str], typer.Option(help="Public key of the log (name+id+base64); repeatable.")],
    digest: Annotated[
        str | None, typer.Option(help="For an extract: its digest, from the export's event in the log.")
    ] = None,
    seen: Annotated[
        list[str] | None,
        typer.Option(
            help="A checkpoint you saw elsewhere, such as in Slack: a file or its text; repeatable."
        ),
    ] = None,
    allow_sealed: Annotated[
        bool, typer.Option("--allow-sealed", help="Accept that the contents of sealed events aren't checked.")
    ] = False,
    largest: Annotated[
        str, typer.Option(help="Largest export to read; verifying takes four times its size in memory.")
    ] = "1G",
) -> None:
    """Verify an export or an extract offline, with only the public key. Exits with 1 if anything is wrong.

    Only the digest shows that nothing was left out of an extract: pass the one recorded in the log.
    """
    from bot.wiring.workflows import BY_KIND

    try:
        keys = [read_verifier_key(text) for text in key]
        known = [one for given in seen or () for one in read_seen(given)]
    except NoteError as error:
        fail(one_line(str(error), MAX_LINE_CHARS))
    if export.is_file():
        extract = verify_extract(export, keys, digest, BY_KIND, known)
        ok, told = extract.ok, extract_lines(extract)
    else:
        report = verify_export(
            export, keys, BY_KIND, known, allow_sealed=allow_sealed, largest=_bytes(largest)
        )
        ok, told = report.ok, lines(report)
    for line in told:
        out.print(one_line(line, MAX_LINE_CHARS), markup=False)
    raise typer.Exit(0 if ok else 1)


def _bytes(size: str) -> int:
    number, unit = size[:-1], "KMG".find(size[-1:].upper()) + 1
    if not (number.isdecimal() and unit):
        raise typer.BadParameter("Write the size like 512M or 8G.")
    return int(number) << 10 * unit


def _print_keys(keys: list[VerifierKey]) -> None:
    for key in keys:
        out.print(key.text, markup=False)
