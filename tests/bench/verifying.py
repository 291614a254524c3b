"""How fast an export is verified, against hashing and parsing the same bytes alone.

A hundred thousand events unless BENCH_VERIFIED_EVENTS says otherwise. No stories are replayed: that is deciding again.
"""

import base64
import hashlib
import json
import os
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.audit.example_log import KEY, export
from tests.bench.figures import Figure
from workflows.audit.tlog.tiles import unpack_entries
from workflows.audit.verify.directory import verify_export

LIMIT = 1 / 0.5
"""At least half of the bare speed."""
EVENTS = int(os.environ.get("BENCH_VERIFIED_EVENTS", "100000"))
TURNS = 3


def measure() -> list[Figure]:
    """One figure."""
    with TemporaryDirectory() as directory:
        exported = export(Path(directory) / "log", EVENTS, [EVENTS])
        ours, bare = [], []
        for _ in range(TURNS):
            ours.append(_verified(exported))
            bare.append(_hashed_and_parsed(exported))
    own, other = median(ours), median(bare)
    name = f"verifying an export of {EVENTS:,} events, against hashing and parsing its bytes"
    return [Figure(name, own / other, LIMIT, f"{own:.1f} s", f"{other:.1f} s")]


def _verified(exported: Path) -> float:
    began = time.perf_counter()
    report = verify_export(exported, [KEY])
    took = time.perf_counter() - began
    assert report.size == EVENTS
    assert not report.problems, report.problems
    return took


def _hashed_and_parsed(exported: Path) -> float:
    """Read every file, parse every event and text, and hash each event, each commitment and the tree."""
    began = time.perf_counter()
    level: list[bytes] = []
    said: dict[tuple[str, str], str] = {}
    for file in sorted((exported / "tile" / "entries").rglob("*")):
        if file.is_file():
            for entry in unpack_entries(file.read_bytes()):
                level.append(hashlib.sha256(b"\x00" + entry).digest())
                event = json.loads(entry)
                said.update({(event["id"], field): given for field, given in event["texts"].items()})
    for line in (exported / "texts.jsonl").read_bytes().splitlines():
        one = json.loads(line)
        salt = bytes.fromhex(one["salt"])
        commitment = b"daypass/text/v1\n" + bytes([len(salt)]) + salt + one["text"].encode()
        assert hashlib.sha256(commitment).hexdigest() == said[one["event"], one["field"]]
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)
        ]
        level = paired + level[len(paired) * 2 :]
    assert base64.b64encode(level[0]).decode() == (exported / "checkpoint").read_text().split("\n")[2]
    return time.perf_counter() - began
