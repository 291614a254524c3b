"""A group of whoever is on call, by a schedule of on-call.yaml. It changes at each hand-over."""

from collections.abc import Mapping

from workflows.policy.accounts import account_of, accounts_of, why_unknown
from workflows.policy.groups.source import GroupSource, Known
from workflows.policy.on_call import NOBODY, Shift
from workflows.policy.schema.rules import Group

UNKNOWN = "who is on call by the schedule {schedule} can't be told, so the group {group} is empty ({why})"


def _left_out(name: str, group: Group, known: Known) -> list[str]:
    schedule = group.on_call or ""
    shift = known.shift(schedule)
    people = shift.people
    if shift.unknown:
        return [UNKNOWN.format(schedule=schedule, group=name, why=shift.unknown)]
    if not people:
        return [f"nobody is on call by the schedule {schedule}, so the group {name} is empty"]
    missing = [one for one in people if account_of(one, known.people, known.addresses.owners) is None]
    return [
        f"{one} is on call by the schedule {schedule} and can't be in the group {name}: "
        f"{why_unknown(one, known.addresses)}"
        for one in missing
    ]


def _stand_ins(group: Group, shifts: Mapping[str, Shift]) -> frozenset[str]:
    """Whoever is on call at the test's moment; for a schedule that is kept elsewhere, somebody called `@<schedule>`."""
    shift = shifts.get(group.on_call or "", NOBODY)
    return frozenset([f"@{group.on_call}"] if shift.unknown else map(str.casefold, shift.people))


ON_CALL = GroupSource(
    "on_call",
    members=lambda group, known: accounts_of(
        known.shift(group.on_call or "").people, known.people, known.addresses.owners
    ),
    left_out=_left_out,
    listed=lambda group: None,
    stand_ins=_stand_ins,
)
