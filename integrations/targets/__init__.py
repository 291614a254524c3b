"""Where credentials are used: asked whether one is really gone, after Vault has said so."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import SecretStr

from integrations.targets.postgresql import open_postgresql
from workflows.ports import Targets

KINDS = {"postgresql": open_postgresql}
"""How each kind is opened, by the scheme of its URL."""


@asynccontextmanager
async def open_targets(urls: Mapping[str, SecretStr]) -> AsyncIterator[Targets]:
    """The targets by name; none has to answer yet. Their connections close with the block."""
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(KINDS[_scheme(url)](name, url))
            for name, url in urls.items()
        }


def _scheme(url: SecretStr) -> str:
    return url.get_secret_value().partition("://")[0]
