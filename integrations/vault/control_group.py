"""Reads out of a Vault policy who has to authorize a call before Vault answers it: its control group.

Pure. OpenBao's are at https://openbao.org/docs/concepts/control-groups/, HashiCorp's Enterprise has the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_HARMLESS = frozenset({"deny", "list"})
"""Capabilities by which nobody gets a credential."""


class Unguarded(Exception):
    """Vault wouldn't wait for anybody there. The message says why, to follow on the policy's name."""


@dataclass(frozen=True)
class ControlGroup:
    """What has to happen before Vault answers a call: `approvals` people of `groups` authorize it, each once."""

    approvals: int
    groups: tuple[str, ...]


def control_group_of(rules: str, path: str) -> ControlGroup:
    """What a policy's rules (HCL or JSON) ask for at a path; of several factors the one that asks for most people.

    Raises Unguarded if it allows there what no factor controls, or if Vault would answer without a credential.
    """
    rule = _rule_at(rules, path)
    group = _one(rule.get("control_group"))
    if not group:
        raise Unguarded(f"has no control_group at {path}, so nobody has to authorize anything")
    if not group.get("ttl"):
        raise Unguarded(f"has a control_group without ttl at {path}, so reading it returns nothing")
    factors = tuple(_factors(group.get("factor")))
    allowed = frozenset(rule.get("capabilities") or ()) - _HARMLESS
    weakest: list[ControlGroup] = []
    for capability in sorted(allowed):
        controlling = [identity for controlled, identity in factors if capability in controlled]
        if not controlling:
            raise Unguarded(f"allows {capability} at {path}, which no factor of its control_group controls")
        weakest.append(max(map(_asked, controlling), key=lambda one: one.approvals))
    if not weakest:
        raise Unguarded(f"allows nothing at {path}")
    return min(weakest, key=lambda one: one.approvals)


def _rule_at(rules: str, path: str) -> Mapping[str, Any]:
    import hcl  # it builds its parser's tables when it is imported

    try:
        found = _one(hcl.loads(rules)).get("path")
    except ValueError:
        raise Unguarded("can't be read") from None
    rule = _one(found).get(path)
    if not isinstance(rule, Mapping) or rules.count(f'"{path}"') != 1:
        raise Unguarded(f"has no rule for exactly {path}, or several, of which Vault takes the weakest")
    return rule


def _factors(found: Any) -> Iterator[tuple[frozenset[str], Mapping[str, Any]]]:
    """Each factor's controlled capabilities, and whom it asks."""
    for named in found if isinstance(found, list) else [found]:
        for factor in map(_one, _one(named).values()):
            yield frozenset(factor.get("controlled_capabilities") or ()), _one(factor.get("identity"))


def _asked(identity: Mapping[str, Any]) -> ControlGroup:
    named = (*(identity.get("group_names") or ()), *(identity.get("group_ids") or ()))
    return ControlGroup(int(identity.get("approvals") or 0), named)


def _one(found: Any) -> Mapping[str, Any]:
    """A block; JSON may have it in a list of one."""
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    return found if isinstance(found, Mapping) else {}
