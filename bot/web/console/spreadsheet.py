"""Events as CSV that a spreadsheet opens without running anything that somebody typed into it."""

import io
from collections.abc import Sequence

from defusedcsv import csv

from bot.web.console.show import moment
from workflows.telling import Passage

_WIDE = ("＝", "＋", "－", "＠")
COLUMNS = (
    "index",
    "time (UTC)",
    "who",
    "who (id)",
    "surface",
    "action",
    "subject",
    "what happened",
    "said",
    "policy",
)


def spreadsheet(passages: Sequence[Passage]) -> bytes:
    """A row an event; formulas are defused, and Excel is told that it is UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for one in passages:
        said = "; ".join(f"{said.label}: {said.text}" for said in one.said)
        writer.writerow(
            [
                "" if one.index is None else one.index,
                moment(one.at).removesuffix(" UTC"),
                _defused(one.who),
                _defused(one.actor),
                one.surface,
                one.action,
                one.subject,
                _defused(one.sentence),
                _defused(said),
                one.policy or "",
            ]
        )
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _defused(text: str) -> str:
    """What defusedcsv leaves to be done: white space before a formula, and formulas by full-width signs."""
    begun = text.strip()
    return f"'{begun}" if begun.startswith(_WIDE) else begun
