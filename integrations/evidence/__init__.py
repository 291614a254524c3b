"""The sources of evidence about versions. A new one is a module, its entry here, its settings in bot/settings.py and
bot/wiring/releases.py, a section in docs/evidence.md, and a case of tests/releases/test_evidence_sources.py.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from datetime import datetime

from integrations.egress import Reach
from integrations.evidence.absent import NotSetUp
from integrations.evidence.github import GITHUB
from integrations.evidence.mlflow import MLFLOW
from integrations.evidence.sagemaker import SAGEMAKER
from integrations.evidence.source import EvidenceSource, OpenSource, SourceAddress
from integrations.evidence.unity_catalog import UNITY_CATALOG
from workflows.policy.terms.releases import EvidenceSource as SourceName

log = logging.getLogger(__name__)

EVIDENCE_SOURCES = {source.name: source for source in (MLFLOW, GITHUB, SAGEMAKER, UNITY_CATALOG)}


def open_source(
    name: str, address: SourceAddress | None, reach: Reach, now: Callable[[], datetime]
) -> AbstractAsyncContextManager[OpenSource]:
    """The source of this name at its address; without one, what says that it isn't set up."""
    source = EVIDENCE_SOURCES[name]
    if address is None:
        absent = NotSetUp(source.not_set_up)
        return nullcontext(OpenSource(absent, dict.fromkeys(source.targets, absent)))
    if source.untried:
        log.warning(
            "the source %s was only tried against documented answers, never against the system itself", name
        )
    return source.open(address, reach, now)


@asynccontextmanager
async def open_sources(
    addresses: Mapping[SourceName, SourceAddress | None], reach: Reach, now: Callable[[], datetime]
) -> AsyncIterator[Mapping[SourceName, OpenSource]]:
    """Open each of these. None of them has to answer yet."""
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(open_source(name, address, reach, now))
            for name, address in addresses.items()
        }


__all__ = ["EVIDENCE_SOURCES", "EvidenceSource", "OpenSource", "SourceAddress", "open_source", "open_sources"]
