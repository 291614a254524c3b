"""An office whose console people sign in to through OpenBao, and whose API a pipeline calls."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bot.demo.identity import (
    Pipeline,
    configure_pipeline,
    let_people_in,
    register_client,
    register_public_client,
)
from bot.demo.servers import answering, free_port
from bot.demo.stage import answers, spawn_sign_in
from tests.builders import Database
from tests.flow.conftest import (  # noqa: F401  (fixtures)
    OpenOffice,
    Rules,
    _quiet_libraries,
    open_office,
    rules,
    workspace,
)
from tests.flow.office import Office, Servers, Slack
from tests.web import terminal
from tests.web.reader import Anybody


@dataclass(frozen=True)
class Identity:
    """Where people type their password, and a program with a login of its own."""

    front: str
    pipeline: Pipeline


@pytest.fixture(scope="session")
def identity(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identity]:
    front = f"http://127.0.0.1:{free_port()}"
    page = spawn_sign_in(tmp_path_factory.mktemp("sign-in"), servers.bao, front)
    let_people_in(servers.bao, front)
    pipeline = configure_pipeline(servers.bao)
    there = f"{front}/v1/identity/oidc/provider/daypass/.well-known/openid-configuration"
    asyncio.run(answering(page, partial(answers, there), patience=60))
    yield Identity(front, pipeline)
    page.stop()


@pytest.fixture
def signing_in(identity: Identity, servers: Servers, workspace: Slack) -> dict[str, object]:  # noqa: F811
    return settings_of_sign_in(identity, servers, workspace)


def settings_of_sign_in(identity: Identity, servers: Servers, workspace: Slack) -> dict[str, object]:  # noqa: F811
    """The settings of a Daypass that people sign in to."""
    client = register_client(servers.bao, identity.front, f"{workspace.daypass}/sign-in/back")
    return {
        "daypass_url": workspace.daypass,
        "daypass_oidc_issuer": client.issuer,
        "daypass_oidc_client_id": client.client_id,
        "daypass_oidc_client_secret": client.client_secret,
        "daypass_oidc_cli_client_id": register_public_client(servers.bao, identity.front).client_id,
        "daypass_checkpoint_seconds": 0.3,
    }


@pytest.fixture
async def office(open_office: OpenOffice, signing_in: dict[str, object]) -> AsyncIterator[Office]:  # noqa: F811
    async with open_office(**signing_in) as office:
        yield office


@pytest.fixture
async def people(office: Office) -> AsyncIterator["People"]:
    async with AsyncExitStack() as stack:
        yield People(office, stack)


@dataclass
class People:
    """Opens browsers without a screen, each with cookies of its own."""

    office: Office
    stack: AsyncExitStack

    async def nobody(self) -> Anybody:
        return await self.stack.enter_async_context(Anybody(self.office.url))

    async def signed_in(self, name: str) -> Anybody:
        somebody = await self.nobody()
        await somebody.sign_in(name)
        return somebody

    async def at_a_terminal(self, name: str) -> Anybody:
        somebody = await self.nobody()
        await terminal.sign_in(somebody, name)
        return somebody


@pytest.fixture
async def machine(office: Office, identity: Identity, people: People) -> Anybody:
    """The example's pipeline, with its token."""
    caller = await people.nobody()
    caller.client.headers["Authorization"] = f"Bearer {await asyncio.to_thread(identity.pipeline.token)}"
    return caller


__all__ = ["Database", "Path"]
