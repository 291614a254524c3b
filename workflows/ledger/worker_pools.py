"""Pools of workers: which effects share workers, how many there are, and how many effects they have in hand.

Every kind of effect belongs to one pool, and no pool takes another's workers: whatever is slow or flooded
holds up its own kind alone. Credentials are made and ended by pools of their own.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


@dataclass(frozen=True)
class Pool:
    """`workers` perform side by side, in each process."""

    name: str
    workers: int
    ahead: int = 1
    """How many times as many effects are claimed, at most, as can be performed at once. One for what is
    slow: what waits here could be performed by another process."""
    urgent: bool = False
    lingers: bool = False
    """What is in hand takes as long as people do, so a process that ends doesn't wait for it."""
    yields: bool = False
    """While urgent pools have something in hand it waits, for `YIELDING_SECONDS`; then one worker is enough."""

    @property
    def low(self) -> int:
        """With fewer in hand than this, more are claimed: workers go on while a transaction is waited for."""
        return self.workers * min(self.ahead, 2)


YIELDING_SECONDS = 5.0
"""Whatever is urgent may be stuck: what people see has to go on."""
INTERNAL = Pool("internal", workers=4, ahead=4, urgent=True)
"""For what asks nothing of the outside world: it carries a command from one subject to another."""


class _OfKind(Protocol):
    @property
    def kind(self) -> str: ...


R = TypeVar("R", bound=_OfKind)


class Hands:
    """What this process has in hand, by pool. A kind that nobody registered belongs to INTERNAL."""

    def __init__(self, pools: Mapping[str, Pool], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._pools = pools
        self._monotonic = monotonic
        self._pressed_since = -math.inf
        self._in_hand: Counter[Pool] = Counter()
        self._turns: dict[Pool, asyncio.Semaphore] = {}

    def take(self, kind: str) -> None:
        """An effect of this kind is in hand from now on."""
        pool = self._pool_of(kind)
        if pool.urgent and not self.are_pressed:
            self._pressed_since = self._monotonic()
        self._in_hand[pool] += 1

    def put_down(self, kind: str) -> bool:
        """It isn't any more; whether its pool has just come to want more."""
        pool = self._pool_of(kind)
        self._in_hand[pool] -= 1
        return self._in_hand[pool] == pool.low - 1

    def turn(self, kind: str) -> asyncio.Semaphore:
        """Held while an effect of this kind is performed."""
        pool = self._pool_of(kind)
        return self._turns.setdefault(pool, asyncio.Semaphore(pool.workers))

    def linger(self, kind: str) -> bool:
        """Whether effects of this kind take as long as people do."""
        return self._pool_of(kind).lingers

    def room(self, kind: str) -> int:
        """How many more of this kind may be claimed."""
        return self._room(self._pool_of(kind), Counter())

    def fitting(self, found: Sequence[R], more: Counter[Pool]) -> list[R]:
        """Those for which there is room besides `more`, which they are added to."""
        fit = []
        for one in found:
            pool = self._pool_of(one.kind)
            if self._room(pool, more) > 0:
                more[pool] += 1
                fit.append(one)
        return fit

    def full(self, more: Counter[Pool] | None = None) -> frozenset[str]:
        """The kinds of which no more are wanted, besides `more` that are being claimed."""
        taken = more or Counter()
        return frozenset(
            kind
            for kind, pool in self._pools.items()
            if not self._wants(pool) or self._room(pool, taken) <= 0
        )

    @property
    def are_full(self) -> bool:
        """Whether no pool wants more."""
        return not any(map(self._wants, {*self._pools.values(), INTERNAL}))

    @property
    def are_pressed(self) -> bool:
        """Whether an urgent pool has something in hand."""
        return _any_urgent(self._in_hand)

    @property
    def _has_just_been_pressed(self) -> bool:
        return not self.are_pressed or self._monotonic() < self._pressed_since + YIELDING_SECONDS

    def _wants(self, pool: Pool) -> bool:
        return self._in_hand[pool] < pool.low and self._room(pool, Counter()) > 0

    def _room(self, pool: Pool, more: Counter[Pool]) -> int:
        limit = pool.workers * pool.ahead
        if pool.yields and _any_urgent(self._in_hand, more):
            limit = 0 if self._has_just_been_pressed else 1
        return limit - self._in_hand[pool] - more[pool]

    def _pool_of(self, kind: str) -> Pool:
        return self._pools.get(kind, INTERNAL)


def _any_urgent(*counts: Counter[Pool]) -> bool:
    held: Iterable[Pool] = (pool for count in counts for pool, number in count.items() if number > 0)
    return any(pool.urgent for pool in held)
