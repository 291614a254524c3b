"""Is Vault usable now, and is everything in it that Daypass needs and no more: sentences for an operator."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from integrations.vault.ceilings import ceilings
from integrations.vault.connection import NO_HIGH_LOGIN, Connection
from integrations.vault.ending import revoke_token
from integrations.vault.errors import Failure, explained
from integrations.vault.excess_permissions import (
    NOBODYS,
    TokenRole,
    answers,
    lease_bounds,
    namespace_bound,
    policy_bounds,
    rights_bounds,
    role_bounds,
)
from integrations.vault.guards import guards
from integrations.vault.names import HIGH_TOKEN_ROLE, LOG_KEY, TOKEN_ROLE, TRANSIT
from integrations.vault.requirements import Report, Wanted, joined
from integrations.vault.secret_ids import login_bounds
from workflows.clock_skew import utc_now

_ACTIVE_OR_STANDBY = {200, 429, 472, 473}
_UNUSABLE = {
    501: "Vault isn't initialized. An operator has to run `bao operator init` and unseal it.",
    503: "Vault is sealed. An operator has to unseal it.",
}
NO_ACTIVE_NODE = (
    "Vault has no active node right now, so credentials can't be created or revoked. An election takes a few seconds; "
    "if this lasts, an operator has to check Vault's nodes."
)
_EVERY_GRANT = ("sys/leases/renew", "sys/wrapping/wrap")
GRANT_EXAMPLE = "grant-warehouse-read.hcl"


async def ready(vault: Connection) -> str | None:
    """None if Vault is up and lets Daypass in, else a sentence that says what is wrong."""
    return await vault.run(_ready, vault)


async def check_setup(
    vault: Connection,
    entitlements: Collection[Wanted],
    *,
    token_role: str = TOKEN_ROLE,
    high_token_role: str = HIGH_TOKEN_ROLE,
    key: str = LOG_KEY,
    attestation_key: str | None = None,
    mount: str = TRANSIT,
    clock: Callable[[], datetime] = utc_now,
) -> Report:
    """What is missing in Vault for these entitlements, and what is wider than it has to be, a sentence each.

    What can be tried is: tokens of at most the longest grant are made and revoked, and calls are made for
    leases that don't exist. No credential is made.
    """
    everyday, high = TokenRole(token_role, high=False), TokenRole(high_token_role, high=True)
    keys = {f"{mount}/keys/{key}": "ed25519"}
    if attestation_key:
        keys[f"{mount}/keys/{attestation_key}"] = "ecdsa-p256"
    return await vault.run(_check, vault, sorted(set(entitlements)), everyday, high, keys, clock())


def _ready(vault: Connection) -> str | None:
    try:
        health = vault.health()
        if health.status not in _ACTIVE_OR_STANDBY:
            return _UNUSABLE.get(health.status, f"Vault isn't healthy: sys/health returned {health.status}.")
        if health.standby and not vault.has_active_node():
            return NO_ACTIVE_NODE
        vault.own("post", "sys/capabilities-self", {"paths": ["sys/health"]})
    except Failure as failure:
        return _sentence(failure, "let Daypass in", "An operator has to apply examples/vault/daypass.hcl.")
    return None


def _check(
    vault: Connection,
    wanted: list[Wanted],
    everyday: TokenRole,
    high: TokenRole,
    keys: Mapping[str, str],
    now: datetime,
) -> Report:
    """`keys` are those that sign: path → type."""
    if trouble := _ready(vault):
        return Report(missing=[trouble])
    logins = [everyday]
    if any(one.high for one in wanted) and vault.has_high_login:
        logins.append(high)
    parts: list[Callable[[], Report]] = [
        lambda: Report(missing=_own_rights(vault, everyday.name, wanted, keys)),
        *(partial(_key, vault, path, kind) for path, kind in keys.items()),
        lambda: namespace_bound(vault.namespace, vault.health().version),
        lambda: Report(too_wide=lease_bounds(vault, wanted)),
        *(partial(_login, vault, login, wanted, everyday, high, keys, now) for login in logins),
        lambda: Report(missing=_unserved(vault, wanted)),
        *(
            partial(_entitlement, vault, high if one.high else everyday, one, wanted)
            for one in _served(vault, wanted)
        ),
        lambda: ceilings(vault, _served(vault, wanted), logins),
        lambda: guards(vault, _served(vault, wanted), logins),
    ]
    return joined([_tried(part) for part in parts])


def _tried(part: Callable[[], Report]) -> Report:
    """One part of the check. What Vault refuses in it is told, and doesn't hold up the others."""
    try:
        return part()
    except Failure as failure:
        remedy = "An operator has to compare the setup with examples/vault."
        return Report(missing=[_sentence(failure, "be checked any further here", remedy)])


