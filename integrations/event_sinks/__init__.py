"""Systems that are sent the log's events, by the setting that names them. A new kind is a module, its entry here, a paragraph
in docs/sinks.md, and a case of tests/audit/test_event_sinks.py.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Annotated, Any

from pydantic import BeforeValidator, SecretStr

from integrations.egress import Reach
from integrations.event_sinks.http import HTTP, SPLUNK
from integrations.event_sinks.ocsf import to_ocsf
from integrations.event_sinks.syslog import SYSLOG
from integrations.http_client import Guard, guarded_client
from workflows.audit.forwarding.sink import EventSink, Placed

KINDS = {
    "https": HTTP,
    "http": HTTP,
    "splunk": SPLUNK,
    "splunk+http": SPLUNK,
    "syslog+tls": SYSLOG,
    "syslog+tcp": SYSLOG,
}
"""By the scheme of the address. Those without encryption lead to this machine alone."""
SEND_SECONDS = 25.0
MAX_ANSWER_BYTES = 64 << 10
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def read_event_sinks(given: object) -> object:
    """Read a JSON object of addresses by name. Raises ValueError with a sentence that repeats no address."""
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise ValueError('this must be a JSON object of addresses, such as {"siem": "https://…"}')
    for name, url in found.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(
                f"“{str(name)[:40]}” can't be a sink's name; use up to 40 lower-case letters, digits and hyphens"
            )
        address = url.get_secret_value() if isinstance(url, SecretStr) else str(url)
        if fault := _fault(address):
            raise ValueError(f"the address of {name} {fault}")
    return dict(found)


EventSinkAddresses = Annotated[dict[str, SecretStr], BeforeValidator(read_event_sinks)]
"""As a setting: addresses by name. They are secret, since a login may be in them."""


def _fault(url: str) -> str | None:
    kind = KINDS.get(url.partition("://")[0])
    if kind is None:
        return f"isn't one that Daypass can send to; begin with {', '.join(f'{one}://' for one in KINDS)}"
    try:
        return kind.fault(url)
    except ValueError:
        return "isn't a valid address"


@asynccontextmanager
async def open_event_sinks(
    addresses: Mapping[str, SecretStr], reach: Reach, origin: Callable[[], str]
) -> AsyncIterator[tuple[EventSink, ...]]:
    """The sinks; none of them has to answer yet. `origin` is the log's name."""
    urls = {name: url.get_secret_value() for name, url in addresses.items()}
    for url in urls.values():
        reach = reach.naming(url)
    async with guarded_client(Guard(reach), max_bytes=MAX_ANSWER_BYTES, seconds=SEND_SECONDS) as client:
        encode = partial(_encoded, origin)
        yield tuple(
            KINDS[url.partition("://")[0]].open(name, url, encode, client) for name, url in urls.items()
        )


def _encoded(origin: Callable[[], str], event: Placed) -> dict[str, Any]:
    return to_ocsf(event, origin(), version("daypass"))
