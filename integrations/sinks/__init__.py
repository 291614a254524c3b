"""Sinks for the log's signed heads, besides the audit channel. A new one is a module, its entry here, a paragraph in
docs/for-operators.md, and a case of tests/audit/test_sinks.py.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated

from pydantic import BeforeValidator

from integrations.sinks.http import open_http
from integrations.sinks.json_lines import open_json_lines
from integrations.sinks.s3 import open_object_lock
from workflows.audit.sinks import LogSink

KINDS: Mapping[str, Callable[[str], LogSink]] = {
    "file": open_json_lines,
    "https": open_http,
    "http": open_http,
    "s3+https": open_object_lock,
    "s3+http": open_object_lock,
}
"""How each kind is opened, by the scheme of its URL."""


def open_sinks(urls: Iterable[str]) -> tuple[LogSink, ...]:
    """The sinks at these URLs. Raises ValueError, with a sentence, for one that can't be a sink's."""
    return tuple(_open(url) for url in urls)


def _read(urls: object) -> object:
    found = urls.split() if isinstance(urls, str) else urls
    if isinstance(found, list | tuple):
        open_sinks(map(str, found))
    return found


SinkAddresses = Annotated[tuple[str, ...], BeforeValidator(_read)]
"""As a setting: addresses with spaces between them."""


def _open(url: str) -> LogSink:
    scheme = url.partition("://")[0]
    if scheme not in KINDS:
        raise ValueError(
            f"“{url[:80]}” isn't a sink; begin with {' or '.join(f'{kind}://' for kind in KINDS)}"
        )
    return KINDS[scheme](url)
