"""What a witness knows: the newest checkpoint of each log that it cosigned, in one SQLite file of its own.

It is on the disk before it is cosigned, and two requests at once are decided one after the other: no two heads of one size
are ever both cosigned, whenever the machine stops.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.witness.judge import Accepted, Doubt, Known, Logs, Refused, judge
from workflows.audit.witness.protocol import AddCheckpoint
from workflows.database.private_files import keep_sqlite_private, make_directory

FILE = "state.db"
MAX_KEPT = 1_000
"""Checkpoints of one log that are kept for one doubt."""
_TABLES = """
CREATE TABLE IF NOT EXISTS logs (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS doubted (origin TEXT NOT NULL, doubt TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL,
  note BLOB NOT NULL, UNIQUE (origin, doubt, size, root));
"""


class WitnessState:
    """The witness's memory."""

    def __init__(self, directory: Path) -> None:
        make_directory(directory)
        self._file = directory / FILE
        keep_sqlite_private(self._file)
        with self._opened() as database:
            database.executescript(_TABLES)

    def take(self, origin: str, asked: AddCheckpoint, logs: Logs) -> Accepted | Refused:
        """Decide about a request of this log, and keep what was accepted, or what is doubted, as evidence."""
        with self._turn() as database:
            verdict = judge(asked, _known(database, origin), logs)
            match verdict:
                case Accepted(checkpoint):
                    _keep(database, checkpoint, asked.note)
                case Refused(doubt=str(doubt), signed=Checkpoint() as signed):
                    _keep_evidence(database, doubt, signed, asked.note)
                case _:
                    pass
            return verdict

    def known(self, origin: str) -> Known | None:
        """What was last cosigned of a log."""
        with self._opened() as database:
            return _known(database, origin)

    def notes(self) -> list[bytes]:
        """The newest checkpoint that was cosigned of each log, as the log signed it, by the log's name."""
        with self._opened() as database:
            return [note for (note,) in database.execute("SELECT note FROM logs ORDER BY origin")]

    def doubted(self, doubt: Doubt) -> list[bytes]:
        """Checkpoints that logs signed and that weren't cosigned for this doubt, the first ones first."""
        query = "SELECT note FROM doubted WHERE doubt = ? ORDER BY rowid"
        with self._opened() as database:
            return [note for (note,) in database.execute(query, (doubt,))]

    @contextmanager
    def _turn(self) -> Iterator[sqlite3.Connection]:
        with self._opened() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=30, isolation_level=None)) as database:
            database.execute("PRAGMA synchronous = FULL")
            yield database


def _known(database: sqlite3.Connection, origin: str) -> Known | None:
    row = database.execute("SELECT size, root FROM logs WHERE origin = ?", (origin,)).fetchone()
    return Known(*row) if row else None


def _keep(database: sqlite3.Connection, checkpoint: Checkpoint, note: bytes) -> None:
    database.execute(
        "INSERT INTO logs VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE "
        "SET size = excluded.size, root = excluded.root, note = excluded.note",
        (checkpoint.origin, checkpoint.size, checkpoint.root, note),
    )


def _keep_evidence(database: sqlite3.Connection, doubt: Doubt, signed: Checkpoint, note: bytes) -> None:
    query = "SELECT count(*) FROM doubted WHERE origin = ? AND doubt = ?"
    (count,) = database.execute(query, (signed.origin, doubt)).fetchone()
    if count < MAX_KEPT:
        row = (signed.origin, doubt, signed.size, signed.root, note)
        database.execute("INSERT OR IGNORE INTO doubted VALUES (?, ?, ?, ?, ?)", row)
