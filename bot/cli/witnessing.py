"""What `daypass witness` does."""

import logging
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from bot.cli.output import MAX_LINE_CHARS, fail, out
from bot.witness.app import witness_app
from bot.witness.key import NoKey, open_key
from bot.witness.state import WitnessState
from workflows.audit.tlog.note import NoteError, VerifierKey, read_verifier_key
from workflows.text import one_line


def run_witness(name: str, logs: Sequence[str], directory: Path, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        key = open_key(directory, name)
        watched: dict[str, list[VerifierKey]] = {}
        for one in map(read_verifier_key, logs):
            watched.setdefault(one.name, []).append(one)
    except (NoKey, NoteError) as error:
        fail(one_line(str(error), MAX_LINE_CHARS))
    out.print(f"Public key of this witness: {key.verifier.text}", markup=False)
    out.print(f"Watches {', '.join(watched)}. Listens on http://{host}:{port}/add-checkpoint", markup=False)
    app = witness_app(key, WitnessState(directory), watched)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
