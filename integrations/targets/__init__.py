"""Where credentials are used: asked whether one is really gone, after Vault has said so."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from integrations.targets.kind import TargetKind
from integrations.targets.mariadb import MARIADB
from integrations.targets.postgresql import POSTGRESQL
from integrations.targets.rabbitmq import RABBITMQ
from workflows.ports import Targets

KINDS: dict[str, TargetKind] = {
    "postgresql": POSTGRESQL,
    "mariadb": MARIADB,
    "mysql": MARIADB,
    "rabbitmq+https": RABBITMQ,
    "rabbitmq+http": RABBITMQ,
}
"""By the scheme of their URLs. A new one is a module, its entry here, a page of docs, and a case of
tests/vault/engines."""


@asynccontextmanager
async def open_targets(urls: Mapping[str, SecretStr]) -> AsyncIterator[Targets]:
    """The targets by name; none has to answer yet. Their connections close with the block."""
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(KINDS[_scheme(url)].open(name, url))
            for name, url in urls.items()
        }


def target_fault(url: str) -> str | None:
    """Say what is wrong with a target's URL, to go after its name; None if nothing is."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return f"isn't valid; write it like {POSTGRESQL.example}"
    kind = KINDS.get(parsed.drivername)
    if kind is None:
        return f"isn't of a kind that Daypass supports; it has to begin with {', '.join(f'{one}://' for one in KINDS)}"
    return kind.fault(parsed)


def _scheme(url: SecretStr) -> str:
    return url.get_secret_value().partition("://")[0]
