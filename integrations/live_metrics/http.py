"""Any address that answers JSON: the number is where a JSON Pointer says (RFC 6901).

`$version`, `$service` and `$model` in the address's path are replaced, each as one segment.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from integrations.egress import Reach
from integrations.live_metrics.answers import MetricsApi, open_metrics_api
from integrations.live_metrics.kind import MetricsAddress, MetricsKind
from workflows.ports import Permanent
from workflows.releases.live_checks.source import LiveSource, Look, Measured, filled_in


class HttpMetrics:
    """The numbers behind one address."""

    def __init__(self, api: MetricsApi, url: str) -> None:
        self._api = api
        self._url = url

    async def read(self, look: Look) -> Measured:
        """The number that the pointer leads to."""
        pointer = look.check.pointer
        if pointer is None:
            raise Permanent(f"{self._api.name} answers JSON, so the live check needs a pointer.")
        quoted = replace(
            look,
            version=quote(look.version, safe=""),
            service=quote(look.service, safe=""),
            model=quote(look.model, safe=""),
        )
        status, document = await self._api.ask("GET", filled_in(self._url, quoted), (200, 404))
        if status == 404:
            return Measured(trouble=f"{self._api.name} has no metrics of version {look.version}.")
        try:
            found = resolve(document, pointer)
        except LookupError:
            return Measured(trouble=f"There is nothing at {pointer} in the answer of {self._api.name}.")
        if not isinstance(found, Decimal):
            return Measured(trouble=f"What is at {pointer} in the answer of {self._api.name} isn't a number.")
        return Measured(str(found)[:100])


def resolve(document: Any, pointer: str) -> Any:
    """What the JSON Pointer leads to. Raises LookupError if it leads nowhere."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document[name]
        elif isinstance(document, list) and name.isascii() and name.isdigit() and str(int(name)) == name:
            document = document[int(name)]
        else:
            raise LookupError(pointer)
    return document


@asynccontextmanager
async def _open(name: str, address: MetricsAddress, reach: Reach) -> AsyncIterator[LiveSource]:
    async with open_metrics_api(name, address, reach) as api:
        yield HttpMetrics(api, address.url)


HTTP = MetricsKind("http", _open)