def _login(
    vault: Connection,
    login: TokenRole,
    wanted: list[Wanted],
    everyday: TokenRole,
    high: TokenRole,
    keys: Collection[str],
    now: datetime,
) -> Report:
    """One of the two logins, and the token role that it reaches."""
    parts: list[Callable[[], Report]] = [
        lambda: login_bounds(vault, now, login.high),
        lambda: _role(vault, login, wanted),
        lambda: Report(too_wide=policy_bounds(vault, login)),
        lambda: Report(too_wide=rights_bounds(vault, wanted, everyday, high, keys, login.high)),
    ]
    return joined([_tried(part) for part in parts])


def _role(vault: Connection, login: TokenRole, wanted: list[Wanted]) -> Report:
    try:
        found = vault.own("get", login.path, high=login.high)["data"]
    except Failure as failure:
        remedy = "An operator has to run examples/vault/apply.sh."
        return Report(missing=[_sentence(failure, f"show {login.path}", remedy)])
    return role_bounds(login, found, wanted)


def _served(vault: Connection, wanted: list[Wanted]) -> list[Wanted]:
    """Those for which there is a login."""
    return [one for one in wanted if not one.high or vault.has_high_login]


def _unserved(vault: Connection, wanted: list[Wanted]) -> list[str]:
    served = _served(vault, wanted)
    names = ", ".join(one.id for one in wanted if one not in served)
    return [f"Nobody can get a login for {names}. {NO_HIGH_LOGIN}"] if names else []


def _own_rights(vault: Connection, token_role: str, wanted: list[Wanted], keys: Collection[str]) -> list[str]:
    needed = {
        f"auth/token/create/{token_role}": {"update"},
        "auth/token/revoke-accessor": {"update"},
        "auth/token/lookup-accessor": {"update"},
        "auth/token/accessors": {"list", "sudo"},
        "sys/leases": {"read", "sudo"},
        **{key.replace("/keys/", "/sign/"): {"update"} for key in keys},
        **{f"sys/leases/lookup/{one.path}": {"list", "sudo"} for one in wanted},
        **{bound: {"read"} for one in wanted if one.static for bound in one.bounds},
    }
    has = vault.own("post", "sys/capabilities-self", {"paths": list(needed)})["data"]
    lacking = {path: _lacking(has.get(path), rights) for path, rights in needed.items()}
    return [
        *(_allow(" and ".join(sorted(rights)), path) for path, rights in lacking.items() if rights),
        *(
            _allow("update", f"{call} for leases of {one.path}")
            for one in wanted
            for call in ("sys/leases/revoke", "sys/leases/lookup")
            if not answers(vault, call, f"{one.path}/{NOBODYS}")
        ),
    ]


def _allow(rights: str, where: str) -> str:
    return f"Daypass's own Vault policy has to allow {rights} on {where} (examples/vault/daypass.hcl)."


