"""Compares the log with Vault's own audit log, because a log can't show what was never logged.

Vault and OpenBao hash the values in their audit log, but not a lease's id: responses have it in
`response.secret.lease_id` (seen with OpenBao 2.7.2). A response that Vault wrapped because whoever asked wanted that
(`request.wrap_ttl`) hides it; Daypass never requests one on a credential path, so each is reported. What a control group
answers is wrapped too, without `wrap_ttl`: nothing is made yet, and once it is, its lease has a response of its own.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.audit.tlog.leaf import Leaf


@dataclass(frozen=True)
class Issued:
    """A lease in Vault's audit log: its id (None if wrapped), the request's path, and when it was issued."""

    lease: str | None
    path: str
    time: str


class VaultLogError(ValueError):
    """A line isn't from Vault's audit log; the message says which."""


def compare_with_vault(
    leaves: Iterable[Leaf],
    vault_audit_lines: Iterable[str],
    paths: Collection[str],
    *,
    action: str,
    fact: str = "lease_id",
    namespace: str | None = None,
) -> list[str]:
    """Give a sentence for each lease that only one of the two logs has, or that ours has twice.

    `paths` are the credential paths (exact, or ending in `/` for everything below). `action` is the event that records
    a minted credential, `fact` the fact with its lease. With a `namespace`, only what Vault records of that one counts; ""
    is the root. Give both logs for the same span: a lease that Vault issued
    after the last event is reported as missing. Raises VaultLogError.
    """
    issued = list(issued_leases(vault_audit_lines, paths, namespace))
    logged: dict[str, str] = {}
    twice: list[str] = []
    for leaf in leaves:
        lease = leaf.facts.get(fact) if leaf.action == action else None
        if not isinstance(lease, str) or not _under(lease, paths):
            continue
        if lease in logged:
            twice.append(f"Lease {lease} is logged twice, by events {logged[lease]} and {leaf.id}.")
        logged.setdefault(lease, leaf.id)
    return [*twice, *_only_in_vault(issued, logged), *_only_in_the_log(issued, logged)]


def issued_leases(
    vault_audit_lines: Iterable[str], paths: Collection[str], namespace: str | None = None
) -> Iterator[Issued]:
    """Give every lease issued by a request to one of the paths, in any namespace or in this one. Raises VaultLogError."""
    for number, line in enumerate(vault_audit_lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise VaultLogError(
                f"Line {number} of Vault's audit log isn't JSON, so it can't be compared."
            ) from error
        issued = _issued(record) if namespace is None or _namespace(record) == namespace.strip("/") else None
        if issued and _under(issued.path, paths):
            yield issued


def _only_in_vault(issued: Iterable[Issued], logged: Mapping[str, str]) -> Iterator[str]:
    for found in issued:
        if found.lease is None:
            yield (
                f"Vault issued a wrapped credential at {found.time} from {found.path}, which hides its lease: "
                "Daypass never requests those, so someone else did."
            )
        elif found.lease not in logged:
            yield (
                f"Vault issued lease {found.lease} at {found.time} from {found.path}, but no event records it: "
                "someone got a credential outside Daypass, or the event was removed."
            )


def _only_in_the_log(issued: Iterable[Issued], logged: Mapping[str, str]) -> Iterator[str]:
    known = {found.lease for found in issued}
    for lease, event in logged.items():
        if lease not in known:
            yield (
                f"Event {event} records lease {lease}, but Vault's audit log doesn't have it: that log is from "
                "another time or another Vault, or was cut off."
            )


def _namespace(record: Any) -> str | None:
    """Give the path of the record's namespace without slashes at its ends; "" for the root, None if it has no request."""
    match record:
        case {"request": {"namespace": {"path": str(path)}}}:
            return path.strip("/")
        case {"request": dict()}:
            return ""
        case _:
            return None


def _issued(record: Any) -> Issued | None:
    match record:
        case {
            "type": "response",
            "time": str(time),
            "request": {"path": str(path)},
            "response": {"secret": {"lease_id": str(lease)}},
        } if lease:
            return Issued(lease, path, time)
        case {
            "type": "response",
            "time": str(time),
            "request": {"path": str(path), "wrap_ttl": _},
            "response": {"wrap_info": {"creation_path": _}},
        }:
            return Issued(None, path, time)
        case _:
            return None


def _under(name: str, paths: Collection[str]) -> bool:
    return any(name == path or name.startswith(path.rstrip("/") + "/") for path in paths)
