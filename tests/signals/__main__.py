"""`make signals`: prints how often each signal is raised wrongly, and writes it into docs/signals.md."""

import re
from pathlib import Path

from tests.signals.rates import measure, table

PAGE = Path(__file__).parents[2] / "docs" / "signals.md"
BETWEEN = re.compile(r"(?<=<!-- rates -->\n\n).*?(?=\n\n<!-- end of rates -->)", re.DOTALL)


def main() -> None:
    """Measure, print, write."""
    found = table(measure())
    print(found)
    PAGE.write_text(BETWEEN.sub(found, PAGE.read_text()))


if __name__ == "__main__":
    main()
