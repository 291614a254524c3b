"""Is Vault usable now, and is everything in it that Daypass needs: sentences for an operator."""

from collections.abc import Collection
from typing import Any

from integrations.vault.connection import Connection
from integrations.vault.ending import revoke_token
from integrations.vault.failure import Failure, explained
from integrations.vault.names import LOG_KEY, TOKEN_ROLE, TRANSIT

_ACTIVE_OR_STANDBY = {200, 429, 472, 473}
_UNUSABLE = {
    501: "Vault isn't initialised. An operator has to run `bao operator init` and unseal it.",
    503: "Vault is sealed. An operator has to unseal it.",
}
_EVERY_GRANT = ("sys/leases/renew", "sys/wrapping/wrap")


async def ready(vault: Connection) -> str | None:
    """None if Vault is up and lets Daypass in, else a sentence that says what is wrong."""
    return await vault.run(_ready, vault)


async def check_setup(
    vault: Connection,
    entitlements: Collection[tuple[str, str]],
    *,
    token_role: str = TOKEN_ROLE,
    key: str = LOG_KEY,
    mount: str = TRANSIT,
) -> list[str]:
    """What is missing in Vault, a sentence each; none if nothing is.

    `entitlements` are pairs of Vault policy and path. For each, a token of 30 seconds is made and revoked.
    """
    return await vault.run(
        _check, vault, sorted(set(entitlements)), token_role, f"{mount}/keys/{key}", f"{mount}/sign/{key}"
    )


def _ready(vault: Connection) -> str | None:
    try:
        status = vault.health().status
        if status not in _ACTIVE_OR_STANDBY:
            return _UNUSABLE.get(status, f"Vault isn't healthy: sys/health answers {status}.")
        vault.own("post", "sys/capabilities-self", {"paths": ["sys/health"]})
    except Failure as failure:
        return _sentence(failure, "let Daypass in", "An operator has to apply examples/vault/daypass.hcl.")
    return None


def _check(
    vault: Connection, entitlements: list[tuple[str, str]], token_role: str, key_path: str, sign_path: str
) -> list[str]:
    trouble = _ready(vault)
    if trouble:
        return [trouble]
    return [
        *_own_rights(vault, token_role, sign_path),
        *_role(vault, token_role),
        *_key(vault, key_path),
        *(line for policy, path in entitlements for line in _entitlement(vault, token_role, policy, path)),
    ]


def _own_rights(vault: Connection, token_role: str, sign_path: str) -> list[str]:
    needed = {
        f"auth/token/create/{token_role}": {"update"},
        "auth/token/revoke-accessor": {"update"},
        "auth/token/lookup-accessor": {"update"},
        "auth/token/accessors": {"list", "sudo"},
        "sys/leases/revoke": {"update"},
        "sys/leases/lookup": {"update"},
        "sys/leases/lookup/any": {"list", "sudo"},
        "sys/leases": {"read", "sudo"},
        sign_path: {"update"},
    }
    has = vault.own("post", "sys/capabilities-self", {"paths": list(needed)})["data"]
    return [
        f"Daypass's own Vault policy has to allow {' and '.join(sorted(lacking))} on {path} "
        "(examples/vault/daypass.hcl)."
        for path, rights in needed.items()
        if (lacking := _lacking(has.get(path), rights))
    ]


def _role(vault: Connection, token_role: str) -> list[str]:
    path = f"auth/token/roles/{token_role}"
    try:
        role = vault.own("get", path)["data"]
    except Failure as failure:
        return [
            _sentence(failure, f"show {path}", "An operator has to apply examples/vault/token-role.json.")
        ]
    wrong = [
        *([] if role.get("orphan") else ["orphan=true, or grants end with Daypass's own login"]),
        *(["renewable=false"] if role.get("renewable") else []),
    ]
    return [f"The token role {path} needs {setting}." for setting in wrong]


def _key(vault: Connection, path: str) -> list[str]:
    try:
        key = vault.own("get", path)["data"]
    except Failure as failure:
        return [
            _sentence(failure, f"show {path}", f"An operator has to run `bao write -f {path} type=ed25519`.")
        ]
    if key.get("type") != "ed25519" or key.get("derived"):
        return [f"{path} has to be of type ed25519 and not derived, but is of type {key.get('type')}."]
    if key.get("exportable"):
        return [f"{path} is exportable, so a signature proves nothing about Vault's log. Make another key."]
    return []


def _entitlement(vault: Connection, token_role: str, policy: str, path: str) -> list[str]:
    """Try it: what a token with this policy could do, told by Vault itself."""
    try:
        accessor = _trial_token(vault, token_role, policy)
        try:
            asked = {"accessor": accessor, "paths": [path, *_EVERY_GRANT]}
            has = vault.own("post", "sys/capabilities-accessor", asked)["data"]
        finally:
            revoke_token(vault, accessor)
    except Failure as failure:
        return [
            _sentence(failure, f"try out the policy {policy}", "An operator has to check the token role.")
        ]
    lacks = [
        *([] if {"read", "update", "root"} & set(has.get(path) or ()) else [f"read or update on {path}"]),
        *(f"update on {each}" for each in _EVERY_GRANT if _lacking(has.get(each), {"update"})),
    ]
    return [f"The Vault policy {policy} has to allow {lack}." for lack in lacks]


def _trial_token(vault: Connection, token_role: str, policy: str) -> str:
    wanted = {
        "policies": [policy],
        "no_default_policy": True,
        "ttl": "30s",
        "explicit_max_ttl": "30s",
    }
    accessor: str = vault.own("post", f"auth/token/create/{token_role}", wanted)["auth"]["accessor"]
    return accessor


def _lacking(has: Any, needed: set[str]) -> set[str]:
    return set() if "root" in (has or ()) else needed - set(has or ())


def _sentence(failure: Failure, deed: str, remedy: str) -> str:
    return str(explained(failure, deed, remedy))
