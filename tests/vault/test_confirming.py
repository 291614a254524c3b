"""P7: Daypass asks at the database itself, with a login that is worth nearly nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from integrations.targets import open_targets
from tests.vault.clinging import ROW
from tests.vault.database import Database
from workflows.access.canary import LoginTarget
from workflows.ports import Retryable, Target


@pytest.fixture
async def target(database: Database) -> AsyncIterator[Target]:
    async with open_targets({"warehouse": SecretStr(database.warehouse.confirmer_url)}) as targets:
        yield targets["warehouse"]


async def test_a_login_that_was_ended_is_confirmed_gone(database: Database, target: Target) -> None:
    login = database.new_login()
    database.end(login)
    await target.confirm_gone(login["username"])


async def test_a_login_that_is_still_there_is_told_with_what_to_do(
    database: Database, target: Target
) -> None:
    """As after `bao lease revoke -force`: Vault has forgotten it, and nobody has dropped it."""
    login = database.new_login()
    with database.connect(login) as session:
        with pytest.raises(Retryable, match=rf"sessions are still open.*{login['username']}"):
            await target.confirm_gone(login["username"])
        assert session.execute(ROW).fetchone(), "whoever has a right to be there is left alone"
    database.wait_until_closed(login)
    with pytest.raises(Retryable, match=f"still has the login {login['username']}"):
        await target.confirm_gone(login["username"])
    database.end(login)
    await target.confirm_gone(login["username"])


async def test_a_session_of_a_login_that_is_gone_is_ended_before_anything_is_confirmed(
    database: Database, target: Target
) -> None:
    login = database.new_login()
    session = database.connect(login)
    database.one(f'DROP ROLE "{login["username"]}"')
    await target.confirm_gone(login["username"])
    with pytest.raises(psycopg.OperationalError):
        session.execute("SELECT 1")


@pytest.mark.parametrize("what", ["NOLOGIN", "VALID UNTIL '2020-01-01'"])
async def test_so_is_one_of_a_login_that_is_locked_or_past_its_time(
    database: Database, target: Target, what: str
) -> None:
    login = database.new_login()
    session = database.connect(login)
    database.one(f'ALTER ROLE "{login["username"]}" {what}')
    await target.confirm_gone("v-somebody-else")
    with pytest.raises(psycopg.OperationalError):
        session.execute("SELECT 1")
    database.end(login)


async def test_logins_that_vault_does_not_make_are_left_alone(database: Database, target: Target) -> None:
    with _administrators_login(database, "VALID UNTIL '2020-01-01'") as session:
        await target.confirm_gone("v-somebody-else")
        assert session.execute("SELECT 1").fetchone() == (1,)


async def test_many_are_confirmed_at_once_and_each_by_what_is_left_of_it(
    database: Database, target: Target
) -> None:
    """They are asked about together; one that is still there holds up nobody else's confirmation."""
    held, unused = database.new_login(), database.new_login()
    there = {held["username"]: "sessions are still open", unused["username"]: "still has the login"}
    gone = {f"v-gone-{number}": None for number in range(140)}
    with database.connect(held):
        asked = [*gone, *there]
        said = await asyncio.gather(*map(target.confirm_gone, asked), return_exceptions=True)
    for name, answer in zip(asked, said, strict=True):
        if name in gone:
            assert answer is None, f"{name}: {answer}"
        else:
            assert isinstance(answer, Retryable)
            assert there[name] in str(answer)
            assert name in str(answer)
    for login in held, unused:
        database.end(login)


async def test_what_is_asked_while_another_is_under_way_is_looked_at_anew(
    database: Database, target: Target
) -> None:
    """An answer is never older than its question."""
    login = database.new_login()
    earlier = asyncio.create_task(target.confirm_gone(login["username"]))
    await asyncio.sleep(0)
    database.end(login)
    await target.confirm_gone(login["username"])
    await asyncio.gather(earlier, return_exceptions=True)


async def test_one_that_is_given_up_spoils_no_other(target: Target) -> None:
    first = asyncio.create_task(target.confirm_gone("v-gone"))
    second = asyncio.create_task(target.confirm_gone("v-gone"))
    await asyncio.sleep(0)
    first.cancel()
    await second
    await target.confirm_gone("v-gone-too")


