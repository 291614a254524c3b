"""How long a draft takes over 100,000 recorded requests, and whether asking costs more in a long log.

Both on the logs that `reading` fills: ten thousand events, and a million.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.demo.postgres import Postgres
from tests.access.changes import RULES
from tests.bench.figures import Figure, of_medians
from tests.bench.reading import BEGAN, LARGE, LIMIT, SMALL, database_of
from tests.builders import Clock, changed_bundle
from tests.people import ADA
from workflows.access.signals.history import History
from workflows.access.signals.reading import HistoryReader
from workflows.database.store import Store, opened
from workflows.policy.bundle import Bundle
from workflows.policy.replay.differences import Replay
from workflows.policy.replay.redecide import Redecider
from workflows.queries.replaying import replay_log

MAX_SECONDS = 30.0
REQUESTS = 100_000
MAX_UNKNOWN = 0.2
"""Share of requests that can't be replayed: of those that an owner made, too few other owners are on record."""
TURNS, WARMED_UP = 60, 15
DRAFT = (
    (RULES, "          quorum: 1\n          # After", "          quorum: 2\n          # After"),
    (
        RULES,
        "      shortest: 10s",
        "      when:\n        - {name: by-day, allow: hour >= 6 && hour < 22, because: Not at night.}\n"
        "        - {name: reasons, deny: \"justification.contains('test') && now.getMinutes() > 60\", because: No.}\n"
        "      shortest: 10s",
    ),
)
"""Another quorum, a condition that looks at the hour, and one that is different for each request."""


async def measure(postgres: Postgres, bundle: Bundle) -> list[Figure]:
    """A figure for each."""
    async with (
        opened(postgres.url(database_of(SMALL))) as small,
        opened(postgres.url(database_of(LARGE))) as large,
    ):
        took, replay = await _replayed(large, bundle)
        assert replay.requests >= REQUESTS * 0.9, replay.requests
        assert replay.unknown < replay.requests * MAX_UNKNOWN, replay.unrecorded
        asking = of_medians(
            "reading what signals are told from: 1,000,000 events against 10,000",
            *(await _in_turn(large, small)),
            LIMIT,
        )
    each = took / replay.requests * REQUESTS
    return [
        Figure("policy replay of 100,000 requests", each / MAX_SECONDS, 1.0, f"{each:.1f} s", "30 s"),
        asking,
    ]


async def _replayed(store: Store, bundle: Bundle) -> tuple[float, Replay]:
    with TemporaryDirectory() as directory:
        redecider = Redecider(changed_bundle(Path(directory) / "draft", *DRAFT), bundle)
    began = time.perf_counter()
    replay = await replay_log(store, redecider, BEGAN - timedelta(days=1))
    return time.perf_counter() - began, replay


async def _in_turn(large: Store, small: Store) -> tuple[list[float], list[float]]:
    clock = Clock(datetime.now(UTC))
    readers = [HistoryReader(store, clock) for store in (large, small)]
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(TURNS + WARMED_UP):
        for reader, times in zip(readers, took, strict=True):
            began = time.perf_counter()
            found = await reader.history_of(ADA)
            if turn >= WARMED_UP:
                times.append(time.perf_counter() - began)
            assert isinstance(found, History)
    return took
