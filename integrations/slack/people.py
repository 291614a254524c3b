"""Who works here, as Slack knows them: the members, and the user groups' members."""

from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.calls import Declined, call, pages
from workflows.ports import Person

PAGE = 200
NO_GROUPS = frozenset(
    {"missing_scope", "paid_teams_only", "unknown_method", "plan_upgrade_required", "not_allowed"}
)
"""Slack's words for a workspace without user groups, or an app that may not see them."""


async def people(client: AsyncWebClient) -> list[Person]:
    """Every active member who is a person. Raises Retryable or Permanent."""
    found: list[Person] = []
    async for page in pages("users.list", lambda cursor: client.users_list(limit=PAGE, cursor=cursor)):
        found += [_person(member) for member in page.get("members", []) if _is_person(member)]
    return found


async def usergroups(client: AsyncWebClient) -> dict[str, frozenset[str]]:
    """User ids by the user group's id and by its handle. A workspace without user groups has none."""
    try:
        page = await call("usergroups.list", client.usergroups_list(include_users=True))
    except Declined as refusal:
        if refusal.error in NO_GROUPS:
            return {}
        raise
    groups: dict[str, frozenset[str]] = {}
    for group in page.get("usergroups", []):
        groups[group["id"]] = groups[group["handle"]] = frozenset(group.get("users", []))
    return groups


def _is_person(member: dict[str, object]) -> bool:
    return not (member.get("deleted") or member.get("is_bot") or member.get("id") == "USLACKBOT")


def _person(member: dict[str, object]) -> Person:
    profile = member.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    name = (
        profile.get("display_name")
        or profile.get("real_name")
        or member.get("real_name")
        or member.get("name")
    )
    return Person(str(member["id"]), str(name or member["id"]), profile.get("email") or None)
