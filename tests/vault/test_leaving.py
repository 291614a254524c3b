"""P7 at the database: how a login of the warehouse ends, whatever whoever holds it does meanwhile.

These call what Vault's revocation statements call, as Vault's own login there.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from psycopg import sql

from bot.demo.warehouse import DATABASE
from tests.vault.clinging import AS_GROUP, ROW
from tests.vault.database import Database


def test_a_login_with_nobody_in_it_is_dropped_and_ending_it_again_is_right(database: Database) -> None:
    login = database.new_login()
    database.end(login)
    assert not database.knows(login)
    database.end(login)


def test_ending_goes_on_where_it_was_cut_short(database: Database) -> None:
    login = database.new_login()
    database.one(f'ALTER ROLE "{login["username"]}" NOLOGIN')
    database.end(login)
    assert not database.knows(login)


class TestWhoeverHoldsTheLogin:
    """What a client could do to stay, or to come back."""

    def test_can_t_act_as_the_group_that_has_the_rights(self, database: Database) -> None:
        login = database.new_login()
        with pytest.raises(psycopg.OperationalError, match="permission denied to set role"):
            database.connect(login, AS_GROUP)
        with database.connect(login) as session:
            assert session.execute(ROW).fetchone()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("SET ROLE features_read")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("SET SESSION AUTHORIZATION openbao")
        database.end(login)

    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER ROLE {} VALID UNTIL 'infinity'",
            "ALTER ROLE {} CREATEROLE",
            "GRANT {} TO daypass_confirm",
            "GRANT features_read TO daypass_confirm",
            "CREATE TABLE features.kept ()",
            "CREATE TABLE public.kept ()",
            "CREATE ROLE another LOGIN",
            "CALL daypass.end_login('somebody')",
        ],
    )
    def test_can_t_make_the_login_last_or_leave_something_behind(
        self, database: Database, statement: str
    ) -> None:
        login = database.new_login()
        with (
            database.connect(login) as session,
            pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidGrantOperation)),
        ):
            session.execute(sql.SQL(statement).format(sql.Identifier(login["username"])))
        database.end(login)

    def test_may_change_its_password_and_that_prolongs_nothing(self, database: Database) -> None:
        login = database.new_login(valid_seconds=1)
        with database.connect(login) as session:
            session.execute(f"ALTER ROLE \"{login['username']}\" PASSWORD 'another'")
        time.sleep(1.1)
        with pytest.raises(psycopg.OperationalError):
            database.connect({**login, "password": "another"})
        database.end(login)

    def test_can_t_hold_up_the_end_by_holding_its_own_row(self, database: Database) -> None:
        login = database.new_login()
        stop = threading.Event()

        def hold() -> None:
            while not stop.is_set():
                with suppress(psycopg.Error), database.connect(login) as session:
                    session.execute("BEGIN")
                    session.execute(f"ALTER ROLE \"{login['username']}\" PASSWORD 'another'")
                    login["password"] = "another"
                    stop.wait(5)

        holding = [threading.Thread(target=hold, daemon=True) for _ in range(3)]
        for each in holding:
            each.start()
        database.wait_until(login, "state = 'idle in transaction'")
        database.end(login)
        stop.set()
        assert not database.knows(login)

    def test_can_t_stay_by_not_reading_what_it_asked_for(self, database: Database) -> None:
        login = database.new_login()
        session = database.connect(login)
        query = b"SELECT repeat('x', 10000) FROM features.users, generate_series(1, 50)"
        session.pgconn.send_query(query)
        database.wait_until(login, "wait_event = 'ClientWrite'")
        database.end(login)
        assert not database.knows(login)
        session.close()

    def test_nor_by_listening_holding_locks_or_a_cursor(self, database: Database) -> None:
        login = database.new_login()
        sessions = [database.connect(login) for _ in range(3)]
        sessions[0].execute("LISTEN news")
        sessions[1].execute("SELECT pg_advisory_lock(1)")
        sessions[2].execute("BEGIN")
        sessions[2].execute("DECLARE rows CURSOR FOR SELECT user_id FROM features.users")
        database.end(login)
        for session, statement in zip(sessions, ("SELECT 1", ROW, "FETCH 1 FROM rows"), strict=True):
            with pytest.raises(psycopg.OperationalError):
                session.execute(statement)
        assert database.one("SELECT pg_try_advisory_lock(1)") == (True,)

    def test_nor_by_parallel_workers(self, database: Database) -> None:
        login = database.new_login()
        session = database.connect(
            login, "-c debug_parallel_query=on -c parallel_setup_cost=0 -c min_parallel_table_scan_size=0"
        )
        session.pgconn.send_query(
            b"SELECT count(*) FROM features.sessions a, features.sessions b, features.sessions c"
        )
        working = "SELECT count(*) > 0 FROM pg_stat_activity WHERE backend_type = 'parallel worker'"
        for _ in range(200):
            if database.one(working) == (True,):
                break
            time.sleep(0.02)
        assert database.one(working) == (True,)
        database.end(login)
        assert database.one(working) == (False,)
        session.close()

    def test_nor_by_a_connection_for_replication(self, database: Database) -> None:
        login = database.new_login()
        url = database.warehouse.postgres.bare_url(DATABASE)
        for kind in ("true", "database"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(url, user=login["username"], password=login["password"], replication=kind)
        database.end(login)


class TestALoginThatCantBeDropped:
    """Something of it is left in another database, which the warehouse's can't drop."""

    @pytest.fixture
    def elsewhere(self, database: Database) -> Iterator[str]:
        database.one("CREATE DATABASE elsewhere")
        yield "elsewhere"
        database.one("DROP DATABASE elsewhere WITH (FORCE)")

    def test_is_locked_with_its_sessions_ended_all_the_same(self, database: Database, elsewhere: str) -> None:
        login = database.new_login()
        database.one(f'CREATE TABLE kept (); ALTER TABLE kept OWNER TO "{login["username"]}"', elsewhere)
        session = database.connect(login)
        with pytest.raises(psycopg.errors.DependentObjectsStillExist):
            database.end(login)
        assert database.knows(login)
        assert not database.may_log_in(login)
        with pytest.raises(psycopg.OperationalError):
            session.execute(ROW)
        database.one("DROP TABLE kept", elsewhere)
        database.end(login)
        assert not database.knows(login)

    def test_a_function_of_it_that_others_may_call_reads_nothing_more(self, database: Database) -> None:
        """Somebody let the login create things: the function acts as the login, and outlives its sessions."""
        login = database.new_login()
        name = login["username"]
        database.one("CREATE SCHEMA kept")
        database.one(f'GRANT USAGE, CREATE ON SCHEMA kept TO "{name}"')
        with database.connect(login) as session:
            session.execute(
                "CREATE FUNCTION kept.reads() RETURNS bigint SECURITY DEFINER LANGUAGE sql "
                "AS 'SELECT count(*) FROM features.users'"
            )
        database.one("CREATE VIEW kept.depends AS SELECT kept.reads()")
        with pytest.raises(psycopg.errors.DependentObjectsStillExist):
            database.end(login)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.one("SELECT kept.reads()")
        database.one("DROP SCHEMA kept CASCADE")
        database.end(login)
        assert not database.knows(login)
