"""`daypass audit`: export the log, verify an export, look after keys and the search index."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

audit = typer.Typer(no_args_is_help=True, help="Export and verify the audit log.")
_KEY = Annotated[list[str], typer.Option(help="Public key of the log (name+id+base64); repeatable.")]
_WITNESS = Annotated[
    list[str] | None,
    typer.Option(help="Public key of a witness that has to have cosigned (name+id+base64); repeatable."),
]
_QUORUM = Annotated[
    int | None, typer.Option(help="How many of the witnesses have to have cosigned; all unless set.", min=1)
]


@audit.command("export")
def audit_export(
    directory: Annotated[Path, typer.Argument(help="A new directory.")],
    private: Annotated[bool, typer.Option(help="Include the contents of private incidents.")] = False,
) -> None:
    """Export the log, with checkpoints and texts, to a directory you can verify offline.

    Events of private incidents are sealed: the export has their hashes, not their contents.
    """
    from bot.cli.auditing import export

    export(directory, private)


@audit.command("key")
def audit_key() -> None:
    """Print the log's public keys. Keep them where Daypass's operator can't change them."""
    from bot.cli.auditing import print_public_keys

    print_public_keys()


@audit.command("prove")
def audit_prove(
    subject: Annotated[str, typer.Argument(help="Id of a request, release or incident, such as acc_01….")],
    output: Annotated[Path, typer.Option(help="A new file, for its owner alone.")],
    private: Annotated[
        bool, typer.Option(help="Also if it belongs to a private incident: the file has its contents.")
    ] = False,
) -> None:
    """Write one file that proves one grant: its request, approvals, credentials and end, each with its proof.

    Anyone can verify it offline: with `daypass audit verify-proof`, the page docs/verify-proof.html, or Go's sumdb.
    """
    from bot.cli.proving import prove

    prove(subject, output, private=private)


@audit.command("verify-proof")
def audit_verify_proof(
    file: Annotated[Path, typer.Argument(help="A file that `daypass audit prove` wrote.")],
    key: _KEY,
    witness: _WITNESS = None,
    quorum: _QUORUM = None,
) -> None:
    """Verify a proof offline, with only the public key, and tell its events. Exits with 1 if anything is wrong.

    It finds every event that was changed, or left out before the last one. It can't show that nothing came later.
    """
    from bot.cli.proving import verify

    raise typer.Exit(0 if verify(file, key, witness or (), quorum) else 1)


@audit.command("compare-vault")
def audit_compare_vault(
    export: Annotated[Path, typer.Argument(help="Directory of an export.")],
    vault_log: Annotated[Path, typer.Argument(help="Vault's audit log of the same time, JSON Lines.")],
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Credential paths, such as database/creds/warehouse-read; one ending in / for all below it."
        ),
    ],
    key: _KEY,
    namespace: Annotated[
        str | None, typer.Option(help="Only Vault's records of this namespace; “/” for the root.")
    ] = None,
    largest: Annotated[str, typer.Option(help="Largest export to read.")] = "1G",
) -> None:
    """Compare an export with Vault's own audit log: each lease that only one of them has. Exits with 1 if there is any.

    It finds what no log can show by itself: a credential that was created without Daypass.
    """
    from bot.cli.comparing import compare_vault

    raise typer.Exit(0 if compare_vault(export, vault_log, paths, key, namespace, _bytes(largest)) else 1)


@audit.command("reindex")
def audit_reindex() -> None:
    """Rebuild the search index from the log. On PostgreSQL, run it as the owner of the tables.

    On PostgreSQL Daypass can keep running; until this is done, searches are incomplete and say so.
    """
    from bot.cli.auditing import rebuild_index

    rebuild_index()


@audit.command("skip-event")
def audit_skip_event(
    sink: Annotated[str, typer.Argument(help="Name of the event sink, as in DAYPASS_EVENT_SINKS.")],
    index: Annotated[int, typer.Argument(help="Place of the event in the log, as the alarm says.", min=0)],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before.")] = False,
) -> None:
    """Let an event sink skip the one event that it waits at, if its receiver can never take it.

    It is tried once more, and skipped if it fails again. The log keeps it, and has an event that says it was skipped.
    """
    from bot.cli.forwarding import skip_event

    asyncio.run(skip_event(sink, index, yes))


@audit.command("verify")
def audit_verify(
    export: Annotated[
        Path,
        typer.Argument(help="Directory of an export, a JSON Lines extract, or the ZIP of an evidence pack."),
    ],
    key: _KEY,
    digest: Annotated[
        str | None, typer.Option(help="For an extract: its digest, from the export's event in the log.")
    ] = None,
    seen: Annotated[
        list[str] | None,
        typer.Option(
            help="A checkpoint you saw elsewhere, such as in Slack: a file or its text; repeatable."
        ),
    ] = None,
    witness: _WITNESS = None,
    quorum: _QUORUM = None,
    allow_sealed: Annotated[
        bool, typer.Option("--allow-sealed", help="Accept that the contents of sealed events aren't checked.")
    ] = False,
    largest: Annotated[
        str, typer.Option(help="Largest export to read; verifying takes four times its size in memory.")
    ] = "1G",
) -> None:
    """Verify an export, an extract or an evidence pack offline, with only the public key. Exits with 1 if anything is wrong.

    Only the digest shows that nothing was left out of an extract: pass the one recorded in the log.
    """
    from bot.cli.auditing import verify

    whole = verify(
        export, key, digest, seen or (), allow_sealed, _bytes(largest), witnesses=witness or (), quorum=quorum
    )
    raise typer.Exit(0 if whole else 1)


def _bytes(size: str) -> int:
    number, unit = size[:-1], "KMG".find(size[-1:].upper()) + 1
    if not (number.isdecimal() and unit):
        raise typer.BadParameter("Write the size like 512M or 8G.")
    return int(number) << 10 * unit
