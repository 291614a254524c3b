"""P6: no secret in a log, an error or a repr; and Daypass itself can read no secret path."""

import logging

import pytest

from integrations.vault import AppRole, Connection, FixedToken, Logins, VaultCredentials
from integrations.vault.errors import Cause, Failure, without_values
from tests.vault.conftest import Servers, handles
from workflows.ports import Permanent, Retryable


@pytest.mark.parametrize("name", ["warehouse-read", "warehouse-write", "warehouse-pii", "warehouse-sample"])
async def test_daypass_s_own_token_can_read_no_secret_path(
    servers: Servers, connection: Connection, name: str
) -> None:
    with pytest.raises(Failure, match="permission denied"):
        await connection.run(connection.own, "get", f"database/creds/{name}")


async def test_daypass_s_own_token_can_t_give_itself_more(servers: Servers, connection: Connection) -> None:
    for path, body in [
        ("auth/token/create", {}),
        ("sys/policies/acl/daypass", {"policy": ""}),
        ("auth/token/roles/daypass", {"orphan": False}),
        ("database/roles/warehouse-read", {}),
        ("transit/keys/daypass-log/config", {"exportable": True}),
    ]:
        with pytest.raises(Failure, match="permission denied"):
            await connection.run(connection.own, "post", path, body)


async def test_nothing_that_is_logged_or_shown_holds_a_secret(
    servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    connection = Connection(servers.bao.addr, servers.login)
    vault = VaultCredentials(connection)
    order = servers.order()
    minted = await vault.mint(order)
    data = servers.unwrap(minted)
    await vault.end(handles(order, minted), frozenset())
    fixed = FixedToken(servers.everyday.secret_id)
    shown = " ".join(map(repr, (minted, connection, vault, servers.login, fixed))) + str(minted)
    secrets = (
        data["password"],
        minted.wrapping_token.get_secret_value(),
        servers.everyday.secret_id.get_secret_value(),
    )
    assert not [secret for secret in secrets if secret in caplog.text + shown]
    await connection.close()


async def test_no_error_chain_carries_what_was_sent_or_answered(servers: Servers) -> None:
    wrong = servers.everyday.secret_id.get_secret_value()[:-4] + "0000"
    login = AppRole(servers.everyday.role_id, type(servers.everyday.secret_id)(wrong))
    connection = Connection(servers.bao.addr, Logins(login, namespace=servers.bao.namespace))
    with pytest.raises(Permanent, match="VAULT_ROLE_ID and VAULT_SECRET_ID") as refused:
        await VaultCredentials(connection).mint(servers.order())
    assert wrong not in "".join(map(repr, _chain(refused.value)))
    await connection.close()


def test_a_reason_that_quotes_a_statement_loses_its_values() -> None:
    spoken = """syntax error: CREATE ROLE "v-x" PASSWORD 'hEq3J-htXOBeH2DZ4N-e' near hEq3J-htXOBeH2DZ4N-e"""
    assert "hEq3J" not in without_values(Failure(Cause.FAILED, 500, spoken)).reason


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    link: BaseException | None = error
    while link is not None:
        found.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return found


async def test_a_broken_creation_statement_never_shows_the_password(
    servers: Servers, vault: VaultCredentials
) -> None:
    path = "database/creds/broken"
    servers.bao.call(
        "POST",
        "database/roles/broken",
        db_name="warehouse",
        creation_statements=["CREATE ROLE \"{{name}}\" LOGIN PASWORD '{{password}}'"],
    )
    rules = f'path "{path}" {{ capabilities = ["read"] }}'
    servers.bao.call("PUT", "sys/policies/acl/grant-broken", policy=rules)
    with pytest.raises(Retryable) as failed:
        await vault.mint(servers.order(policy="grant-broken", path=path))
    assert "SCRAM" not in str(failed.value)
