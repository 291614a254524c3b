"""The sources of groups. A new one is a module, its entry here, its field in `Group` (workflows/policy/schema/rules.py),
a paragraph in docs/groups.md, and a case of tests/policy/test_group_sources.py.
"""

from workflows.policy.groups.listed import LISTED
from workflows.policy.groups.on_call import ON_CALL
from workflows.policy.groups.scim import SCIM
from workflows.policy.groups.slack_user_group import SLACK_USER_GROUP
from workflows.policy.groups.source import GroupSource, Known, Usergroups
from workflows.policy.schema.rules import Group

GROUP_SOURCES = {source.field: source for source in (LISTED, SLACK_USER_GROUP, ON_CALL, SCIM)}
"""By the field that a group has for it."""


def source_of(group: Group) -> GroupSource:
    """Where its members come from."""
    return GROUP_SOURCES[group.source]


__all__ = ["GROUP_SOURCES", "ON_CALL", "SLACK_USER_GROUP", "GroupSource", "Known", "Usergroups", "source_of"]
