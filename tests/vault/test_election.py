"""While Vault elects its active node: nothing is told wrongly, lost or doubled, and every credential ends."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from bot.demo.openbao import configure_openbao
from bot.demo.warehouse import Warehouse
from integrations.vault import Connection, Logins, TransitSigner, VaultCredentials, ready
from tests.vault.cluster import Cluster, start_cluster
from tests.vault.conftest import Servers, ended_at_last, handles
from workflows.ports import CredentialHandles, Retryable

PATH = "database/creds/warehouse-read"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    running = asyncio.run(start_cluster(tmp_path_factory.mktemp("cluster")))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def logins(cluster: Cluster, warehouse: Warehouse) -> Logins:
    return configure_openbao(cluster.first, warehouse)


@dataclass
class Work:
    """What two Daypasses do all the while, one at each node, and what came of it."""

    servers: Servers
    connections: tuple[Connection, ...]
    live: dict[str, CredentialHandles] = field(default_factory=dict)
    lost: dict[str, CredentialHandles] = field(default_factory=dict)
    said: dict[str, set[str]] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    over: bool = False

    async def minting(self, connection: Connection) -> None:
        order = self.servers.order(seconds=120)
        asked = CredentialHandles(order.credential, order.path, asked_at=datetime.now(UTC))
        self.live[order.credential] = asked
        try:
            minted = await VaultCredentials(connection, mint_within=5.0).mint(order)
        except Retryable:
            self.lost[order.credential] = self.live.pop(order.credential)
            raise
        self.live[order.credential] = replace(handles(order, minted), asked_at=asked.asked_at)

    async def ending(self, connection: Connection) -> None:
        held = next((one for one in self.live.values() if one.accessor), None)
        if held is None:
            return
        del self.live[held.credential]
        try:
            await VaultCredentials(connection).end(held, frozenset())
        except Retryable:
            self.live[held.credential] = held
            raise

    async def signing(self, connection: Connection) -> None:
        await TransitSigner(connection).sign(b"a checkpoint")

    async def comparing(self, connection: Connection) -> None:
        known = {**self.live, **self.lost}
        found = await VaultCredentials(connection).reconcile(frozenset({PATH}), known, datetime.now(UTC))
        assert found == []

    async def logging_in(self, connection: Connection) -> None:
        stranger = Connection(connection.addr, self.servers.login)
        try:
            if trouble := await ready(stranger):
                raise Retryable(trouble)
        finally:
            await stranger.close()

    async def keep_doing(self, what: str, connection: Connection) -> None:
        deed: Callable[[Connection], Awaitable[None]] = getattr(self, what)
        while not self.over:
            try:
                await deed(connection)
                self.done[what] = self.done.get(what, 0) + 1
            except Retryable as error:
                self.said.setdefault(what, set()).add(str(error))
            await asyncio.sleep(0.1)

    async def has_done_each(self) -> None:
        """Return once each deed has been done from now on."""
        self.done.clear()
        async with asyncio.timeout(60):
            while set(self.done) != set(DEEDS):
                await asyncio.sleep(0.02)


TRUE = ("no active node", "An election ends by itself", "internal error")
"""What may be said meanwhile: the last is OpenBao's own word for what it broke off."""
MAX_ELECTIONS = 20
"""Until somebody has met one while logging in: it can be over sooner than anybody tries."""
DEEDS = ("minting", "ending", "signing", "comparing", "logging_in")


@pytest.fixture
async def work(cluster: Cluster, logins: Logins, warehouse: Warehouse) -> AsyncIterator[Work]:
    servers = Servers(cluster.first, warehouse, logins)
    connections = tuple(Connection(node.addr, logins) for node in (cluster.first, cluster.second))
    yield Work(servers, connections)
    for connection in connections:
        await connection.close()


async def test_an_election_is_told_as_one_and_nothing_is_lost_or_doubled(
    cluster: Cluster, work: Work
) -> None:
    busy = [asyncio.create_task(work.keep_doing(what, one)) for what in DEEDS for one in work.connections]
    await work.has_done_each()
    for _ in range(MAX_ELECTIONS):
        before = cluster.active()
        assert before
        await cluster.step_down()
        await cluster.taken_over(before)
        await work.has_done_each()
        if "logging_in" in work.said:
            break
    work.over = True
    await asyncio.gather(*busy)

    told = {sentence for sentences in work.said.values() for sentence in sentences}
    assert "logging_in" in work.said, (
        "whichever of the true sentences: how long each moment lasts is up to the machine"
    )
    assert not [one for one in told if not any(words in one for words in TRUE)], told
    assert [await ready(one) for one in work.connections] == [None, None]
    tokens = _tokens(work)
    for one in work.live.values():
        assert tokens[one.credential] == [one.accessor]
    assert {one.lease_id for one in work.live.values()} <= work.servers.leases()
    await _end_all(work)
    assert work.servers.leases() == set()
    assert not _tokens(work)


def _tokens(work: Work) -> dict[str, list[str]]:
    """Accessors of the live tokens of grants, by credential."""
    root, found = work.servers.root(), defaultdict(list)
    for accessor in root.auth.token.list_accessors()["data"]["keys"]:
        token = work.servers.token(accessor)
        if token and isinstance(meta := token["meta"], dict) and "credential" in meta:
            found[meta["credential"]].append(accessor)
    return found


async def _end_all(work: Work) -> None:
    vault = VaultCredentials(work.connections[0], mint_within=0.5)
    everything = [*work.live.values(), *work.lost.values()]
    await asyncio.gather(*(ended_at_last(vault, one) for one in everything))
