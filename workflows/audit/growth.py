"""The log's tree as it has been seen to grow: what is signed next has to have grown out of what was signed before.

The database can't be trusted to remember what was signed, for its owner can change it. So a process keeps what it
has seen for as long as it lives, reads back what was posted outside, and hashes all leaves anew when it starts.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select

from workflows.audit.tlog.checkpoint import checkpoints_in, open_checkpoint, read_body
from workflows.audit.tlog.merkle import Frontier, append, root
from workflows.audit.tlog.note import NoteError, VerifierKey, read_note
from workflows.database import tables
from workflows.database.store import Store
from workflows.ports import Permanent

LEAVES_PER_READ = 5_000

REMEDY = (
    "Nothing is signed until this is resolved; access continues as before. Compare the database with its newest "
    "backup and with the audit channel, and find out who can write to it as its owner; docs/for-operators.md says how "
    "to go on."
)


class Forked(Permanent):
    """The database has another log than the one that was signed; the message says where they part."""


@dataclass(frozen=True)
class SeenTree:
    """A head that this log has had, by whoever `where` names."""

    size: int
    root: bytes
    where: str


def vouched_for(texts: Iterable[str], origin: str, public: Iterable[bytes], where: str) -> list[SeenTree]:
    """The heads of this log that stand in these texts and are signed by one of its keys; all else is passed over."""
    keys = [VerifierKey(origin, one) for one in public]
    heads = []
    for note in (note for text in texts for note in checkpoints_in(text)):
        with suppress(NoteError):
            checkpoint = open_checkpoint(note, keys).checkpoint
            heads.append(SeenTree(checkpoint.size, checkpoint.root, where))
    return heads


@dataclass(frozen=True)
class _Row:
    id: int
    head: SeenTree


class Growth:
    """What one process knows of the log's tree."""

    def __init__(self) -> None:
        self._tree = Frontier()
        self._known: dict[tuple[int, bytes], SeenTree] = {}
        self._own: tuple[SeenTree, ...] = ()
        """The newest head that this process has signed."""
        self._newest_row = 0
        self._from_the_start = False

    def learn(self, heads: Iterable[SeenTree]) -> None:
        """Take in heads that are vouched for; the next growing is held against them, from the beginning if it must be."""
        new = [one for one in heads if (one.size, one.root) not in self._known]
        self._known |= {(one.size, one.root): one for one in new}
        self._from_the_start |= any(one.size <= self._tree.size for one in new)

    async def grow(self, store: Store) -> Frontier:
        """The tree of all leaves that the database has now.

        Raises Forked unless it grew out of every head that is known and every checkpoint that the database has.
        """
        if self._from_the_start:
            self._tree, self._newest_row, self._from_the_start = Frontier(), 0, False
        rows = await _rows(store, self._newest_row)
        _in_order(rows, self._tree.size)
        heads = [*(one.head for one in rows), *self._known.values(), *self._own]
        tree = self._tree
        for head in sorted(heads, key=lambda one: one.size):
            if head.size >= tree.size:
                tree = await _grown(store, tree, head.size)
                _compare(tree, head)
        self._tree, self._newest_row = tree, rows[-1].id if rows else self._newest_row
        return await _whole(store, tree)

    def signed(self, size: int, head: bytes) -> None:
        """Remember what this process has signed, whatever becomes of it in the database."""
        self._own = (SeenTree(size, head, "this process"),)


def _compare(tree: Frontier, head: SeenTree) -> None:
    if tree.size < head.size:
        raise Forked(
            f"The log was cut: {head.where} has a signed head of {head.size} events, and the database has "
            f"{tree.size}. {REMEDY}"
        )
    if root(tree) != head.root:
        raise Forked(
            f"The log is forked: {head.where} has a signed head of {head.size} events, and the first {head.size} events "
            f"in the database are others. {REMEDY}"
        )


def _in_order(rows: list[_Row], size: int) -> None:
    for row in rows:
        if row.head.size < size:
            raise Forked(
                f"{row.head.where} signs {row.head.size} events, and {size} were signed before it. {REMEDY}"
            )
        size = row.head.size


async def _rows(store: Store, after: int) -> list[_Row]:
    """The checkpoints that the database has got since. Raises Forked if one can't be read."""
    table = tables.checkpoints.c
    async with store.asking() as connection:
        found = await connection.execute(
            select(table.id, table.size, table.note).where(table.id > after).order_by(table.id)
        )
        return [_Row(row.id, _head(row.id, row.size, row.note)) for row in found]


def _head(id: int, size: int, note: str) -> SeenTree:
    where = f"checkpoint {id} in the database"
    try:
        checkpoint = read_body(read_note(note.encode()).body)
    except (NoteError, UnicodeError):
        raise Forked(f"What the database has as {where} isn't one. {REMEDY}") from None
    if checkpoint.size != size:
        raise Forked(
            f"The database says that {where} signs {size} events; it signs {checkpoint.size}. {REMEDY}"
        )
    return SeenTree(size, checkpoint.root, where)


async def _whole(store: Store, tree: Frontier) -> Frontier:
    """The tree with all leaves that there are. Raises Forked if there is a gap between them."""
    leaves = tables.leaves.c
    async with store.asking() as connection:
        newest = await connection.scalar(select(leaves.index).order_by(leaves.index.desc()).limit(1))
    size = 0 if newest is None else newest + 1
    tree = await _grown(store, tree, size)
    if tree.size != size:
        raise Forked(f"The log has no event {tree.size}, and events behind it. {REMEDY}")
    return tree


async def _grown(store: Store, tree: Frontier, size: int) -> Frontier:
    """The tree with the leaves up to `size`, as far as there are any in an unbroken row."""
    leaves = tables.leaves.c
    while tree.size < size:
        end = min(size, tree.size + LEAVES_PER_READ)
        query = select(leaves.index, leaves.hash).where(leaves.index >= tree.size, leaves.index < end)
        async with store.asking() as connection:
            found = [(row[0], row[1]) for row in await connection.execute(query.order_by(leaves.index))]
        there = [hashed for wanted, (index, hashed) in enumerate(found, start=tree.size) if index == wanted]
        tree = append(tree, there)
        if tree.size != end:
            break
    return tree
