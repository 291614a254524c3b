"""What a witness knows: the newest checkpoint of each log that it cosigned, in one SQLite file of its own.

It is on the disk before it is cosigned, and two requests at once are decided one after the other: no two heads of one size
are ever both cosigned, whenever the machine stops.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.witness.judge import Accepted, Known, Logs, Refused, judge
from workflows.audit.witness.protocol import AddCheckpoint
from workflows.database.private_files import keep_sqlite_private, make_directory

FILE = "state.db"
MAX_CONTRADICTIONS = 1_000
"""Kept of each log."""
_TABLES = """
CREATE TABLE IF NOT EXISTS logs (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS contradictions (origin TEXT NOT NULL, note BLOB NOT NULL, why TEXT NOT NULL,
  UNIQUE (origin, note));
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
        """Decide about a request of this log, and keep what was accepted, or what contradicts it, as evidence."""
        with self._turn() as database:
            verdict = judge(asked, _known(database, origin), logs)
            match verdict:
                case Accepted(checkpoint):
                    _keep(database, checkpoint, asked.note)
                case Refused(contradicts=True, why=why):
                    _keep_evidence(database, origin, asked.note, why)
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

    def contradictions(self) -> list[tuple[bytes, str]]:
        """Checkpoints that logs signed against what they had signed before, oldest first, and why they are."""
        with self._opened() as database:
            return list(database.execute("SELECT note, why FROM contradictions ORDER BY rowid"))

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


def _keep_evidence(database: sqlite3.Connection, origin: str, note: bytes, why: str) -> None:
    (count,) = database.execute("SELECT count(*) FROM contradictions WHERE origin = ?", (origin,)).fetchone()
    if count < MAX_CONTRADICTIONS:
        database.execute("INSERT OR IGNORE INTO contradictions VALUES (?, ?, ?)", (origin, note, why))
