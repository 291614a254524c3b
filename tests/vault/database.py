"""The warehouse as Vault's own login, its administrator, and whoever was given a login see it."""

import json
import time
from itertools import count

import psycopg

from bot.demo.warehouse import DATABASE, EXAMPLES, Warehouse
from tests.vault.clinging import opener

_RECIPE = json.loads((EXAMPLES / "warehouse-write.json").read_text())
_numbers = count(1)


class Database:
    """The warehouse, as Vault's own login and as its administrator see it."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._manager = warehouse.postgres.url(DATABASE, warehouse.manager, warehouse.manager_password)

    def new_login(self, valid_seconds: float = 60) -> dict[str, str]:
        """As Vault makes one, by the recipe's own statements."""
        login = {"username": f"v-test-{next(_numbers)}", "password": "not-a-secret"}
        (until,) = self.one(f"SELECT now() + interval '{valid_seconds} seconds'")
        values = {"name": login["username"], "password": login["password"], "expiration": str(until)}
        with psycopg.connect(self._manager, autocommit=True) as vault:
            for statement in _RECIPE["creation_statements"]:
                vault.execute(_filled(statement, values))
        return login

    def end(self, login: dict[str, str]) -> None:
        """As Vault does. Raises psycopg.Error."""
        with psycopg.connect(self._manager, autocommit=True) as vault:
            vault.execute("BEGIN")
            for statement in _RECIPE["revocation_statements"]:
                vault.execute(_filled(statement, {"name": login["username"]}))
            vault.execute("COMMIT")

    def connect(self, login: dict[str, str], options: str = "") -> psycopg.Connection:
        return opener(self.warehouse.postgres.bare_url(DATABASE), login)(options)

    def wait_until(self, login: dict[str, str], condition: str) -> None:
        """Return once a session of the login is as the condition on pg_stat_activity says."""
        query = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{login['username']}' AND {condition}"
        while self.one(query) == (0,):
            time.sleep(0.01)

    def wait_until_closed(self, login: dict[str, str]) -> None:
        """The server notices a little after the client that a session is over."""
        query = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{login['username']}'"
        while self.one(query) != (0,):
            time.sleep(0.01)

    def one(self, query: str, database: str = DATABASE) -> tuple[object, ...]:
        """As the administrator."""
        with psycopg.connect(self.warehouse.postgres.url(database), autocommit=True) as administrator:
            cursor = administrator.execute(query)
            return (cursor.fetchone() or ()) if cursor.description else ()

    def knows(self, login: dict[str, str]) -> bool:
        return self.one(f"SELECT count(*) FROM pg_roles WHERE rolname = '{login['username']}'") == (1,)

    def may_log_in(self, login: dict[str, str]) -> bool:
        return self.one(f"SELECT rolcanlogin FROM pg_roles WHERE rolname = '{login['username']}'") == (True,)


def _filled(statement: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        statement = statement.replace("{{" + name + "}}", value)
    return statement
