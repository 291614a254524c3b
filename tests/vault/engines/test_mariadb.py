"""P7 at MariaDB: what Vault's procedure ends is ended, and Daypass asks there with a login that is worth nearly nothing."""

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
import pytest
from pydantic import SecretStr

from integrations.targets import open_targets
from tests.vault.engines.mariadb import ROW, MariaDB
from workflows.access.canary import LoginTarget
from workflows.ports import Retryable, Target

Login = dict[str, str]
READERS = 4


class Logins:
    """Makes logins as Vault does, each with a name of its own among all workers."""

    def __init__(self, mariadb: MariaDB, worker: str) -> None:
        self.mariadb = mariadb
        self._worker = worker
        self._number = 0

    def new(self) -> Login:
        self._number += 1
        login = {"username": f"v-test-{self._worker}-{self._number}", "password": "not-a-secret"}
        with self.as_vault() as vault:
            vault.execute(f"CREATE USER '{login['username']}'@'%' IDENTIFIED BY '{login['password']}'")
            vault.execute(f"GRANT SELECT ON orders.* TO '{login['username']}'@'%'")
        return login

    def end(self, login: Login) -> None:
        with self.as_vault() as vault:
            vault.execute(f"CALL daypass.end_login('{login['username']}')")

    @contextmanager
    def as_vault(self) -> Iterator[Any]:
        login = {"username": "openbao", "password": self.mariadb.manager}
        with self.mariadb.connect(login) as session, session.cursor() as cursor:
            yield cursor


@pytest.fixture(scope="module")
def logins(mariadb: MariaDB, worker_id: str) -> Logins:
    return Logins(mariadb, worker_id)


@pytest.fixture
async def target(mariadb: MariaDB) -> AsyncIterator[Target]:
    async with open_targets({"orders": SecretStr(mariadb.confirmer_url)}) as targets:
        yield targets["orders"]


def reads(session: pymysql.Connection) -> bool:
    with suppress(pymysql.MySQLError), session.cursor() as cursor:
        cursor.execute(ROW)
        return cursor.fetchone() is not None
    return False


async def test_a_login_that_was_ended_is_confirmed_gone_with_its_sessions(
    logins: Logins, target: Target
) -> None:
    login = logins.new()
    session = logins.mariadb.connect(login)
    assert reads(session)
    logins.end(login)
    assert not reads(session)
    await target.confirm_gone(login["username"])


async def test_a_login_that_is_still_there_is_told_with_what_to_do(logins: Logins, target: Target) -> None:
    login = logins.new()
    with logins.mariadb.connect(login) as session:
        with pytest.raises(Retryable, match=rf"sessions of {login['username']} are still open"):
            await target.confirm_gone(login["username"])
        assert reads(session), "whoever has a right to be there is left alone"
    logins.mariadb.wait_until_closed(login)
    with pytest.raises(Retryable, match=f"still has the login {login['username']}"):
        await target.confirm_gone(login["username"])
    logins.end(login)
    await target.confirm_gone(login["username"])


async def test_a_session_of_a_login_that_is_gone_is_ended_before_anything_is_confirmed(
    logins: Logins, target: Target
) -> None:
    """As after `DROP USER` by hand, which closes nothing."""
    login = logins.new()
    session = logins.mariadb.connect(login)
    logins.mariadb.as_administrator(f"DROP USER '{login['username']}'")
    await target.confirm_gone(login["username"])
    assert not reads(session)


def test_ending_twice_or_what_is_gone_is_harmless(logins: Logins) -> None:
    login = logins.new()
    logins.end(login)
    logins.end(login)


def test_only_what_vault_made_can_be_ended_by_vault_s_procedure(logins: Logins) -> None:
    with pytest.raises(pymysql.OperationalError, match="only logins that Vault created"):
        logins.end({"username": "daypass_confirm"})


async def test_clients_that_reconnect_read_nothing_after_the_end(logins: Logins, target: Target) -> None:
    login = logins.new()
    with clinging(logins.mariadb, login) as last_row:
        while not last_row():
            time.sleep(0.01)
        logins.end(login)
        await target.confirm_gone(login["username"])
        confirmed_at = time.time()
        time.sleep(0.3)
    assert last_row() < confirmed_at


