"""A group that an identity provider pushes by SCIM, named as it is there."""

from collections.abc import Iterator

from workflows.policy.accounts import account_of, accounts_of, why_unknown
from workflows.policy.groups.source import GroupSource, Known
from workflows.policy.provisioned import name_key
from workflows.policy.schema.rules import Group

PEOPLE_TOLD = 10
STAND_INS = 20


def _addresses(group: Group, known: Known) -> frozenset[str]:
    return known.provisioned.groups.get(name_key(group.scim or ""), frozenset())


def _left_out(name: str, group: Group, known: Known) -> Iterator[str]:
    if name_key(group.scim or "") not in known.provisioned.groups:
        yield (
            f"the identity provider hasn't pushed a group “{group.scim}”, so the group {name} is empty; "
            "assign it to Daypass there, or correct its name"
        )
        return
    addresses = sorted(_addresses(group, known))
    missing = [one for one in addresses if account_of(one, known.people, known.addresses.owners) is None]
    for one in missing[:PEOPLE_TOLD]:
        yield f"{one} of the group {name} can't request or approve: {why_unknown(one, known.addresses)}"
    if len(missing) > PEOPLE_TOLD:
        yield f"{len(missing) - PEOPLE_TOLD} more of the group {name} can't request or approve"


SCIM = GroupSource(
    "scim",
    members=lambda group, known: accounts_of(_addresses(group, known), known.people, known.addresses.owners),
    left_out=lambda name, group, known: list(_left_out(name, group, known)),
    listed=lambda group: None,
    stand_ins=lambda group, shifts: frozenset(f"scim-{group.scim}-{n}" for n in range(1, STAND_INS + 1)),
)
