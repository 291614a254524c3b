"""While tests run: whoever writes state, whatever the source looks like, is seen at the database's rejections."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from greenlet import getcurrent

ROOT = Path(__file__).parents[1]
PACKAGES = tuple(f"{ROOT / package}/" for package in ("workflows", "integrations", "bot"))
WRITERS = {str(ROOT / "workflows" / "ledger" / name) for name in ("transaction.py", "effect_queue.py")}
_WRITES = re.compile(
    r"\s*(with\b.*)?\b(insert\s+(or\s+\w+\s+)?into|replace\s+into|update|delete\s+from|truncate(\s+table)?)\s+"
    r'"?(events|texts|subjects|once|effects)\b',
    re.IGNORECASE | re.DOTALL,
)


def refuse_other_writers(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    """For SQLAlchemy's `before_cursor_execute`. A test may write by itself; of our modules only two may."""
    if _WRITES.match(statement):
        writer = next((file for file in map(_file, _frames()) if file.startswith(PACKAGES)), None)
        assert writer is None or writer in WRITERS, f"{writer} writes state, past the ledger: {statement}"


def _frames() -> Iterator[FrameType]:
    """Innermost first. SQLAlchemy executes in a greenlet of its own; whoever awaits that is in its parent."""
    greenlet = getcurrent().parent
    while greenlet is not None:
        frame = greenlet.gr_frame
        while frame is not None:
            yield frame
            frame = frame.f_back
        greenlet = greenlet.parent


def _file(frame: FrameType) -> str:
    return frame.f_code.co_filename
