"""An office whose console people sign in to through OpenBao, and whose API a pipeline calls."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from bot.demo.identity import (
    Pipeline,
    configure_pipeline,
    let_people_in,
    register_client,
    register_public_client,
)
from bot.demo.servers import answering, free_port
from bot.demo.stage import answers, spawn_sign_in
from tests.builders import Database, fresh_sqlite
from tests.flow.conftest import (  # noqa: F401  (fixtures)
    MUCH,
    OpenOffice,
    Rules,
    _quiet_libraries,
    open_office,
    rules,
    workspace,
)
from tests.flow.office import Office, Servers, Slack, opened, slack
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
async def machine(identity: Identity, people: People) -> Anybody:
    return await pipeline(identity, people)


async def pipeline(identity: Identity, people: People) -> Anybody:
    """The example's pipeline, with its token."""
    caller = await people.nobody()
    caller.client.headers["Authorization"] = f"Bearer {await asyncio.to_thread(identity.pipeline.token)}"
    return caller


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_office(
    identity: Identity,
    servers: Servers,
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Office]:
    """One office for all tests of a file that act on what is theirs alone."""
    database = fresh_sqlite(migrated_sqlite, tmp_path_factory.mktemp("shared"))
    async with slack() as there:
        settings = settings_of_sign_in(identity, servers, there)
        async with opened(servers, there, database.url, **MUCH, **settings) as office:
            yield office


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def acquainted(shared_office: Office) -> AsyncIterator[People]:
    """Who is signed in at the shared office until the last of its tests."""
    async with AsyncExitStack() as stack:
        yield People(shared_office, stack)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def known_auditor(acquainted: People) -> Anybody:
    return await acquainted.signed_in("barbara")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def known_machine(acquainted: People, identity: Identity) -> Anybody:
    return await pipeline(identity, acquainted)


@pytest.mark.asyncio(loop_scope="module")
class Sharing:
    """Tests that act on what is theirs share an office, and see in Slack and in its log nothing of one another.

    The auditor and the pipeline are signed in once for all of them: neither may be signed out. Pages and lists show
    what earlier tests did, too, and a key that was used in one isn't free in another.
    """

    @pytest_asyncio.fixture(loop_scope="module")
    async def office(self, shared_office: Office) -> Office:
        return await shared_office.anew()

    @pytest_asyncio.fixture(loop_scope="module")
    async def people(self, office: Office) -> AsyncIterator[People]:
        async with AsyncExitStack() as stack:
            yield People(office, stack)

    @pytest.fixture
    def barbara(self, office: Office, known_auditor: Anybody) -> Anybody:
        return known_auditor

    @pytest.fixture
    def machine(self, office: Office, known_machine: Anybody) -> Anybody:
        return known_machine


__all__ = ["Database", "Path"]
