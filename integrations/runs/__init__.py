"""The systems whose runs access can end with. A new one is a module, its entry here, its settings in bot/settings.py and
bot/wiring/runs.py, a section in docs/runs.md, and a case of tests/access/test_run_kinds.py.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from integrations.egress import Reach
from integrations.runs.kind import RunAddress, RunKind
from integrations.runs.kubernetes import KUBERNETES_JOBS
from integrations.runs.mlflow import MLFLOW_RUNS
from workflows.access.runs import Runs

RUN_KINDS = {kind.name: kind for kind in (MLFLOW_RUNS, KUBERNETES_JOBS)}


@asynccontextmanager
async def open_runs(addresses: Mapping[str, RunAddress], reach: Reach) -> AsyncIterator[Mapping[str, Runs]]:
    """The systems at these addresses, by kind. None of them has to answer yet."""
    async with AsyncExitStack() as stack:
        yield {
            kind: await stack.enter_async_context(RUN_KINDS[kind].open(address, reach))
            for kind, address in addresses.items()
        }


__all__ = ["RUN_KINDS", "RunAddress", "RunKind", "open_runs"]
