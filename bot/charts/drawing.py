"""Draws charts by vl-convert, which needs no browser and no network (https://github.com/vega/vl-convert).

It is imported when the first chart is drawn: that takes half a second, and every later one some 20 ms.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

SCALE = 2.0
"""Pixels of a PNG for each of its chart's."""
_drawing = asyncio.Semaphore(1)


async def draw_svg(spec: Mapping[str, Any]) -> str:
    """The chart as SVG without styles or scripts, which the strictest Content-Security-Policy shows."""
    async with _drawing:
        return await asyncio.to_thread(_svg, json.dumps(spec))


async def draw_png(spec: Mapping[str, Any]) -> bytes:
    """The chart as PNG, on white."""
    async with _drawing:
        return await asyncio.to_thread(_png, json.dumps(spec))


def _svg(spec: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec, vl_version=_VERSION, allowed_base_urls=[]))


def _png(spec: str) -> bytes:
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(spec, vl_version=_VERSION, scale=SCALE, allowed_base_urls=[]))


_VERSION = "5.20"
