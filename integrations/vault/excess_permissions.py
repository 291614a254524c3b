"""What Daypass's logins could do in Vault that they needn't: a sentence for each bound that is missing.

What can be tried is tried, on leases and policies that don't exist; the rest is read. Whoever steals a login
can do with it all that isn't bounded here.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.vault.connection import Connection
from integrations.vault.ending import revoke_token
from integrations.vault.errors import Failure
from integrations.vault.requirements import Report, Wanted, longest_of
from workflows.durations import spell_duration
from workflows.policy.fields import HIGH_POLICIES

NOBODYS = "daypass-check"
"""A name that nothing in Vault has; what can be done to it could be done to anything."""
WRITING = frozenset({"create", "update", "delete", "patch", "sudo", "root"})
_ANY = WRITING | {"read", "list"}
_ROOT_NAMESPACE = (
    "anyone who steals its login can list and revoke every token in this Vault, including root's"
)


@dataclass(frozen=True)
class TokenRole:
    """One of the two token roles, and the login that reaches it."""

    name: str
    high: bool

    @property
    def policies(self) -> str:
        """What the policies that it may give begin with."""
        return HIGH_POLICIES if self.high else "grant-"

    @property
    def path(self) -> str:
        return f"auth/token/roles/{self.name}"


def namespace_bound(namespace: str | None, version: str) -> Report:
    """`version` is as sys/health says it: HashiCorp's Vault has namespaces only as Enterprise (1.x+ent)."""
    if namespace:
        return Report()
    if version.startswith(("0.", "1.")) and "+ent" not in version:
        kept = "Keep its secret ids short-lived and bound to its addresses, or give Daypass its own Vault."
        return Report(notes=[f"This Vault has no namespaces: {_ROOT_NAMESPACE}. {kept}"])
    remedy = "Create one with examples/vault/apply.sh, move the bundle's engines there too, and set VAULT_NAMESPACE."
    return Report(too_wide=[f"Daypass doesn't have its own namespace: {_ROOT_NAMESPACE}. {remedy}"])


def role_bounds(role: TokenRole, found: Mapping[str, Any], wanted: Collection[Wanted]) -> Report:
    """What a token role's settings break, and what they let a thief do. Pure: `found` is the role as Vault tells it."""
    return Report(
        missing=[f"The token role {role.path} needs {setting}." for setting in _breaking(found)],
        too_wide=[
            f"The token role {role.path} {what}."
            for what in _unbounded(role, found, longest_of(role.high, wanted))
        ],
    )


def _breaking(found: Mapping[str, Any]) -> Iterator[str]:
    if not found.get("orphan"):
        yield "orphan=true; otherwise grants end with Daypass's own login"
    if found.get("renewable"):
        yield "renewable=false"
    if found.get("token_num_uses"):
        yield f"token_num_uses=0: Daypass uses a grant's token three times, but Vault allows {found['token_num_uses']}"
    if "batch" in str(found.get("token_type")):
        yield "token_type=service: batch tokens can't be revoked"
    if found.get("path_suffix"):
        yield 'path_suffix="": tokens are found by their path, also in Vault\'s own log'


def _unbounded(role: TokenRole, found: Mapping[str, Any], longest: int) -> Iterator[str]:
    ceiling = found.get("token_explicit_max_ttl") or found.get("explicit_max_ttl") or 0
    thief = "anyone who steals the login"
    if not ceiling:
        enough = f"; write token_explicit_max_ttl={longest}s" if longest else ""
        yield f"has no maximum TTL: {thief} can create tokens for as long as Vault allows, 768h by default{enough}"
    elif longest and ceiling > longest:
        yield (
            f"allows tokens of {spell_duration(ceiling)}, but the bundle's longest grant is "
            f"{spell_duration(longest)}: write token_explicit_max_ttl={longest}s"
        )
    given = [*(found.get("allowed_policies_glob") or ()), *(found.get("allowed_policies") or ())]
    for wide in (one for one in given if not one.startswith(role.policies)):
        yield (
            f"allows the policies “{wide}”: {thief} can create tokens for more than grants; "
            f"write allowed_policies_glob={role.policies}*"
        )
    if found.get("token_period") or found.get("period"):
        yield f"creates periodic tokens, which {thief} can renew forever; write token_period=0"
    if not found.get("token_bound_cidrs"):
        yield (
            f"creates tokens that work from any address, so {thief} can use them anywhere; "
            "write token_bound_cidrs=… with Daypass's addresses"
        )


def policy_bounds(vault: Connection, role: TokenRole) -> list[str]:
    """Try to make tokens that the role mustn't give; what is made has no rights, and is revoked. Raises Failure."""
    others = {NOBODYS: "policies that aren't for grants"}
    if not role.high:
        others[f"{HIGH_POLICIES}{NOBODYS}"] = "policies of high and critical risk"
    tried = {policy: _makes(vault, role, policy) for policy in others}
    remedy = "write allowed_policies_glob=grant-* and disallowed_policies_glob=grant-high-*"
    if role.high:
        remedy = "write allowed_policies_glob=grant-high-*"
    return [
        f"The token role {role.path} can create tokens with {what}, without any approval in Daypass: {remedy}."
        for policy, what in others.items()
        if tried[policy]
    ]


def _makes(vault: Connection, role: TokenRole, policy: str) -> bool:
    body = {"policies": [policy], "no_default_policy": True, "ttl": "30s", "explicit_max_ttl": "30s"}
    try:
        auth = vault.own("post", f"auth/token/create/{role.name}", body, high=role.high)["auth"]
    except Failure as failure:
        if failure.refused(400, 403):
            return False
        raise
    revoke_token(vault, auth["accessor"])
    return True


