"""A group that is kept in Slack, as a user group."""

from collections.abc import Iterator

from workflows.policy.groups.source import GroupSource, Known
from workflows.policy.schema.rules import Group

PEOPLE_TOLD = 10
STAND_INS = 20


def _handle(group: Group) -> str:
    return (group.slack_usergroup or "").removeprefix("@")


def _members(group: Group, known: Known) -> frozenset[str]:
    """Give the user group's active members; Slack may still list people who left, guests and bots."""
    listed = known.usergroups.get(_handle(group), ())
    return frozenset(id for id in listed if id in known.people and known.people[id].standing == "member")


def _left_out(name: str, group: Group, known: Known) -> Iterator[str]:
    if _handle(group) not in known.usergroups:
        yield (
            f"the Slack user group {group.slack_usergroup} of the group {name} wasn't found or is disabled, "
            "so the group is empty"
        )
        return
    listed = set(known.usergroups[_handle(group)])
    if out := sorted(listed - _members(group, known)):
        more = f" and {len(out) - PEOPLE_TOLD} more" if len(out) > PEOPLE_TOLD else ""
        yield (
            f"{len(out)} of the {len(listed)} accounts in the Slack user group {group.slack_usergroup} don't "
            f"count in the group {name}, because they aren't active members: {', '.join(out[:PEOPLE_TOLD])}{more}"
        )


SLACK_USER_GROUP = GroupSource(
    "slack_usergroup",
    members=_members,
    left_out=lambda name, group, known: list(_left_out(name, group, known)),
    listed=lambda group: None,
    stand_ins=lambda group, shifts: frozenset(
        f"@{group.slack_usergroup}-{n}" for n in range(1, STAND_INS + 1)
    ),
)
