"""A group whose members the bundle lists, by e-mail address or Slack user id."""

from workflows.policy.accounts import account_of, accounts_of, why_unknown
from workflows.policy.groups.source import GroupSource, Known
from workflows.policy.schema.rules import Group


def _left_out(name: str, group: Group, known: Known) -> list[str]:
    missing = [one for one in group.members if account_of(one, known.people, known.addresses.owners) is None]
    return [
        f"{one} of the group {name} can't request or approve: {why_unknown(one, known.addresses)}"
        for one in missing
    ]


LISTED = GroupSource(
    "members",
    members=lambda group, known: accounts_of(group.members, known.people, known.addresses.owners),
    left_out=_left_out,
    listed=lambda group: group.members,
    stand_ins=lambda group, shifts: frozenset(map(str.casefold, group.members)),
)
