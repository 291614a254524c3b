"""What an operator hears at start: nothing if all is there, else what is missing and what to do."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from integrations.vault import (
    AppRole,
    Connection,
    TransitSigner,
    VaultCredentials,
    check_setup,
    ready,
)
from tests.vault.conftest import Servers

WAREHOUSE = [
    (f"grant-{name}", f"database/creds/{name}")
    for name in ("warehouse-read", "warehouse-write", "warehouse-pii")
]
PATHS = frozenset(path for _, path in WAREHOUSE)


async def test_the_files_of_examples_are_a_complete_set_up(connection: Connection) -> None:
    assert await ready(connection) is None
    assert await check_setup(connection, WAREHOUSE) == []


async def test_the_script_sets_up_an_empty_namespace_and_daypass_works_in_it(servers: Servers) -> None:
    bao = servers.bao
    bao.call("POST", "sys/namespaces/team")
    settings = _apply(servers, "team")
    login = AppRole(settings["VAULT_ROLE_ID"], SecretStr(settings["VAULT_SECRET_ID"]))
    connection = Connection(bao.addr, login, namespace="team")
    assert await ready(connection) is None
    assert await check_setup(connection, []) == []
    assert set(await TransitSigner(connection).public_keys()) == {1}
    assert await VaultCredentials(connection).reconcile(PATHS, {}, datetime.now(UTC)) == []
    assert _apply(servers, "team")["VAULT_ROLE_ID"] == login.role_id
    await connection.close()


async def test_a_policy_that_allows_too_little_is_named_with_what_it_lacks(
    servers: Servers, connection: Connection
) -> None:
    rules = 'path "database/creds/warehouse-read" { capabilities = ["read"] }'
    servers.bao.call("PUT", "sys/policies/acl/grant-thin", policy=rules)
    assert await check_setup(connection, [("grant-thin", "database/creds/warehouse-read")]) == [
        "The Vault policy grant-thin has to allow update on sys/leases/renew.",
        "The Vault policy grant-thin has to allow update on sys/wrapping/wrap.",
    ]


async def test_a_missing_token_role_and_key_are_named(connection: Connection) -> None:
    said = " ".join(await check_setup(connection, [], token_role="nobody", key="no-key"))
    for path in ("auth/token/create/nobody", "auth/token/roles/nobody", "transit/keys/no-key"):
        assert path in said


async def test_not_ready_says_why(servers: Servers, connection: Connection) -> None:
    servers.bao.seal()
    try:
        assert await ready(connection) == "Vault is sealed. An operator has to unseal it."
    finally:
        await servers.bao.unseal()
    assert await ready(connection) is None


async def test_not_ready_without_a_server_or_a_login(servers: Servers) -> None:
    nobody = Connection("http://127.0.0.1:9", servers.login)
    assert "can't be reached" in str(await ready(nobody))
    stranger = Connection(servers.bao.addr, AppRole("no-such-role", servers.login.secret_id))
    assert "VAULT_ROLE_ID" in str(await ready(stranger))
    await nobody.close()
    await stranger.close()


def _apply(servers: Servers, namespace: str) -> dict[str, str]:
    """examples/vault/apply.sh, run as an operator would; its settings."""
    environment = {
        "VAULT": str(servers.bao.binary),
        "BAO_ADDR": servers.bao.addr,
        "BAO_TOKEN": servers.bao.root_token,
        "BAO_NAMESPACE": namespace,
        "PATH": os.environ["PATH"],
        "HOME": str(servers.bao.directory),
    }
    script = Path("examples/vault/apply.sh").resolve()
    ran = subprocess.run(["sh", str(script)], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return dict(line.split("=", 1) for line in ran.stdout.splitlines())
