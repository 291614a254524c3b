"""The page of pictures shows every scene that there is, with the heights of the pictures beside it."""

from bot.demo.stage import ROOT
from tests.pictures.__main__ import described
from tests.pictures.scenes import every_scene
from workflows.workflow import World

MOST_BYTES = 6_000_000
"""Of all pictures together: they stay in Git for ever."""


def test_the_page_is_as_make_pictures_writes_it(world: World) -> None:
    assert (ROOT / "docs" / "pictures.md").read_text() == described(every_scene(world)), "run `make pictures`"


def test_the_pictures_are_small() -> None:
    assert sum(file.stat().st_size for file in (ROOT / "docs" / "pictures").rglob("*.*")) <= MOST_BYTES
