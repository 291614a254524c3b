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
"""The fields that bound an engine's credentials: of databases, PKI, SSH and RabbitMQ, and of Kubernetes."""

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
    if not one.bounds or not one.longest:
        return
    found = [(bound, _read(vault, one, bound, report)) for bound in one.bounds]
    if found[0][1] is None or one.static:
        return
    maxima = [(_seconds(told.get(name)), bound, name) for bound, told in found if told for name in _MAXIMA]
    mount = one.path.rpartition("/")[0]
    maxima.append((_mount_maximum(vault, one), mount, "max_lease_ttl of the mount"))
    report.missing += [
        _lower(one, ceiling, f"a credential of {place}", name)
        for ceiling, place, name in maxima
        if 0 < ceiling < one.longest
    ]


def _read(vault: Connection, one: Wanted, bound: str, report: Report) -> dict[str, Any] | None:
    """What is said there; None, with a sentence in the report, if nothing is or it can't be read. Raises Failure."""
    try:
        return dict(vault.own("get", bound)["data"])
    except Failure as failure:
        if failure.refused(404):
            if bound == one.bounds[0]:
                report.missing.append(f"{bound} doesn't exist, but {one.id} needs it for credentials.")
        elif failure.refused(403):
            report.notes.append(
                f"Daypass may not read {bound}, so it can't check whether credentials of {one.id} end before their "
                "grant. Allow read there (examples/vault/daypass.hcl); it contains no secrets."
            )
        else:
            raise
    return None


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
