"""The inner hashes of the log's tree that are kept, so that a proof reads some hundred hashes and not all.

Kept is what the tlog-tiles layout calls levels: level 1 holds the hash over each 256 leaves, level 2 over
each 256 of those, and so on; level 0 are the leaves themselves.
"""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.audit.tlog.merkle import EMPTY_ROOT, Node, append, root
from workflows.audit.tlog.merkle import Frontier as Tree
from workflows.audit.tlog.tiles import WIDTH
from workflows.database import tables
from workflows.ports import Retryable

HEIGHT = 8
"""Of one level: 256 hashes become one."""

T = TypeVar("T")
Place = tuple[int, int]
"""Height and index of a node."""


async def keep(connection: AsyncConnection, before: int, after: int) -> None:
    """Keep the hashes that were completed when the log grew from `before` leaves to `after`."""
    level = 1
    while after >> HEIGHT * level:
        first, end = before >> HEIGHT * level, after >> HEIGHT * level
        if first < end:
            below = await _level(connection, level - 1, first * WIDTH, end * WIDTH)
            rows = [
                {"level": level, "index": index, "hash": _over(below[start : start + WIDTH])}
                for index, start in zip(range(first, end), range(0, len(below), WIDTH), strict=True)
            ]
            await connection.execute(insert(tables.nodes), rows)
        level += 1


async def forget(connection: AsyncConnection) -> None:
    """Keep none; only the owner of the tables may."""
    await connection.execute(delete(tables.nodes))


async def proved(connection: AsyncConnection, make: Callable[[Node], T], known: dict[Place, bytes]) -> T:
    """What `make` makes out of the nodes it asks for. `known` are those at hand; what is read is added.

    Raises Retryable if the log isn't indexed that far yet.
    """
    wanted: set[Place] = set()

    def note(height: int, index: int) -> bytes:
        wanted.add((height, index))
        return EMPTY_ROOT

    make(note)
    for (level, _), places in groupby(sorted(wanted - known.keys(), key=_tile), _tile):
        known |= await _nodes(connection, level, list(places))
    return make(lambda height, index: known[height, index])


def _tile(place: Place) -> Place:
    """The level that a node is made out of, and which 256 hashes of it."""
    height, index = place
    level, above = divmod(height, HEIGHT)
    return level, index << above >> HEIGHT


async def _nodes(connection: AsyncConnection, level: int, places: list[Place]) -> dict[Place, bytes]:
    """These nodes, all of one tile, out of one reading of it."""
    spans = {place: _span(place, level) for place in places}
    start, end = min(first for first, _ in spans.values()), max(last for _, last in spans.values())
    hashes = await _level(connection, level, start, end)
    return {place: _over(hashes[first - start : last - start]) for place, (first, last) in spans.items()}


def _span(place: Place, level: int) -> tuple[int, int]:
    height, index = place
    above = height - HEIGHT * level
    return index << above, (index + 1) << above


def _over(hashes: Iterable[bytes]) -> bytes:
    return root(append(Tree(), hashes))


async def _level(connection: AsyncConnection, level: int, start: int, end: int) -> list[bytes]:
    table: Any = tables.nodes.c if level else tables.leaves.c
    query = select(table.hash).where(table.index >= start, table.index < end).order_by(table.index)
    found = list(await connection.scalars(query.where(table.level == level) if level else query))
    if len(found) != end - start:
        raise Retryable("The log is being indexed and has not come that far yet. Try again in a minute.")
    return found