def _key(vault: Connection, path: str, kind: str) -> Report:
    try:
        key = vault.own("get", path)["data"]
    except Failure as failure:
        remedy = f"An operator has to run `bao write -f {path} type={kind}`."
        return Report(missing=[_sentence(failure, f"show {path}", remedy)])
    if key.get("type") != kind or key.get("derived"):
        wrong = f"{path} must be of type {kind} and not derived, but is of type {key.get('type')}."
        return Report(missing=[wrong])
    if key.get("exportable"):
        return Report(missing=[f"{path} is exportable, so its signatures prove nothing. Create another key."])
    return Report()


def _entitlement(vault: Connection, role: TokenRole, one: Wanted, wanted: list[Wanted]) -> Report:
    """Try it: what a token with this policy could do, told by Vault itself, and by using it."""
    others = [other.path for other in wanted if other.policy != one.policy and other.path != one.path]
    try:
        auth = _trial_token(vault, role, one.policy)
        try:
            asked = {"accessor": auth["accessor"], "paths": [one.path, *_EVERY_GRANT, *others]}
            has = vault.own("post", "sys/capabilities-accessor", asked)["data"]
            renews_own = _renews(vault, auth["client_token"], one.path)
            renews_others = _renews(vault, auth["client_token"], f"{NOBODYS}/creds/{NOBODYS}")
        finally:
            revoke_token(vault, auth["accessor"])
    except Failure as failure:
        remedy = "An operator has to check the token role."
        return Report(missing=[_sentence(failure, f"test the policy {one.policy}", remedy)])
    return policy_report(one, has, renews_own, renews_others, others)


def policy_report(
    one: Wanted, has: Mapping[str, Any], renews_own: bool, renews_others: bool, others: Collection[str]
) -> Report:
    """What a grant's policy lacks, and what it has beyond; `has` is path → capabilities."""
    lacks = [
        *(
            []
            if {"read", "update", "root"} & set(has.get(one.path) or ())
            else [f"read or update on {one.path}"]
        ),
        *(f"update on {each}" for each in _EVERY_GRANT if _lacking(has.get(each), {"update"})),
    ]
    if not renews_own and "update on sys/leases/renew" not in lacks:
        lacks.append(
            f"update on sys/leases/renew for leases of {one.path}, from Daypass's address (token_bound_cidrs)"
        )
    opens = [path for path in others if {"read", "update", "root"} & set(has.get(path) or ())]
    return Report(
        missing=[f"The Vault policy {one.policy} has to allow {lack}." for lack in lacks],
        too_wide=[
            *(
                f"The Vault policy {one.policy} also opens {path}, which belongs to another entitlement: one approval gives both."
                for path in opens
            ),
            *(
                [
                    f"A token with the Vault policy {one.policy} may renew any lease, including other people's. Write its own "
                    f"path into allowed_parameters of sys/leases/renew, as examples/vault/{GRANT_EXAMPLE} does."
                ]
                if renews_others
                else []
            ),
        ],
    )


def _renews(vault: Connection, token: str, path: str) -> bool:
    """Whether a grant's token may renew leases there, tried on one that doesn't exist."""
    body = {"lease_id": f"{path}/{NOBODYS}", "increment": 1}
    try:
        vault.call("put", "sys/leases/renew", body, token=token)
    except Failure as failure:
        if not failure.refused(400, 403):
            raise
        return failure.refused(400)
    return True


def _trial_token(vault: Connection, role: TokenRole, policy: str) -> dict[str, Any]:
    wanted = {
        "policies": [policy],
        "no_default_policy": True,
        "ttl": "30s",
        "explicit_max_ttl": "30s",
    }
    auth: dict[str, Any] = vault.own("post", f"auth/token/create/{role.name}", wanted, high=role.high)["auth"]
    return auth


def _lacking(has: Any, needed: set[str]) -> set[str]:
    return set() if "root" in (has or ()) else needed - set(has or ())


def _sentence(failure: Failure, deed: str, remedy: str) -> str:
    return str(explained(failure, deed, remedy))
