"""Does Vault really ask its own approvers, and can no one get around them: a sentence for each gap.

What can be tried is tried, with tokens that are revoked at once. No credential is asked for.
"""

from collections.abc import Collection, Iterable
from typing import Any

from integrations.vault.connection import Connection
from integrations.vault.control_group import ControlGroup, Unguarded
from integrations.vault.ending import revoke_token
from integrations.vault.errors import Failure, explained
from integrations.vault.excess_permissions import TokenRole
from integrations.vault.quorum import SETUP, guard_of, is_known, token_mount
from integrations.vault.requirements import Report, Wanted, joined

AUTHORIZE = "sys/control-group/authorize"
_NEEDED = {
    "sys/control-group/request": "update",
    "identity/lookup/entity": "update",
    "identity/lookup/group": "update",
    "sys/policies/acl": "list",
}
_BY_SIGN_IN = "Remove them; the right to authorize comes with the approvers' sign-in (examples/vault/quorum/approvers.hcl)."


def guards(vault: Connection, wanted: Collection[Wanted], roles: Collection[TokenRole]) -> Report:
    """What is missing for the entitlements that Vault's approvers guard, and how those could be gone around.

    Raises Failure.
    """
    guarded = [one for one in wanted if one.approvals]
    if not guarded:
        return Report()
    if lacking := _lacking(vault):
        return Report(missing=[f"{lack}. {SETUP}" for lack in lacking])
    found = [_guard(vault, one) for one in guarded]
    groups = {name for one in found if isinstance(one, ControlGroup) for name in one.groups}
    high = next((role for role in roles if role.high), None)
    return joined(
        [
            Report(missing=[one for one in found if isinstance(one, str)]),
            Report(too_wide=[*_policies_of_groups(vault, groups)]),
            *([_around(vault, guarded, roles), _people(vault, guarded, high)] if high else []),
        ]
    )


def _lacking(vault: Connection) -> list[str]:
    has = vault.own("post", "sys/capabilities-self", {"paths": list(_NEEDED)}, high=True)["data"]
    return [
        f"Daypass's second login in Vault has to be allowed to {right} {path}"
        for path, right in _NEEDED.items()
        if not {right, "root"} & set(has.get(path) or ())
    ]


def _guard(vault: Connection, one: Wanted) -> ControlGroup | str:
    """Whom Vault asks about an entitlement, or a sentence."""
    try:
        guard = guard_of(vault, one.policy, one.path, high=True)
    except Failure as failure:
        return str(explained(failure, f"show the policy {one.policy}", SETUP))
    except Unguarded as why:
        return f"The Vault policy {one.policy} of {one.id} {why}. {SETUP}"
    if guard.approvals < one.approvals:
        return (
            f"The Vault policy {one.policy} asks for {guard.approvals} approvals, and {one.id} in the bundle for "
            f"{one.approvals}. Write approvals = {one.approvals} in its control_group."
        )
    return guard


def _policies_of_groups(vault: Connection, names: Iterable[str]) -> Iterable[str]:
    """Rights that every member has by the group, and so has a token that Daypass makes in a member's name."""
    for name in sorted(names):
        found = vault.own("post", "identity/lookup/group", {"name": name}, high=True).get("data")
        if found is None:
            yield f"Vault has no group {name} in Daypass's namespace, so nobody can authorize anything. {SETUP}"
        elif policies := found.get("policies"):
            yield (
                f"The group {name} in Vault has the policies {', '.join(policies)}: anyone who steals Daypass's second "
                f"login can use them in a member's name. {_BY_SIGN_IN}"
            )


def _around(vault: Connection, guarded: list[Wanted], roles: Collection[TokenRole]) -> Report:
    """Try every policy for grants that Vault has: none may open a guarded path but its own."""
    paths = {one.path: one for one in guarded}
    listed = vault.own("get", "sys/policies/acl?list=true", high=True)["data"]["keys"]
    opens = []
    for policy in sorted(name for name in listed if name.startswith("grant-")):
        role = _maker(policy, roles)
        others = [path for path, one in paths.items() if one.policy != policy]
        if role and others:
            has = _tried(vault, role, policy, others)[0]
            opens += [
                (policy, path) for path in others if {"read", "update", "root"} & set(has.get(path) or ())
            ]
    return Report(
        too_wide=[
            f"The Vault policy {policy} opens {path} too, so a token with both policies needs nobody's approval for "
            f"{paths[path].id}. Remove that path from it."
            for policy, path in opens
        ]
    )


def _maker(policy: str, roles: Collection[TokenRole]) -> TokenRole | None:
    """The token role that gives a policy."""
    fitting = [role for role in roles if policy.startswith(role.policies)]
    return max(fitting, key=lambda role: len(role.policies), default=None)


def _people(vault: Connection, guarded: list[Wanted], high: TokenRole) -> Report:
    """Try to make tokens in the name of everyone that the bundle names: they may have no rights but the grant's."""
    report = Report()
    mount = token_mount(vault, high=True)
    for person in sorted({person for one in guarded for person in one.people}):
        if not is_known(vault, person, mount, high=True):
            report.notes.append(
                f"Vault doesn't know {person}, so they can't get what its approvers guard. {SETUP}"
            )
            continue
        _, auth = _tried(vault, high, guarded[0].policy, [AUTHORIZE], person)
        if further := auth.get("identity_policies"):
            report.too_wide.append(
                f"{person} has the policies {', '.join(further)} in Vault by their entity or a group: anyone who steals "
                f"Daypass's second login can use them in their name. {_BY_SIGN_IN}"
            )
    return report


def _tried(
    vault: Connection, role: TokenRole, policy: str, paths: list[str], person: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a token of this policy could do at these paths, and what Vault says of the token. Raises Failure."""
    body = {"policies": [policy], "no_default_policy": True, "ttl": "30s", "explicit_max_ttl": "30s"}
    further = {"entity_alias": person} if person else {}
    auth = vault.own("post", f"auth/token/create/{role.name}", body | further, high=role.high)["auth"]
    try:
        asked = {"accessor": auth["accessor"], "paths": paths}
        return dict(vault.own("post", "sys/capabilities-accessor", asked)["data"]), dict(auth)
    finally:
        revoke_token(vault, auth["accessor"])
