"""What a kind of event sink is: how its address is read, and how it is opened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from workflows.audit.forwarding.sink import EventSink, Placed

Encode = Callable[[Placed], dict[str, Any]]
"""An event as the receiver is to have it."""


@dataclass(frozen=True)
class EventSinkKind:
    """`fault` says what is wrong with an address, if anything; `open` makes the sink, which sends by the client."""

    fault: Callable[[str], str | None]
    open: Callable[[str, str, Encode, httpx2.AsyncClient], EventSink]
    """From its name and its address."""