@contextmanager
def clinging(mariadb: MariaDB, login: Login) -> Iterator[Callable[[], float]]:
    """Clients that log in again and again and read; when the newest query that gave a row was sent."""
    rows = [0.0] * READERS
    over = threading.Event()

    def cling(number: int) -> None:
        while not over.is_set():
            with suppress(pymysql.MySQLError), mariadb.connect(login) as session:
                for _ in range(10 + 1_000 * (number % 2)):
                    asked_at = time.time()
                    if over.is_set() or not reads(session):
                        break
                    rows[number] = asked_at
                    time.sleep(0.002)
            time.sleep(0.02)

    threads = [threading.Thread(target=cling, args=(number,), daemon=True) for number in range(READERS)]
    for thread in threads:
        thread.start()
    yield lambda: max(rows)
    over.set()
    for thread in threads:
        thread.join(20)


class Slow(pymysql.Connection):
    """Has the server ask for the password a second time, and lets the login end before it answers."""

    def __init__(self, meanwhile: Callable[[], None], **options: Any) -> None:
        self._meanwhile = meanwhile
        super().__init__(**options)

    def _get_server_information(self) -> None:
        super()._get_server_information()
        self._auth_plugin_name = "sha256_password"

    def _process_auth(self, *asked: Any) -> Any:
        self._meanwhile()
        return super()._process_auth(*asked)


async def test_who_was_just_logging_in_while_it_ended_reads_nothing(logins: Logins, target: Target) -> None:
    login, ended = logins.new(), []

    def end() -> None:
        logins.end(login)
        ended.append(login)

    address = {"host": "127.0.0.1", "port": logins.mariadb.port}
    session = None
    with suppress(pymysql.MySQLError):
        session = Slow(end, **address, user=login["username"], password=login["password"])
    assert ended, "the server didn't ask again"
    assert session is None or not reads(session)
    await target.confirm_gone(login["username"])


async def test_a_login_is_tried_and_let_in_until_it_is_gone(logins: Logins, target: Target) -> None:
    login = logins.new()
    assert isinstance(target, LoginTarget)
    assert await target.admits(login["username"], SecretStr(login["password"]))
    logins.mariadb.as_administrator(f"DROP USER '{login['username']}'")
    assert not await target.admits(login["username"], SecretStr(login["password"]))


async def test_a_database_that_is_away_or_refuses_is_to_be_asked_again(mariadb: MariaDB) -> None:
    urls = {
        "away": "mariadb://daypass_confirm:no-secret@127.0.0.1:9",
        "wrong": mariadb.confirmer_url.replace(mariadb.confirmer, "wrong-password"),
        "without": f"mariadb://openbao:{mariadb.manager}@127.0.0.1:{mariadb.port}",
    }
    async with open_targets({name: SecretStr(url) for name, url in urls.items()}) as targets:
        for name, why in (
            ("away", "no connection could be made"),
            ("wrong", "refused Daypass's login"),
            ("without", "may not call"),
        ):
            with pytest.raises(Retryable, match=why) as raised:
                await targets[name].confirm_gone("v-somebody")
            assert "password" not in str(raised.value)
            assert "no-secret" not in str(raised.value)


@pytest.mark.parametrize(
    "statement",
    [
        ROW,
        "SELECT user FROM mysql.user",
        "SELECT authentication_string FROM mysql.user",
        "CALL daypass.end_login('v-somebody')",
        "CALL daypass.close_sessions('root', @told)",
        "CREATE USER another",
        "CREATE TABLE daypass.kept (id INT)",
        "ALTER PROCEDURE daypass.end_leftovers SQL SECURITY INVOKER",
    ],
)
def test_daypass_s_login_there_can_t(mariadb: MariaDB, statement: str) -> None:
    login = {"username": "daypass_confirm", "password": mariadb.confirmer}
    with (
        mariadb.connect(login) as session,
        session.cursor() as cursor,
        pytest.raises(pymysql.MySQLError) as no,
    ):
        cursor.execute(statement)
    assert no.value.args[0] in (1044, 1095, 1142, 1143, 1227, 1370), no.value


def test_nor_end_a_session_of_somebody_who_may_be_there(logins: Logins) -> None:
    login = logins.new()
    confirmer = {"username": "daypass_confirm", "password": logins.mariadb.confirmer}
    with logins.mariadb.connect(login) as theirs, logins.mariadb.connect(confirmer) as ours:
        with ours.cursor() as cursor, pytest.raises(pymysql.MySQLError):
            cursor.execute(f"KILL {theirs.thread_id()}")
        assert reads(theirs)
    logins.end(login)
