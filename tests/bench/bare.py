"""The recipe's calls to Vault, and the question to the database at the end, made alone over kept-alive
connections: what Daypass is compared with."""

import threading
from dataclasses import dataclass
from typing import Any

import psycopg
import requests
from requests.adapters import HTTPAdapter

from bot.demo.openbao import TOKEN_ROLE, AppRole, Logins, OpenBao
from bot.demo.warehouse import Warehouse

PATH = "database/creds/warehouse-read"
POLICY = "grant-warehouse-read"


@dataclass(frozen=True)
class BareCredential:
    login: str
    accessor: str
    lease_id: str
    wrapping_accessor: str
    wrapping_token: str


class BareVault:
    """One session, eight and more connections; logged in once, as Daypass is."""

    def __init__(self, bao: OpenBao, logins: Logins, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._threads = threading.local()
        self._url = f"{bao.addr}/v1/"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("http://", HTTPAdapter(pool_connections=2, pool_maxsize=32))
        role = logins.everyday
        assert isinstance(role, AppRole)
        self._session.headers["X-Vault-Namespace"] = logins.namespace or ""
        login = {"role_id": role.role_id, "secret_id": role.secret_id.get_secret_value()}
        self._own = self._call("POST", "auth/approle/login", "", login)["auth"]["client_token"]

    def mint(self, seconds: int) -> BareCredential:
        """Token, credential, renewed lease, wrapped: the four calls of one minting."""
        wanted = {
            "policies": [POLICY],
            "no_default_policy": True,
            "ttl": f"{seconds}s",
            "explicit_max_ttl": f"{seconds}s",
            "meta": {"credential": "bench", "grant": "bench", "requester": "bench"},
        }
        auth = self._call("POST", f"auth/token/create/{TOKEN_ROLE}", self._own, wanted)["auth"]
        token = auth["client_token"]
        answer = self._call("GET", PATH, token)
        self._call("PUT", "sys/leases/renew", token, {"lease_id": answer["lease_id"], "increment": seconds})
        wrapped = self._call("POST", "sys/wrapping/wrap", token, answer["data"], wrap=min(seconds, 300))[
            "wrap_info"
        ]
        return BareCredential(
            answer["data"]["username"],
            auth["accessor"],
            answer["lease_id"],
            wrapped["accessor"],
            wrapped["token"],
        )

    def unwrap(self, token: str) -> dict[str, Any]:
        """What the requester does with the wrapping token."""
        return dict(self._call("POST", "sys/wrapping/unwrap", token)["data"])

    def end(self, credential: BareCredential) -> None:
        """The calls that end and confirm one credential; what Vault no longer knows is fine."""
        self._try("POST", "auth/token/revoke-accessor", {"accessor": credential.wrapping_accessor})
        self._try("PUT", "sys/leases/revoke", {"lease_id": credential.lease_id, "sync": True})
        self._try("POST", "auth/token/revoke-accessor", {"accessor": credential.accessor})
        while self._try("PUT", "sys/leases/lookup", {"lease_id": credential.lease_id}):
            self._try("PUT", "sys/leases/revoke", {"lease_id": credential.lease_id, "sync": True})
        database = self._database()
        database.execute("SELECT session FROM daypass.end_leftovers(%s)", [credential.login])
        database.execute("SELECT daypass.login_exists(%s)", [credential.login])

    def _database(self) -> psycopg.Connection:
        """One for each thread that ends."""
        if not hasattr(self._threads, "database"):
            self._threads.database = psycopg.connect(self._warehouse.confirmer_url, autocommit=True)
        found: psycopg.Connection = self._threads.database
        return found

    def _call(
        self, method: str, path: str, token: str, body: Any = None, wrap: int | None = None
    ) -> dict[str, Any]:
        headers = {"X-Vault-Token": token, "X-Vault-Request": "true"}
        if wrap:
            headers["X-Vault-Wrap-TTL"] = str(wrap)
        answer = self._session.request(method, self._url + path, json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}

    def _try(self, method: str, path: str, body: Any) -> bool:
        headers = {"X-Vault-Token": self._own, "X-Vault-Request": "true"}
        answer = self._session.request(method, self._url + path, json=body, headers=headers, timeout=30)
        return answer.ok
