"""`daypass evidence`: a period's evidence for auditors, as a ZIP that anybody can verify."""

from pathlib import Path
from typing import Annotated

import typer


def evidence(
    output: Annotated[Path, typer.Option("--output", help="The ZIP to write; it must not exist yet.")],
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day (UTC), such as 2026-01-01.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day (UTC), included.")] = None,
    samples: Annotated[
        int, typer.Option(help="How many samples to draw for each check.", min=1, max=100)
    ] = 25,
) -> None:
    """Write an evidence pack: controls, checks, samples, every exception and proofs, signed with the log's key.

    Without days, the newest calendar quarter that is over. Needs Daypass's settings; writes nothing but the file.
    """
    from bot.cli.evidencing import write_pack

    write_pack(output, first, last, samples)
