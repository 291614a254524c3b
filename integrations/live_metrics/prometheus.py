"""Prometheus, or anything that speaks its HTTP API (Thanos, Mimir, VictoriaMetrics): an instant query has to give one number.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from integrations.egress import Reach
from integrations.json_answers import built_as_documented
from integrations.live_metrics.answers import MetricsApi, open_metrics_api
from integrations.live_metrics.kind import MetricsAddress, MetricsKind
from workflows.ports import Permanent, Retryable
from workflows.releases.live_checks.source import LiveSource, Look, Measured, filled_in

UNREADABLE = (400, 422)
"""What it answers to a query that it can't parse or evaluate."""


class PrometheusMetrics:
    """The metrics of one Prometheus."""

    def __init__(self, api: MetricsApi, url: str) -> None:
        self._api = api
        self._url = f"{url.rstrip('/')}/api/v1/query"

    async def read(self, look: Look) -> Measured:
        """The query's one value, as of the look."""
        if not look.check.query:
            raise Permanent(f"{self._api.name} is a Prometheus, so the live check needs a query.")
        query = filled_in(look.check.query, look)
        data = {"query": query, "time": f"{look.at.timestamp():.3f}"}
        status, document = await self._api.ask("POST", self._url, (200, *UNREADABLE), data=data)
        if status in UNREADABLE:
            return Measured(trouble=f"{self._api.name} can't evaluate the query. Try it in Prometheus first.")
        with built_as_documented(f"{self._api.name} sent an answer that isn't Prometheus's."):
            return self._measured(document)

    def _measured(self, document: Any) -> Measured:
        if document["status"] != "success":
            raise Retryable(f"{self._api.name} couldn't answer.")
        kind, result = document["data"]["resultType"], document["data"]["result"]
        match kind:
            case "scalar":
                return Measured(_text(result[1]))
            case "vector" if not result:
                return Measured(trouble="The query has no result, so there is nothing to go by.")
            case "vector" if len(result) == 1:
                return Measured(_text(result[0]["value"][1]))
            case "vector":
                what = f"The query has {len(result)} results; it has to have one."
                return Measured(trouble=f"{what} Aggregate them, as with sum() or max().")
            case _:
                what = f"The query has a result of type {str(kind)[:20]}; it has to be a number."
                return Measured(trouble=what)


def _text(value: object) -> str:
    """A value, which Prometheus writes as text (`NaN`, `+Inf`). Raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError
    return value[:60]


@asynccontextmanager
async def _open(name: str, address: MetricsAddress, reach: Reach) -> AsyncIterator[LiveSource]:
    async with open_metrics_api(name, address, reach) as api:
        yield PrometheusMetrics(api, address.url)


PROMETHEUS = MetricsKind("prometheus", _open)
