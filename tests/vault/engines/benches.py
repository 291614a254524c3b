"""Engines whose credentials can be ended, each with its server behind a gate, to try bad days on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from bot.demo.warehouse import DATABASE
from tests.vault.conftest import Servers
from tests.vault.engines.gate import Gate
from tests.vault.engines.mariadb import MariaDB
from tests.vault.engines.rabbitmq import RabbitMQ
from tests.vault.setting_up import example, mariadb_connection, rabbitmq_connection, write_grant

WAREHOUSE = "database/config/warehouse"


@dataclass(frozen=True)
class Bench:
    """One engine: what an operator can look at and do at its server, and tell Vault about it."""

    engine: str
    path: str
    policy: str
    role: str
    """The role's path in Vault."""
    settings: Mapping[str, Any]
    """The role's own."""
    ceiling: str
    """Where Vault keeps how long its credentials can last."""
    gate: Gate
    accounts: Callable[[], set[str]]
    """The names of what Vault has made there."""
    drop: Callable[[str], Any]
    """Drops one by hand."""
    change_password: Callable[[str], Any]
    """Of Vault's own login there, behind Vault's back."""
    tell: Callable[[str], Any]
    """Gives Vault the password."""
    password: str
    """Of Vault's own login, as it was set up."""
    leave: Callable[[], Any]
    """Takes what was set up in Vault away."""


def database(servers: Servers, running: Callable[[str], Any]) -> Bench:
    bao, warehouse = servers.bao, servers.warehouse
    gate = Gate(warehouse.postgres.port)
    before = bao.call("GET", WAREHOUSE)["data"]

    def tell(password: str, port: int = gate.port) -> None:
        url = warehouse.vault_connection_url.replace(f":{warehouse.postgres.port}/", f":{port}/")
        settings = {"username": warehouse.manager, "password": password, "connection_url": url}
        fixed = {"plugin_name": before["plugin_name"], "allowed_roles": before["allowed_roles"]}
        bao.call("POST", WAREHOUSE, **settings, **fixed, password_authentication="scram-sha-256")

    def change_password(password: str) -> None:
        with psycopg.connect(warehouse.postgres.url(DATABASE), autocommit=True) as administrator:
            login = sql.Identifier(warehouse.manager)
            administrator.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, password))

    tell(warehouse.manager_password)
    return Bench(
        "database",
        "database/creds/warehouse-read",
        "grant-warehouse-read",
        "database/roles/warehouse-read",
        example("warehouse-read"),
        "database/roles/warehouse-read",
        gate,
        servers.roles,
        lambda name: servers.as_administrator(f'DROP OWNED BY "{name}"; DROP ROLE "{name}"'),
        change_password,
        tell,
        warehouse.manager_password,
        lambda: tell(warehouse.manager_password, warehouse.postgres.port),
    )


def mariadb(servers: Servers, running: Callable[[str], Any]) -> Bench:
    server: MariaDB = running("mariadb")
    worker = str(running("worker_id"))
    manager, role, bao, gate = f"openbao_{worker}", f"{worker}-orders", servers.bao, Gate(server.port)
    server.add_manager(manager)

    def tell(password: str) -> None:
        bao.call("POST", config, **mariadb_connection(gate.port, password, manager), allowed_roles=[role])

    config = f"database/config/{manager}"
    settings = example("mariadb/orders-read") | {"db_name": manager}
    tell(server.manager)
    bao.call("POST", f"database/roles/{role}", **settings)
    return Bench(
        "database",
        f"database/creds/{role}",
        write_grant(servers.bao, "mariadb/grant-orders-read", f"database/creds/{role}"),
        f"database/roles/{role}",
        settings,
        f"database/roles/{role}",
        gate,
        lambda: server.logins(role),
        lambda name: server.as_administrator(f"DROP USER '{name}'"),
        lambda password: server.as_administrator(f"ALTER USER {manager} IDENTIFIED BY '{password}'"),
        tell,
        server.manager,
        lambda: [bao.call("DELETE", path) for path in (f"database/roles/{role}", config)],
    )


def rabbitmq(servers: Servers, running: Callable[[str], Any]) -> Bench:
    server: RabbitMQ = running("rabbitmq")
    worker = str(running("worker_id"))
    manager, bao, gate = f"openbao-{worker}", servers.bao, Gate(server.management)

    def change_password(password: str) -> None:
        server.call("PUT", f"users/{manager}", password=password, tags="administrator")

    def tell(password: str) -> None:
        bao.call("POST", "rabbitmq/config/connection", **rabbitmq_connection(gate.port, password, manager))

    settings = example("rabbitmq/events-read") | {"tags": worker}
    change_password(server.manager)
    bao.call("POST", "sys/mounts/rabbitmq", type="rabbitmq")
    tell(server.manager)
    bao.call("POST", "rabbitmq/roles/events-read", **settings)
    return Bench(
        "rabbitmq",
        "rabbitmq/creds/events-read",
        write_grant(servers.bao, "rabbitmq/grant-events-read", "rabbitmq/creds/events-read"),
        "rabbitmq/roles/events-read",
        settings,
        "rabbitmq/config/lease",
        gate,
        lambda: server.users(worker),
        lambda name: server.call("DELETE", f"users/{name}"),
        change_password,
        tell,
        server.manager,
        lambda: bao.call("DELETE", "sys/mounts/rabbitmq"),
    )


BENCHES = {one.__name__: one for one in (database, mariadb, rabbitmq)}
