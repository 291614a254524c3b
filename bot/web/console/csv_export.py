"""Events as CSV that a spreadsheet opens without running anything that somebody typed into it."""

import io
import re
from collections.abc import Iterable, Sequence

from defusedcsv import csv

from bot.web.console import texts
from bot.web.console.templating import moment
from workflows.narrative import Passage

_RUNS = re.compile(r"""(?:^|(?<=[;,\t\r\n]))(?=[\s\0"]*[=+\-@|%＝＋－＠]|[\t\r])""")
"""Places where a formula would begin, also for a spreadsheet that takes semicolons or tabs for what divides cells:
to it a quoted cell isn't quoted, so commas, line breaks and quotes in it count as well."""
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


def spreadsheet(passages: Sequence[Passage], more: bool) -> bytes:
    """A row an event, as `rows_as_csv` writes it. The last row says if there was `more`."""
    last = [[texts.INCOMPLETE.format(number=len(passages))]] if more else []
    return rows_as_csv(COLUMNS, [*map(_cells, passages), *last])


def rows_as_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table; formulas are defused, and Excel is told that it is UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows(map(_defused, one) for one in rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _cells(one: Passage) -> Sequence[str]:
    return (
        "" if one.index is None else str(one.index),
        moment(one.at).removesuffix(" UTC"),
        one.who,
        one.actor,
        one.surface,
        one.action,
        one.subject,
        one.sentence,
        "; ".join(f"{said.label}: {said.text}" for said in one.said),
        one.policy or "",
    )


def _defused(text: str) -> str:
    """The text, with an apostrophe before whatever a spreadsheet could run, wherever a cell could begin for it."""
    return _RUNS.sub("'", text)
