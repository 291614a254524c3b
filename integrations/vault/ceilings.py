"""What ends a credential sooner than the bundle promises: a sentence for each entitlement and ceiling."""

from collections.abc import Collection
from typing import Any

from integrations.vault.connection import Connection
from integrations.vault.ending import revoke_token
from integrations.vault.errors import Failure
from integrations.vault.excess_permissions import NOBODYS, TokenRole
from integrations.vault.requirements import Report, Wanted, longest_of
from workflows.durations import spell_duration

_MAXIMA = ("max_ttl", "token_max_ttl")
"""The fields of an engine's role that bound its credentials: of databases, PKI and SSH, and of Kubernetes."""

_TOKEN_MAXIMA = "token_explicit_max_ttl or token_period, or max_lease_ttl of auth/token"


def ceilings(vault: Connection, wanted: Collection[Wanted], roles: Collection[TokenRole]) -> Report:
    """Compare each rule's longest grant with what Vault gives. Raises Failure."""
    report = Report()
    for role in roles:
        longest = longest_of(role.high, wanted)
        ceiling = _longest_token(vault, role, longest) if longest else 0
        report.missing += [
            _lower(one, ceiling, f"a token of {role.path}", _TOKEN_MAXIMA)
            for one in wanted
            if one.high == role.high and ceiling < one.longest
        ]
    for one in wanted:
        _compare_role(vault, one, report)
    return report


def _longest_token(vault: Connection, role: TokenRole, longest: int) -> int:
    """Seconds that Vault gives a token for which `longest` are asked for. It has no rights, and is revoked."""
    wanted = {
        "policies": [f"{role.policies}{NOBODYS}"],
        "no_default_policy": True,
        "ttl": f"{longest}s",
        "explicit_max_ttl": f"{longest}s",
    }
    auth = vault.own("post", f"auth/token/create/{role.name}", wanted, high=role.high)["auth"]
    revoke_token(vault, auth["accessor"])
    return int(auth["lease_duration"])


def _compare_role(vault: Connection, one: Wanted, report: Report) -> None:
    if not one.role_path or not one.longest:
        return
    try:
        found = vault.own("get", one.role_path)["data"]
    except Failure as failure:
        if failure.refused(404):
            report.missing.append(f"{one.role_path} doesn't exist, but {one.id} needs it for credentials.")
        elif failure.refused(403):
            report.notes.append(
                f"Daypass may not read {one.role_path}, so it can't check whether credentials of {one.id} end before their "
                "grant. Allow read there (examples/vault/daypass.hcl); it contains no secrets."
            )
        else:
            raise
        return
    ceilings_found = [(_seconds(found.get(name)), one.role_path, name) for name in _MAXIMA]
    ceilings_found.append(
        (_mount_maximum(vault, one), one.path.rpartition("/")[0], "max_lease_ttl of the mount")
    )
    report.missing += [
        _lower(one, ceiling, f"a credential of {place}", name)
        for ceiling, place, name in ceilings_found
        if 0 < ceiling < one.longest
    ]


def _mount_maximum(vault: Connection, one: Wanted) -> int:
    """Seconds; 0 if the mount has none of its own."""
    found = vault.own("get", f"sys/internal/ui/mounts/{one.path}")["data"]
    return _seconds((found.get("config") or {}).get("max_lease_ttl"))


def _lower(one: Wanted, ceiling: int, what: str, name: str) -> str:
    return (
        f"{one.id} allows {spell_duration(one.longest)}, but Vault limits {what} to {spell_duration(ceiling)} "
        f"({name}), so credentials end before their grant. Raise that limit, or lower `longest` in the bundle."
    )


def _seconds(told: Any) -> int:
    """As engines tell it: seconds, as a number or as text; 0 for none."""
    return int(told) if str(told).isdigit() else 0
