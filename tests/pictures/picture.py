"""Pictures as files: few colours and nothing lost, so that they stay small in Git."""

import io
from pathlib import Path

from PIL import Image

COLOURS = 192


def save(taken: bytes, file: Path) -> None:
    """Write a screenshot (PNG) as WebP."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(taken)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB").save(
            file, "WEBP", lossless=True, quality=60, method=4
        )


def height(file: Path) -> int | None:
    """Pixels that the picture is tall; None if there is none."""
    if not file.exists():
        return None
    with Image.open(file) as image:
        return image.height