async def test_a_database_that_is_away_or_refuses_is_to_be_asked_again(database: Database) -> None:
    away = "postgresql://daypass_confirm:no-secret@127.0.0.1:9/warehouse"
    wrong = database.warehouse.confirmer_url.replace(database.warehouse.confirmer_password, "wrong-password")
    reaper, password = database.warehouse.reaper, database.warehouse.reaper_password
    without_rights = database.warehouse.postgres.url("warehouse", reaper, password)
    urls = {"away": away, "wrong": wrong, "without": without_rights}
    async with open_targets({name: SecretStr(url) for name, url in urls.items()}) as targets:
        for name, why in (
            ("away", "no connection"),
            ("wrong", "no connection"),
            ("without", "permission denied"),
        ):
            with pytest.raises(Retryable, match=why) as raised:
                await targets[name].confirm_gone("v-somebody")
            assert "password" not in str(raised.value)
            assert "no-secret" not in str(raised.value)


async def test_a_broken_connection_is_made_anew(database: Database, target: Target) -> None:
    await target.confirm_gone("v-somebody")
    database.one("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'daypass_confirm'")
    await target.confirm_gone("v-somebody")


class TestDaypasssLoginThere:
    @pytest.fixture
    def session(self, database: Database) -> Iterator[psycopg.Connection]:
        with psycopg.connect(database.warehouse.confirmer_url, autocommit=True) as session:
            yield session

    @pytest.mark.parametrize(
        "statement",
        [
            ROW,
            "SELECT * FROM pii.customers",
            "SELECT * FROM sample.users",
            "SELECT * FROM daypass.leftovers",
            "SELECT daypass.end_sessions('v-somebody')",
            "SELECT daypass.lock_login('v-somebody')",
            "CALL daypass.end_login('v-somebody')",
            "SET ROLE daypass_warden",
            "SET ROLE pg_signal_backend",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
            "CREATE TABLE daypass.kept ()",
            "CREATE TABLE public.kept ()",
            "CREATE TEMP TABLE kept ()",
            "ALTER FUNCTION daypass.login_exists OWNER TO daypass_confirm",
        ],
    )
    def test_can_t(self, session: psycopg.Connection, statement: str) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(statement)

    def test_can_t_lead_the_functions_astray(self, database: Database, session: psycopg.Connection) -> None:
        """They run with another's rights: what they name is what the system's catalog has under that name."""
        session.execute("SET search_path = pg_temp, public, daypass")
        assert session.execute("SELECT daypass.login_exists('postgres')").fetchone() == (True,)

    def test_can_t_end_the_session_of_a_login_that_has_a_right_to_be_there(
        self, database: Database, session: psycopg.Connection
    ) -> None:
        login = database.new_login()
        with database.connect(login) as theirs:
            assert session.execute("SELECT * FROM daypass.end_leftovers(%s)", [login["username"]]).fetchall()
            assert theirs.execute(ROW).fetchone()
        database.end(login)


@contextmanager
def _administrators_login(database: Database, option: str) -> Iterator[psycopg.Connection]:
    """A session of somebody whom no Vault made."""
    database.one("CREATE ROLE analyst LOGIN PASSWORD 'not-a-secret'")
    database.one("GRANT CONNECT ON DATABASE warehouse TO analyst")
    with database.connect({"username": "analyst", "password": "not-a-secret"}) as session:
        database.one(sql.SQL("ALTER ROLE analyst " + option).as_string())
        yield session
    database.one("DROP OWNED BY analyst")
    database.one("DROP ROLE analyst")


async def test_a_login_is_tried_and_let_in_until_it_is_gone(database: Database, target: Target) -> None:
    login = database.new_login()
    assert isinstance(target, LoginTarget)
    assert await target.admits(login["username"], SecretStr(login["password"]))
    database.end(login)
    assert not await target.admits(login["username"], SecretStr(login["password"]))


async def test_a_database_that_does_not_answer_refuses_nobody() -> None:
    """Or a control test would take an outage for a login that is gone."""
    async with open_targets({"away": SecretStr("postgresql://nobody@127.0.0.1:9/none")}) as targets:
        away = targets["away"]
        assert isinstance(away, LoginTarget)
        with pytest.raises(Retryable, match="couldn't be tried at the database away"):
            await away.admits("v-somebody", SecretStr("no-secret"))
