"""OpenBao as the identity provider of the demo: people sign in with a password, a pipeline by its AppRole.

OpenBao's OpenID Connect provider does all of it but one thing: the package that brings the server leaves out
its web interface, which has the page where people type their password. `bot.demo.sign_in` serves that page.
"""

from dataclasses import dataclass
from typing import Any

import requests
from pydantic import SecretStr

from bot.demo.cast import PEOPLE
from bot.demo.openbao import OpenBao

PASSWORD = "northwind"
"""Everybody's, in the demo."""
PROVIDER = "identity/oidc/provider/daypass"
PIPELINE = "nightly-training"
AUDIENCE = "daypass"
LOOPBACK = [
    f"http://{host}{path}" for host in ("127.0.0.1", "[::1]", "localhost") for path in ("/callback", "/", "")
]
"""Where a command line may be come back to, on any port."""
_KEY = "daypass"


@dataclass(frozen=True)
class Client:
    """Daypass as the provider knows it."""

    issuer: str
    client_id: str
    client_secret: SecretStr


@dataclass(frozen=True)
class PublicClient:
    """The command line as the provider knows it."""

    issuer: str
    client_id: str


@dataclass(frozen=True)
class Pipeline:
    """The login of a program that has OpenBao vouch for it."""

    addr: str
    role_id: str
    secret_id: SecretStr

    def token(self, role: str = PIPELINE) -> str:
        """A fresh signed token (JWT), good for ten minutes. Raises requests.HTTPError."""
        login = {"role_id": self.role_id, "secret_id": self.secret_id.get_secret_value()}
        answer = requests.post(f"{self.addr}/v1/auth/approle/login", json=login, timeout=30)
        answer.raise_for_status()
        headers = {"X-Vault-Token": answer.json()["auth"]["client_token"]}
        made = requests.get(f"{self.addr}/v1/identity/oidc/token/{role}", headers=headers, timeout=30)
        made.raise_for_status()
        return str(made.json()["data"]["token"])


def machines_issuer(bao: OpenBao) -> str:
    """What tokens of machines say in `iss`."""
    return f"{bao.addr}/v1/identity/oidc"


def let_people_in(bao: OpenBao, front: str) -> None:
    """Let people sign in with a password, at the page whose address is `front`."""
    bao = bao.at_root
    bao.call("POST", "sys/auth/userpass", type="userpass")
    accessor = _accessor(bao, "userpass")
    for _, name, *_ in PEOPLE:
        bao.call("POST", f"auth/userpass/users/{name}", password=PASSWORD)
        _entity(bao, name, accessor, name, email=f"{name}@northwind.example")
    bao.call("POST", f"identity/oidc/key/{_KEY}", allowed_client_ids=["*"], algorithm="RS256")
    email = '{"email": {{identity.entity.metadata.email}}, "email_verified": true}'
    bao.call("POST", "identity/oidc/scope/email", template=email)
    bao.call("POST", PROVIDER, allowed_client_ids=["*"], scopes_supported=["email"], issuer=front)


def register_client(bao: OpenBao, front: str, back: str, name: str = "daypass") -> Client:
    """Let a Daypass ask who somebody is; `back` is where it takes them again."""
    bao = bao.at_root
    bao.call(
        "POST",
        f"identity/oidc/client/{name}",
        redirect_uris=[back],
        assignments=["allow_all"],
        key=_KEY,
        client_type="confidential",
        id_token_ttl="10m",
        access_token_ttl="10m",
    )
    client = bao.call("GET", f"identity/oidc/client/{name}")["data"]
    return Client(f"{front}/v1/{PROVIDER}", client["client_id"], SecretStr(client["client_secret"]))


def register_public_client(bao: OpenBao, front: str, name: str = "daypass-terminal") -> PublicClient:
    """Let people's own computers ask who somebody is: without a secret, with PKCE, back to any port of their own.

    OpenBao asks public clients for PKCE, and ignores the port of a loopback address (RFC 8252, 7.3).
    """
    bao = bao.at_root
    bao.call(
        "POST",
        f"identity/oidc/client/{name}",
        redirect_uris=LOOPBACK,
        assignments=["allow_all"],
        key=_KEY,
        client_type="public",
        id_token_ttl="10m",
        access_token_ttl="10m",
    )
    client = bao.call("GET", f"identity/oidc/client/{name}")["data"]
    return PublicClient(f"{front}/v1/{PROVIDER}", client["client_id"])


def configure_pipeline(bao: OpenBao) -> Pipeline:
    """Let a program get tokens that name it; after `let_people_in`, whose key signs them."""
    bao = bao.at_root
    bao.call("POST", "sys/auth/approle", type="approle")
    claims = '{"machine": {{identity.entity.name}}}'
    role = f"identity/oidc/role/{PIPELINE}"
    bao.call("POST", role, key=_KEY, client_id=AUDIENCE, ttl="10m", template=claims)
    reads = f'path "identity/oidc/token/{PIPELINE}" {{ capabilities = ["read"] }}'
    bao.call("PUT", f"sys/policies/acl/{PIPELINE}", policy=reads)
    login = f"auth/approle/role/{PIPELINE}"
    bao.call("POST", login, token_policies=[PIPELINE], token_ttl="20m")
    role_id = bao.call("GET", f"{login}/role-id")["data"]["role_id"]
    secret_id = bao.call("POST", f"{login}/secret-id")["data"]["secret_id"]
    _entity(bao, PIPELINE, _accessor(bao, "approle"), role_id)
    return Pipeline(bao.addr, role_id, SecretStr(secret_id))


def _entity(bao: OpenBao, name: str, accessor: str, alias: str, **metadata: str) -> None:
    made = bao.call("POST", "identity/entity", name=name, metadata=metadata)["data"]["id"]
    bao.call("POST", "identity/entity-alias", name=alias, canonical_id=made, mount_accessor=accessor)


def _accessor(bao: OpenBao, method: str) -> Any:
    return bao.call("GET", "sys/auth")["data"][f"{method}/"]["accessor"]
