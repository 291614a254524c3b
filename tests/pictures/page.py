"""The page of the docs that shows everything people see, with how tall it is on a phone: docs/pictures.md."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.pictures.picture import height
from tests.pictures.studio import DESK, PHONE

NOW, BEFORE = "now", "before"
INTRODUCTION = """# What it looks like

Every card, window, App Home and console page, as `make pictures` takes them: on a phone ({phone} pixels wide) and in a
laptop's window ({desk}). *Before* is the same scene before cards were made to be read in three seconds.

A card that waits for a decision is held short by `tests/browser/test_card_heights.py`: at most 220 pixels for access and
320 for a release on a phone, and ten pending requests on two screens. So are the windows in which access is requested
(700) and in which a credential is handed over (900). Slack on a phone has other margins than the
[sandbox](slack-sandbox.md) that these pictures are taken in; its typeface and sizes are the same.
"""
Titles = Mapping[str, str]
"""What each picture shows, by its name."""


def page(pictures: Path, headings: Mapping[str, Titles], pages: Titles) -> str:
    """The whole page. `headings` have the pictures of Slack, whose heights are compared; `pages` are the console's."""
    parts = [INTRODUCTION.format(phone=PHONE, desk=DESK), "## Heights\n", *_table(pictures, headings)]
    for heading, titles in {**headings, "Console": pages}.items():
        parts += [
            f"\n## {heading}",
            *(line for name, title in titles.items() for line in _scene(pictures, name, title)),
        ]
    return "\n".join(parts) + "\n"


def _table(pictures: Path, headings: Mapping[str, Titles]) -> Iterator[str]:
    """Pixels, by the pictures themselves."""
    yield f"| | before, {PHONE} wide | now, {PHONE} wide | before, {DESK} wide | now, {DESK} wide |"
    yield "|---|---:|---:|---:|---:|"
    for heading, titles in headings.items():
        for name, title in titles.items():
            sizes = [height(file) for file in _files(pictures, name)]
            yield f"| {heading}: {title} | {' | '.join(str(size or '–') for size in sizes)} |"


def _scene(pictures: Path, name: str, title: str) -> Iterator[str]:
    before, now, wide_before, wide = _files(pictures, name)
    yield f"\n### {title}\n"
    yield from _pair(title, before, now)
    yield from _pair(title, wide_before, wide)


def _pair(title: str, before: Path, now: Path) -> Sequence[str]:
    cells = [
        f"![{title}, {when}](pictures/{file.parent.name}/{file.name}){{ loading=lazy }}"
        if file.exists()
        else "–"
        for when, file in ((BEFORE, before), (NOW, now))
    ]
    return ["| before | now |", "|---|---|", f"| {' | '.join(cells)} |", ""]


def _files(pictures: Path, name: str) -> list[Path]:
    """Before and now on a phone, before and now in a window."""
    return [pictures / when / f"{name}-{width}.webp" for width in (PHONE, DESK) for when in (BEFORE, NOW)]
