"""Unity Catalog of Databricks as a source of evidence."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from integrations.egress import Reach
from integrations.evidence.source import EvidenceSource, OpenSource, SourceAddress
from integrations.unity_catalog import CatalogAliasTarget, UnityCatalogRegistry, open_unity_catalog
from workflows.ports import Permanent

NOT_SET_UP = "Databricks isn't set up. Ask an operator to set DAYPASS_DATABRICKS_URL."


@asynccontextmanager
async def _open(
    address: SourceAddress, reach: Reach, now: Callable[[], datetime]
) -> AsyncIterator[OpenSource]:
    if address.key is None:
        raise Permanent(NOT_SET_UP)
    async with open_unity_catalog(address.url, address.key, reach) as catalog:
        yield OpenSource(UnityCatalogRegistry(catalog), {"catalog-alias": CatalogAliasTarget(catalog)})


UNITY_CATALOG = EvidenceSource("unity-catalog", _open, ("catalog-alias",), NOT_SET_UP, untried=True)
