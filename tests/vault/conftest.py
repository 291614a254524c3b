"""A real OpenBao and a real PostgreSQL for every test of this directory, started once."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType

import hvac
import hvac.exceptions
import psycopg
import pytest

from bot.demo.openbao import ENTITLEMENTS, OpenBao, configure_openbao, start_openbao
from bot.demo.postgres import start_postgres
from bot.demo.warehouse import DATABASE, Warehouse, build_warehouse
from integrations.vault import AppRole, Connection, Logins, VaultCredentials
from tests.vault.database import Database
from workflows.policy.engines import inferred_engine
from workflows.ports import CredentialHandles, Minted, MintOrder, Retryable

_numbers = count(1)


@dataclass
class Servers:
    """The two servers, and what a test looks at behind Daypass's back."""

    bao: OpenBao
    warehouse: Warehouse
    login: Logins

    def order(
        self,
        name: str = "warehouse-read",
        *,
        seconds: float = 60,
        policy: str | None = None,
        path: str | None = None,
        parameters: Mapping[str, str] = MappingProxyType({}),
        engine: str | None = None,
    ) -> MintOrder:
        number = next(_numbers)
        path = path or f"database/creds/{name}"
        return MintOrder(
            credential=f"crd_{number}",
            grant=f"acc_{number}",
            requester="U0SCIENTIST",
            vault_policy=policy or ENTITLEMENTS[name],
            secrets_engine=engine or inferred_engine(path) or "",
            path=path,
            parameters=parameters,
            ends_at=datetime.now(UTC) + timedelta(seconds=seconds),
            granted=timedelta(seconds=seconds),
        )

    @property
    def everyday(self) -> AppRole:
        """Daypass's everyday login."""
        assert isinstance(self.login.everyday, AppRole)
        return self.login.everyday

    def root(self) -> hvac.Client:
        """An operator in Daypass's namespace."""
        return hvac.Client(self.bao.addr, token=self.bao.root_token, namespace=self.bao.namespace)

    def unwrap(self, minted: Minted) -> dict[str, str]:
        """As the requester does: the wrapping token is the client token."""
        client = hvac.Client(self.bao.addr, token=minted.wrapping_token.get_secret_value())
        return dict(client.adapter.put("/v1/sys/wrapping/unwrap")["data"])

    def connect(self, data: dict[str, str]) -> psycopg.Connection:
        url = self.warehouse.postgres.url(DATABASE, data["username"], data["password"])
        return psycopg.connect(url, autocommit=True)

    def as_administrator(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.warehouse.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def roles(self) -> set[str]:
        """The logins that Vault has made in the warehouse and not dropped yet."""
        rows = self.as_administrator("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'")
        return {str(name) for (name,) in rows}

    def leases(self, path: str = "database/creds/warehouse-read") -> set[str]:
        try:
            return {f"{path}/{key}" for key in self.root().sys.list_leases(path)["data"]["keys"]}
        except hvac.exceptions.InvalidPath:
            return set()

    def token(self, accessor: str) -> dict[str, object] | None:
        """None if it is gone, or going: then OpenBao denies even root to look at it."""
        try:
            return dict(self.root().auth.token.lookup_accessor(accessor)["data"])
        except (hvac.exceptions.InvalidRequest, hvac.exceptions.Forbidden):
            return None

    def tokens_of(self, credential: str) -> list[str]:
        try:
            accessors = self.root().auth.token.list_accessors()["data"]["keys"]
        except hvac.exceptions.InvalidPath:
            return []  # there is no token at all
        found = [self.token(accessor) for accessor in accessors]
        return [
            str(token["accessor"])
            for token in found
            if token and isinstance(meta := token["meta"], dict) and meta.get("credential") == credential
        ]


def handles(order: MintOrder, minted: Minted) -> CredentialHandles:
    return CredentialHandles(
        credential=order.credential,
        path=order.path,
        accessor=minted.accessor,
        lease_id=minted.lease_id,
        wrapping_accessor=minted.wrapping_accessor,
        expires_at=minted.expires_at,
        valid_until=minted.valid_until,
        account=minted.account,
    )


async def ended_at_last(
    vault: VaultCredentials, lost: CredentialHandles, known: frozenset[str] = frozenset()
) -> None:
    """Return once Vault has confirmed the end of what was lost, which it doesn't while the minting may go on."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await vault.end(lost, known)
            except Retryable:
                await asyncio.sleep(0.1)


async def start_servers(directory: Path) -> Servers:
    async def start_warehouse() -> Warehouse:
        return await asyncio.to_thread(build_warehouse, await start_postgres(directory / "postgres"))

    bao, warehouse = await asyncio.gather(start_openbao(directory / "openbao"), start_warehouse())
    return Servers(bao, warehouse, configure_openbao(bao, warehouse))


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = asyncio.run(start_servers(tmp_path_factory.mktemp("servers")))
    yield running
    running.bao.kill()
    running.warehouse.postgres.stop()


@pytest.fixture(scope="session")
def database(warehouse: Warehouse) -> Database:
    """A warehouse that no Vault makes logins in: the test does."""
    return Database(warehouse)


@pytest.fixture
async def connection(servers: Servers) -> AsyncIterator[Connection]:
    opened = Connection(servers.bao.addr, servers.login)
    yield opened
    await opened.close()


@pytest.fixture
def vault(connection: Connection) -> VaultCredentials:
    return VaultCredentials(connection)


@pytest.fixture
def hasty_vault(connection: Connection) -> VaultCredentials:
    """Calls a minting lost after a second and a half, so that a test needn't wait for it."""
    return VaultCredentials(connection, mint_within=1.0)
