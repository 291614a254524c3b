"""Merkle trees as in RFC 6962, section 2.1, with SHA-256: roots, proofs, and growing without rereading.

Proofs are checked by the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2, which share nothing with
the recursion that makes them.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

EMPTY_ROOT = hashlib.sha256(b"").digest()

Levels = tuple[tuple[bytes, ...], ...]
"""All complete subtrees: `levels[k][i]` is the hash over leaves `i * 2**k` up to `(i + 1) * 2**k`."""


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """What of a tree is needed to grow it: its size and its complete subtrees, the largest (leftmost) first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count() or any(len(p) != 32 for p in self.peaks):
            raise ValueError(
                f"A frontier of size {self.size} has {self.size.bit_count()} hashes of 32 bytes."
            )


def append(frontier: Frontier, leaf_hashes: Iterable[bytes]) -> Frontier:
    """The frontier after these leaves. Costs about one hash a leaf, however large the tree is."""
    size, peaks = frontier.size, list(frontier.peaks)
    for hashed in leaf_hashes:
        carried, height = hashed, 0
        while size >> height & 1:
            carried, height = node_hash(peaks.pop(), carried), height + 1
        peaks.append(carried)
        size += 1
    return Frontier(size, tuple(peaks))


def root(frontier: Frontier) -> bytes:
    """The tree head hash; of the empty tree, SHA-256 of nothing."""
    if not frontier.peaks:
        return EMPTY_ROOT
    *_, top = accumulate(reversed(frontier.peaks), lambda right, left: node_hash(left, right))
    return top


Node = Callable[[int, int], bytes]
"""`node(height, i)`: the hash over leaves `i * 2**height` up to `(i + 1) * 2**height`."""


def levels_of(leaf_hashes: Sequence[bytes]) -> Levels:
    """Hash all complete subtrees once; roots, proofs and tiles are read from these."""
    sha256 = hashlib.sha256
    levels = [tuple(leaf_hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = zip(below[::2], below[1::2], strict=False)
        # `node_hash` written out: a call for each of a million nodes takes as long as hashing it.
        levels.append(tuple([sha256(b"\x01" + left + right).digest() for left, right in pairs]))
    return tuple(levels)


def in_levels(levels: Levels) -> Node:
    """The nodes of a tree whose complete subtrees are all at hand."""
    return lambda height, i: levels[height][i]


def head(node: Node, size: int) -> bytes:
    """The head that the tree had when it had `size` leaves."""
    return _range_hash(node, 0, size) if size else EMPTY_ROOT


def root_at(levels: Levels, size: int) -> bytes:
    """The head that the tree had when it had `size` leaves."""
    if not 0 <= size <= len(levels[0]):
        raise ValueError(f"The tree has {len(levels[0])} leaves; it has no head at {size}.")
    return head(in_levels(levels), size)


def inclusion_proof(levels: Levels, index: int, size: int) -> tuple[bytes, ...]:
    """PATH(index, D[size]) of RFC 6962, 2.1.1: from the leaf's sibling up."""
    if not size <= len(levels[0]):
        raise ValueError(f"There is no tree of size {size} out of {len(levels[0])} leaves.")
    return inclusion(in_levels(levels), index, size)


def inclusion(node: Node, index: int, size: int) -> tuple[bytes, ...]:
    """PATH(index, D[size]) of RFC 6962, 2.1.1, from the nodes of a tree of at least `size` leaves."""
    if not 0 <= index < size:
        raise ValueError(f"There is no leaf {index} in a tree of size {size}.")
    return tuple(_path(node, index, 0, size))


def consistency_proof(levels: Levels, first: int, second: int) -> tuple[bytes, ...]:
    """PROOF(first, D[second]) of RFC 6962, 2.1.2. Empty if `first` is 0 or both are the same."""
    if not second <= len(levels[0]):
        raise ValueError(f"No tree of {len(levels[0])} leaves grew to size {second}.")
    return consistency(in_levels(levels), first, second)


def consistency(node: Node, first: int, second: int) -> tuple[bytes, ...]:
    """PROOF(first, D[second]) of RFC 6962, 2.1.2, from the nodes of a tree of at least `second` leaves."""
    if not 0 <= first <= second:
        raise ValueError(f"No tree grew from size {first} to {second}.")
    return tuple(_subproof(node, first, 0, second, True)) if first else ()


def verify_inclusion(hashed: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Is the leaf hash at `index` in the tree of `size` leaves with this head? RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, computed = index, size - 1, hashed
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            computed = node_hash(step, computed)
            shift = _zeros(place)
            place, last = place >> shift, last >> shift
        else:
            computed = node_hash(computed, step)
        place, last = place >> 1, last >> 1
    return last == 0 and computed == head


def verify_consistency(
    first: int, second: int, proof: Sequence[bytes], first_head: bytes, second_head: bytes
) -> bool:
    """Did the tree with the first head grow, by appending only, into the second? RFC 9162, 2.1.4.2.

    Every tree grew from the empty one, and needs no proof of it.
    """
    if first == 0 or first == second:
        same = first_head == (second_head if first == second else EMPTY_ROOT)
        return same and not proof and 0 <= first <= second
    if not 0 < first < second or not proof:
        return False
    start, *steps = [first_head, *proof] if first.bit_count() == 1 else proof
    shift = _zeros(~(first - 1))
    place, last = (first - 1) >> shift, (second - 1) >> shift
    old = new = start
    for step in steps:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            shift = _zeros(place)
            place, last = place >> shift, last >> shift
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_head and new == second_head


def _zeros(number: int) -> int:
    """How many bits at the low end are 0; for 0 itself, none, since there is nothing left to shift out."""
    return (number & -number).bit_length() - 1 if number else 0


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _range_hash(node: Node, start: int, end: int) -> bytes:
    size = end - start
    if size.bit_count() == 1:
        height = size.bit_length() - 1
        return node(height, start >> height)
    middle = start + _split(size)
    return node_hash(_range_hash(node, start, middle), _range_hash(node, middle, end))


def _path(node: Node, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(node, index, start, middle), _range_hash(node, middle, end)]
    return [*_path(node, index, middle, end), _range_hash(node, start, middle)]


def _subproof(node: Node, first: int, start: int, end: int, known: bool) -> list[bytes]:
    if first == end:
        return [] if known else [_range_hash(node, start, end)]
    middle = start + _split(end - start)
    if first <= middle:
        return [*_subproof(node, first, start, middle, known), _range_hash(node, middle, end)]
    return [*_subproof(node, first, middle, end, False), _range_hash(node, start, middle)]
