"""The systems in which live metrics are read. A new kind is a module, its entry here, a section in docs/live-checks.md, and a
case of tests/releases/test_live_sources.py.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from integrations.egress import Reach
from integrations.live_metrics.http import HTTP
from integrations.live_metrics.kind import MetricsAddress, MetricsKind
from integrations.live_metrics.mlflow import MLflowMetrics
from integrations.live_metrics.prometheus import PROMETHEUS
from workflows.releases.live_checks.source import LiveSources

METRICS_KINDS = {kind.name: kind for kind in (PROMETHEUS, HTTP)}


@asynccontextmanager
async def open_live_metrics(
    addresses: Mapping[str, MetricsAddress], reach: Reach
) -> AsyncIterator[LiveSources]:
    """The systems at these addresses, by name. None of them has to answer yet."""
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(METRICS_KINDS[address.kind].open(name, address, reach))
            for name, address in addresses.items()
        }


__all__ = ["METRICS_KINDS", "MLflowMetrics", "MetricsAddress", "MetricsKind", "open_live_metrics"]
