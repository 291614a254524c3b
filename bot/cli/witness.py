"""`daypass witness`: run a witness of other people's logs. It needs none of Daypass's settings."""

from pathlib import Path
from typing import Annotated

import typer


def witness(
    name: Annotated[str, typer.Option(help="What the witness is called, such as witness.example/audit.")],
    log: Annotated[
        list[str], typer.Option(help="Public key of a log to watch (name+id+base64); repeatable.")
    ],
    directory: Annotated[Path, typer.Option(help="Where its key and what it has seen are kept.")] = Path(
        "witness"
    ),
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.")] = 8090,
) -> None:
    """Run a witness: it cosigns a log's checkpoints as long as the log only grows, and keeps proof if it doesn't.

    Give Daypass's operator its address and the public key it prints. Its key is made on the first start.
    """
    from bot.cli.witnessing import run_witness

    run_witness(name, log, directory, host, port)
