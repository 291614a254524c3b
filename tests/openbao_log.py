"""OpenBao's own word for what was asked of it: the records of its audit log."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def records(audit_log: Path, path: str, start: int = 0) -> Iterator[dict[str, Any]]:
    """Requests and responses that name this path, from byte `start` on."""
    with audit_log.open() as lines:
        lines.seek(start)
        yield from (json.loads(line) for line in lines if f'"{path}"' in line)
