"""A calendar month in UTC, by which figures are counted."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ulid import ULID

_SPELLED = re.compile(r"([0-9]{4})-([0-9]{2})")
FIRST_YEAR, LAST_YEAR = 2000, 2999


@dataclass(frozen=True, order=True)
class Month:
    """A month. It is spelled `2026-11`."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def starts(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return self.later(1).starts

    @property
    def name(self) -> str:
        """`November 2026`."""
        return f"{self.starts:%B %Y}"

    def later(self, months: int) -> "Month":
        """The month that many months later, or earlier if it is negative."""
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1)

    def ids(self, kind: str) -> tuple[str, str]:
        """The ULIDs between which all ids lie that subjects of a workflow got in it."""
        return ids_between(kind, self.starts, self.ends)


def month_of(at: datetime) -> Month:
    at = at.astimezone(UTC)
    return Month(at.year, at.month)


def read_month(text: str) -> Month | None:
    """`2026-11`; None if it is no month."""
    found = _SPELLED.fullmatch(text.strip())
    if not found:
        return None
    year, number = int(found[1]), int(found[2])
    return Month(year, number) if FIRST_YEAR <= year <= LAST_YEAR and 1 <= number <= 12 else None


def ids_between(kind: str, starts: datetime, ends: datetime) -> tuple[str, str]:
    """The ULIDs between which all ids lie that subjects of a workflow got from one moment to before the other."""
    return f"{kind}_{_first(starts)}", f"{kind}_{_first(ends)}"


def _first(at: datetime) -> ULID:
    """The lowest ULID of a moment: its milliseconds since 1970, then zeros."""
    milliseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    return ULID(milliseconds.to_bytes(6) + bytes(10))
