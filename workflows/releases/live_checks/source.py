"""Where live metrics are read, as the domain sees it: MLflow, Prometheus, an address that answers JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workflows.policy.schema.live_checks import LiveCheckTerms


@dataclass(frozen=True)
class Look:
    """What is to be read: the metric of a check, for a version, as of `at`."""

    check: LiveCheckTerms
    service: str
    model: str
    version: str
    at: datetime


@dataclass(frozen=True)
class Measured:
    """The one value that was found, as it was written; or `trouble`, why there is none to go by, as a sentence."""

    value: str = ""
    trouble: str = ""


class LiveSource(Protocol):
    """A system that has live metrics."""

    async def read(self, look: Look) -> Measured:
        """Read the value. Raises Retryable or Permanent if the system can't be asked."""


LiveSources = Mapping[str, LiveSource]
"""By the names that the bundle has for them."""


def filled_in(text: str, look: Look) -> str:
    """The text with the look's version, service and model for `$version`, `$service` and `$model`.

    What they may consist of can't end a string of PromQL or add to a path.
    """
    for name, value in (("$version", look.version), ("$service", look.service), ("$model", look.model)):
        text = text.replace(name, value)
    return text
