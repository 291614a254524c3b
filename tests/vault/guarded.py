"""A namespace in which Vault's own approvers guard an entitlement, set up with the files of examples/vault/quorum."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import requests

from bot.demo.openbao import OpenBao, configure_openbao, write_policy
from bot.demo.warehouse import EXAMPLES
from integrations.vault import AppRole
from integrations.vault.search import is_of_token
from tests.vault.conftest import Servers
from workflows.ports import MintOrder

PATH = "database/creds/warehouse-pii"
POLICY = "grant-high-warehouse-pii"
REQUESTER = "U0SCIENTIST"
OWNERS = ("U0OWNER", "U0SECOND")
AUTHORIZE = "sys/control-group/authorize"


class Refused(Exception):
    """Vault said no."""


@dataclass(frozen=True)
class Guarded:
    """The servers seen from that namespace, its people by Slack user id, and what each of them can do there."""

    servers: Servers
    entities: dict[str, str]

    @property
    def bao(self) -> OpenBao:
        return self.servers.bao

    def call(self, method: str, path: str, by: str, **body: Any) -> Any:
        """What Vault answers to whoever has this token, `by`. Raises Refused."""
        headers = {"X-Vault-Token": by, "X-Vault-Namespace": self.bao.namespace}
        answer = requests.request(
            method, f"{self.bao.addr}/v1/{path}", json=body or None, headers=headers, timeout=20
        )
        if not answer.ok:
            raise Refused(answer.text)
        return answer.json() if answer.content else {}

    def signed_in(self, person: str) -> str:
        """A person's own token."""
        answer = self.call("POST", f"auth/userpass/login/{person}", "", password=_PASSWORD)
        return str(answer["auth"]["client_token"])

    def authorizes(self, person: str, accessor: str) -> bool:
        """They authorize a request by their own token; whether it has enough with that. Raises Refused."""
        answer = self.call("POST", AUTHORIZE, self.signed_in(person), accessor=accessor)
        return bool(answer["data"]["approved"])

    def order(self, *, seconds: float = 60, requester: str = REQUESTER) -> MintOrder:
        order = self.servers.order(path=PATH, policy=POLICY, seconds=seconds)
        return replace(order, requester=requester)

    def made(self) -> set[str]:
        """The lease of every credential of the entitlement."""
        return {one for one in self.servers.leases(PATH) if not is_of_token(one.rpartition("/")[2])}

    def daypass(self, high: bool) -> str:
        """A token of one of Daypass's logins."""
        login = self.servers.login.high if high else self.servers.login.everyday
        assert isinstance(login, AppRole)
        proof = {"role_id": login.role_id, "secret_id": login.secret_id.get_secret_value()}
        return str(self.call("POST", "auth/approle/login", "", **proof)["auth"]["client_token"])

    def owners(self, *people: str) -> None:
        """Who is in the group of owners from now on."""
        members = [self.entities[one] for one in people]
        self.bao.call("POST", "identity/group/name/data-owners", member_entity_ids=members)

    @contextmanager
    def policy(self, rules: str) -> Iterator[None]:
        """The entitlement's policy in Vault, meanwhile."""
        write_policy(self.bao, POLICY, rules)
        yield
        write_policy(self.bao, POLICY, _example(POLICY))


_PASSWORD = "correct horse"


def guard(
    servers: Any,
    namespace: str = "guarded",
    owners: Sequence[str] = OWNERS,
    others: Sequence[str] = (REQUESTER, "U0STRANGER"),
) -> Guarded:
    """Set it up as an operator would, in these servers. Everyone has the alias of a requester, owners too."""
    bao = servers.bao.within(namespace)
    bao.at_root.call("POST", f"sys/namespaces/{namespace}")
    login = configure_openbao(bao, servers.warehouse)
    write_policy(bao, POLICY, _example(POLICY))
    accessor = _run_setup(bao)
    bao.call("POST", "sys/auth/userpass", type="userpass")
    sign_in = bao.call("GET", "sys/auth/userpass")["data"]["accessor"]
    entities = {one: _person(bao, one, sign_in, accessor) for one in (*others, *owners)}
    found = Guarded(replace(servers, bao=bao, login=login), entities)
    found.owners(*owners)
    return found


def _person(bao: OpenBao, name: str, sign_in: str, requesters: str) -> str:
    bao.call(
        "POST",
        f"auth/userpass/users/{name}",
        password=_PASSWORD,
        token_policies=["approvers"],
        token_no_default_policy=True,
    )
    bao.call("POST", f"identity/entity/name/{name}")
    entity = str(bao.call("GET", f"identity/entity/name/{name}")["data"]["id"])
    for mount, alias in ((sign_in, name.lower()), (requesters, name)):
        bao.call("POST", "identity/entity-alias", name=alias, canonical_id=entity, mount_accessor=mount)
    return entity


def _run_setup(bao: OpenBao) -> str:
    """examples/vault/quorum/setup.sh; what it prints is the token mount's accessor."""
    environment = {
        "VAULT": str(bao.binary),
        "BAO_ADDR": bao.addr,
        "BAO_TOKEN": bao.root_token,
        "BAO_NAMESPACE": bao.namespace,
        "PATH": os.environ["PATH"],
        "HOME": str(bao.directory),
    }
    script = EXAMPLES / "quorum" / "setup.sh"
    ran = subprocess.run(
        ["sh", str(script.resolve())], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def _example(policy: str) -> str:
    return (EXAMPLES / "quorum" / f"{policy}.hcl").read_text()
