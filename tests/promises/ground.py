"""What one Daypass has for itself: a path, policies, a token role and a login in OpenBao, rules, a database.

Its paths belong to a Daypass alone, so many can only share servers if none shares anything else.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal

import psycopg
import requests
from pydantic import SecretStr

from bot.demo.openbao import EXAMPLES, OpenBao, bound_login, write_policy
from bot.demo.warehouse import DATABASE, Warehouse
from bot.settings import Settings
from integrations.vault import AppRole
from tests.people import ADA, EDSGER, GRACE
from tests.promises.slack import Slack

ENTITLEMENT = "reading"
Outage = Literal["sealed", "dead"]
_numbers = count(1)

_BUNDLE = {
    "daypass.yaml": """
name: Test
log_origin: daypass.test/{name}
channels: {{approvals: "#approvals", alarms: "#alarms", audit: "#audit"}}
defaults: {{duration: 1m, shortest: 1s, lapse: 1h}}
""",
    "groups.yaml": f"""
groups:
  askers: {{{{members: [{ADA}]}}}}
  deciders: {{{{members: [{GRACE}, {EDSGER}]}}}}
""",
    "environments.yaml": """
environments:
  test: {{title: Test, rule: {{eligible: [askers], longest: 1h}}}}
""",
    "resources/warehouse.yaml": f"""
resource: warehouse
title: The warehouse
environment: test
entitlements:
  {ENTITLEMENT}:
    title: Read the warehouse
    description: Its features.
    risk: low
    vault: {{{{path: "database/creds/{{name}}", policy: "grant-{{name}}", target: warehouse}}}}
    connect: psql
    rule:
      stages: [{{{{name: deciders, approvers: [deciders], quorum: 1, notify: channel}}}}]
""",
}


@dataclass
class Servers:
    """What all of them share, and what a test looks at behind Daypass's back."""

    bao: OpenBao
    warehouse: Warehouse
    slack: Slack
    started_again: Callable[[OpenBao], None] = lambda bao: None
    """Told of the server that runs instead of one that was killed."""

    def as_administrator(self, statement: str, database: str = DATABASE) -> list[tuple[object, ...]]:
        with psycopg.connect(self.warehouse.postgres.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def connect(self, login: Mapping[str, str]) -> psycopg.Connection:
        """As the requester does. Raises psycopg.OperationalError if PostgreSQL refuses."""
        url = self.warehouse.postgres.url(DATABASE, login["username"], login["password"])
        return psycopg.connect(url, autocommit=True)

    def listed(self, path: str) -> list[str]:
        """What OpenBao lists there; nothing if there is no such place."""
        try:
            return list(self.bao.call("LIST", path)["data"]["keys"])
        except requests.HTTPError as error:
            if error.response is not None and error.response.status_code == 404:
                return []
            raise

    def tokens(self) -> Iterator[dict[str, Any]]:
        """Every token that OpenBao knows."""
        for accessor in self.listed("auth/token/accessors"):
            with suppress(requests.HTTPError):
                yield self.bao.call("POST", "auth/token/lookup-accessor", accessor=accessor)["data"]

    def logins(self, ground: "Ground") -> list[str]:
        """The roles that OpenBao has made in the warehouse for the ground and not dropped yet."""
        pattern = f"v-%-{ground.name}-%"
        found = self.as_administrator(f"SELECT rolname FROM pg_roles WHERE rolname LIKE '{pattern}'")
        return [str(name) for (name,) in found]

    def logins_let_in(self, ground: "Ground") -> list[str]:
        """Those of them that PostgreSQL still lets in."""
        pattern = f"v-%-{ground.name}-%"
        found = self.as_administrator(
            f"SELECT rolname FROM pg_roles WHERE rolname LIKE '{pattern}' "
            "AND coalesce(rolvaliduntil, 'infinity') > now()"
        )
        return [str(name) for (name,) in found]


@dataclass(frozen=True)
class Ground:
    """`name` is what OpenBao calls everything that is this Daypass's own."""

    name: str
    directory: Path
    settings: Settings = field(repr=False)

    @property
    def path(self) -> str:
        return f"database/creds/{self.name}"

    @property
    def slack_token(self) -> str:
        return self.settings.slack_bot_token.get_secret_value()


def open_to_all_roles(bao: OpenBao, warehouse: Warehouse) -> None:
    """Let the warehouse's connection in OpenBao serve any role."""
    bao.call(
        "POST",
        f"database/config/{DATABASE}",
        plugin_name="postgresql-database-plugin",
        connection_url=warehouse.vault_connection_url,
        username=warehouse.manager,
        password=warehouse.manager_password,
        password_authentication="scram-sha-256",
        allowed_roles=["*"],
        max_open_connections=16,
        max_idle_connections=8,
    )


@asynccontextmanager
async def away(servers: Servers, how: Outage) -> AsyncIterator[None]:
    """OpenBao out of order while the block lasts, and repaired after it."""
    if how == "sealed":
        servers.bao.seal()
    else:
        servers.bao.kill()
    try:
        yield
    finally:
        if how == "sealed":
            await servers.bao.unseal()
        else:
            servers.bao = await servers.bao.start_again()
            servers.started_again(servers.bao)


def new_ground(servers: Servers, directory: Path, database_url: str) -> Ground:
    """Set one up, as an operator would."""
    name = f"g{next(_numbers)}"
    login = _let_in(servers.bao, name)
    home = directory / name
    settings = Settings(
        slack_bot_token=SecretStr(f"xoxb-{name}"),
        slack_signing_secret=SecretStr("of-the-test"),
        slack_api_url=servers.slack.url,  # type: ignore[arg-type]
        database_url=SecretStr(database_url),
        vault_addr=servers.bao.addr,  # type: ignore[arg-type]
        vault_role_id=login.role_id,
        vault_secret_id=login.secret_id,
        vault_namespace=servers.bao.namespace,
        daypass_bundle=_write_bundle(home / "bundle", name),
        daypass_vault_token_role=name,
        daypass_targets={DATABASE: SecretStr(servers.warehouse.confirmer_url)},
    )
    return Ground(name, home, settings)


def _write_bundle(bundle: Path, name: str) -> Path:
    for file, text in _BUNDLE.items():
        (bundle / file).parent.mkdir(parents=True, exist_ok=True)
        (bundle / file).write_text(text.format(name=name))
    return bundle


def _let_in(bao: OpenBao, name: str) -> AppRole:
    own = (EXAMPLES / "daypass.hcl").read_text()
    for place in ("auth/token/create/daypass", "auth/token/roles/daypass", "auth/approle/role/daypass"):
        assert place in own
        own = own.replace(place, place.replace("daypass", name))
    own = own.replace('creds/warehouse-*" {', f'creds/{name}*" {{').replace(
        "creds/warehouse-*", f"creds/{name}/*"
    )
    own = own.replace("roles/warehouse-*", f"roles/{name}")
    of_grants = (EXAMPLES / "grant-warehouse-read.hcl").read_text().replace("warehouse-read", name)
    write_policy(bao, f"daypass-{name}", own)
    write_policy(bao, f"grant-{name}", of_grants)
    bao.call("POST", f"auth/token/roles/{name}", **json.loads((EXAMPLES / "token-role.json").read_text()))
    bao.call("POST", f"database/roles/{name}", **json.loads((EXAMPLES / "warehouse-read.json").read_text()))
    return bound_login(bao, name, [f"daypass-{name}"], ttl="20s")
