"""What a source of a group's members is: it makes Slack user ids of what the bundle says."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from workflows.policy.accounts import NO_ADDRESSES, Addresses
from workflows.policy.on_call import NOBODY, Shift
from workflows.policy.provisioned import NOTHING_PROVISIONED, Provisioned
from workflows.policy.schema.rules import Group
from workflows.ports import Person

Usergroups = Mapping[str, Collection[str]]
"""Slack's, by id and by handle without `@`: user ids."""


@dataclass(frozen=True)
class Known:
    """What groups are made from. `people` are members and guests of the workspace, by Slack user id."""

    people: Mapping[str, Person]
    addresses: Addresses = NO_ADDRESSES
    usergroups: Usergroups = field(default_factory=dict)
    shifts: Mapping[str, Shift] = field(default_factory=dict)
    """Who is on call now, by the schedule's name."""
    provisioned: Provisioned = NOTHING_PROVISIONED
    """What an identity provider has pushed."""

    def shift(self, schedule: str) -> Shift:
        return self.shifts.get(schedule, NOBODY)


@dataclass(frozen=True)
class GroupSource:
    """A source, by the field of a group that names it. Its functions are pure."""

    field: str
    members: Callable[[Group, Known], frozenset[str]]
    """Who is in the group now: nobody but people of the workspace, and a guest only if named by Slack user id."""
    left_out: Callable[[str, Group, Known], list[str]]
    """A sentence for each one who should be in the group of this name, and isn't."""
    listed: Callable[[Group], tuple[str, ...] | None]
    """All who can ever be in it, as the bundle names them; None if the bundle alone doesn't say."""
    stand_ins: Callable[[Group, Mapping[str, Shift]], frozenset[str]]
    """Names that stand for its members in the bundle's own tests, where no directory is asked."""