def rights_bounds(
    vault: Connection,
    wanted: Collection[Wanted],
    everyday: TokenRole,
    other: TokenRole,
    keys: Collection[str],
    high: bool,
) -> list[str]:
    """Rights that one of the logins has and needn't. Raises Failure."""
    login, file = ("second", "daypass-high.hcl") if high else ("everyday", "daypass.hcl")
    mustnt = _mustnt(wanted, everyday, other, keys, high)
    has = vault.own("post", "sys/capabilities-self", {"paths": list(mustnt)}, high=high)["data"]
    if any("root" in (has.get(path) or ()) for path in mustnt):
        return [f"Daypass's {login} login is root: anyone who steals it controls this Vault. Use {file}."]
    return [
        f"Daypass's {login} login has {' and '.join(sorted(beyond))} on {path}: anyone who steals it {could}. "
        f"Remove that from its policy (examples/vault/{file})."
        for path, (rights, could) in mustnt.items()
        if (beyond := rights & set(has.get(path) or ()))
    ]


def _mustnt(
    wanted: Collection[Wanted], everyday: TokenRole, other: TokenRole, keys: Collection[str], high: bool
) -> dict[str, tuple[frozenset[str], str]]:
    """Path → what nobody needs there, and what it would be good for."""
    foreign_role = everyday if high else other
    made = {
        "auth/token/create": "can create tokens outside the token role",
        "auth/token/create-orphan": "can create tokens outside the token role, without a maximum TTL",
        f"auth/token/create/{NOBODYS}": "can create tokens with any token role",
        f"auth/token/create/{foreign_role.name}": "can create tokens that only the other login should",
        f"sys/policies/acl/{NOBODYS}": "can give itself any policy",
        f"sys/mounts/{NOBODYS}": "can add and remove engines",
        f"sys/auth/{NOBODYS}": "can add and remove logins",
        f"sys/leases/revoke-prefix/{NOBODYS}": "can revoke other people's credentials",
        f"sys/leases/revoke-force/{NOBODYS}": "can make Vault forget credentials that still work",
        "sys/leases/renew": "can renew other people's credentials",
        "sys/control-group/authorize": "can help to authorize what Vault's own approvers guard",
        f"identity/entity/name/{NOBODYS}": "can change who people are",
        f"identity/group/name/{NOBODYS}": "can change who Vault's own approvers are",
    }
    for key in keys:
        made[f"{key}/config"] = "can make a key that signs exportable"
        made[key.replace("/keys/", "/export/signing-key/")] = "can copy a key that signs"
    mustnt = {path: (_ANY, could) for path, could in made.items()}
    mustnt["sys/raw"] = (_ANY, "can read and write Vault's storage")
    for role in (everyday, other):
        mustnt[role.path] = (WRITING, "can remove the maximum TTL of grants' tokens")
    for one in wanted:
        mustnt[f"sys/policies/acl/{one.policy}"] = (WRITING, f"can change what tokens of {one.id} allow")
        mustnt[one.path] = (_ANY, f"can get credentials of {one.id} without a grant")
        for bound in one.bounds:
            mustnt[bound] = (WRITING, f"can change what credentials of {one.id} allow")
    if high:
        mustnt["auth/token/revoke-accessor"] = (_ANY, "can end grants, which only the everyday login should")
        mustnt["sys/leases/revoke"] = (_ANY, "can end grants, which only the everyday login should")
        for key in keys:
            signs = key.replace("/keys/", "/sign/")
            mustnt[signs] = (_ANY, "can sign what only the everyday login should")
    return mustnt


def lease_bounds(vault: Connection, wanted: Collection[Wanted]) -> list[str]:
    """Try to reach leases outside the bundle's paths. None of them exists. Raises Failure."""
    foreign = f"{NOBODYS}/creds/{NOBODYS}/0"
    remedy = "List the bundle's paths in allowed_parameters of lease_id, as in examples/vault/daypass.hcl."
    beside = next((f"sys/leases/revoke/{one.path}/{NOBODYS}" for one in wanted), "")
    tries = {
        "sys/leases/revoke": "revoke any lease, including other teams'",
        "sys/leases/lookup": "look up any lease",
        f"sys/leases/revoke/{foreign}": "revoke any lease by its path, including other teams'",
        **(
            {beside: "revoke any lease, because the body's lease_id overrides the path its policy allows"}
            if beside
            else {}
        ),
    }
    found = [
        f"Daypass's everyday login may {what}, and so may anyone who steals it. {remedy}"
        for path, what in tries.items()
        if answers(vault, path, foreign)
    ]
    listed = f"sys/leases/lookup/{NOBODYS}"
    has = vault.own("post", "sys/capabilities-self", {"paths": [listed]})["data"]
    if "list" in (has.get(listed) or ()):
        found.append(
            "Daypass's everyday login may list leases under every path. Allow only the bundle's paths under "
            "sys/leases/lookup/ in its policy (examples/vault/daypass.hcl)."
        )
    return found


def answers(vault: Connection, path: str, lease_id: str) -> bool:
    """Whether Vault lets Daypass call this with that lease, which doesn't exist. Raises Failure."""
    try:
        vault.own("put", path, {"lease_id": lease_id})
    except Failure as failure:
        if failure.refused(403):
            return False
        if failure.refused(400):
            return True
        raise
    return True
