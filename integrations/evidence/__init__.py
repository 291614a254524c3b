"""The sources of evidence about versions. A new one is a module, its entry here, its settings in bot/settings.py and
bot/wiring/releases.py, a section in docs/evidence.md, and a case of tests/releases/test_evidence_sources.py.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime

from integrations.egress import Reach
from integrations.evidence.mlflow import MLFLOW
from integrations.evidence.source import EvidenceSource, OpenSource, SourceAddress
from integrations.mlflow.absent import NoMLflow

EVIDENCE_SOURCES = {source.name: source for source in (MLFLOW,)}


def open_source(
    address: SourceAddress | None, reach: Reach, now: Callable[[], datetime]
) -> AbstractAsyncContextManager[OpenSource]:
    """The source at this address; without one, what says that none is set up."""
    if address is None:
        return nullcontext(OpenSource(NoMLflow(), NoMLflow()))
    return EVIDENCE_SOURCES[address.source].open(address, reach, now)


__all__ = ["EVIDENCE_SOURCES", "EvidenceSource", "OpenSource", "SourceAddress", "open_source"]
