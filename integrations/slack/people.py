"""Who is here, as Slack knows them: people and how they belong to the workspace, and the user groups' members."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.calls import call, pages
from integrations.slack.refusals import SlackRefused
from workflows.ports import Person, Standing

PAGE = 200
NO_GROUPS = frozenset(
    {"missing_scope", "paid_teams_only", "unknown_method", "plan_upgrade_required", "not_allowed"}
)
"""Slack's words for a workspace without user groups, or an app that may not see them."""


async def people(client: AsyncWebClient) -> list[Person]:
    """Everybody whom Slack lists, bots excepted. Raises Retryable or Permanent."""
    home = await call("auth.test", client.auth_test())
    teams = {str(home[name]) for name in ("team_id", "enterprise_id") if home.get(name)}
    found: list[Person] = []
    async for page in pages("users.list", lambda cursor: client.users_list(limit=PAGE, cursor=cursor)):
        found += people_of(page.get("members", []), teams)
    return found


def people_of(members: Iterable[Mapping[str, Any]], teams: Collection[str]) -> list[Person]:
    """Slack's user objects as people; `teams` are the workspace's own ids. No field but the id has to be there.

    https://docs.slack.dev/reference/objects/user-object
    """
    return [_person(member, teams) for member in members if member.get("id") and not _is_bot(member)]


def groups_of(usergroups: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """User ids by a user group's id and by its handle, without what is disabled or another workspace's.

    A handle that two groups have is neither's.
    """
    found: dict[str, frozenset[str]] = {}
    twice: set[str] = set()
    for group in usergroups:
        if group.get("date_delete") or group.get("deleted_by") or group.get("is_external"):
            continue
        for name in {group.get("id"), group.get("handle")} - {None, ""}:
            twice |= {str(name)} & found.keys()
            found[str(name)] = frozenset(group.get("users") or ())
    return {name: users for name, users in found.items() if name not in twice}


async def usergroups(client: AsyncWebClient) -> dict[str, frozenset[str]]:
    """As `groups_of` has them. A workspace without user groups has none. Raises Retryable or Declined."""
    try:
        page = await call("usergroups.list", client.usergroups_list(include_users=True))
    except SlackRefused as refusal:
        if refusal.error in NO_GROUPS:
            return {}
        raise
    return groups_of(page.get("usergroups", []))


def _is_bot(member: Mapping[str, Any]) -> bool:
    """`is_app_user` says something else: that a person has authorized the app."""
    flagged = member.get("is_bot") or member.get("is_workflow_bot") or _profile(member).get("bot_id")
    return bool(flagged) or member["id"] == "USLACKBOT"


def _standing(member: Mapping[str, Any], teams: Collection[str]) -> Standing:
    elsewhere = member.get("is_stranger") or not _of_team(member, teams)
    if elsewhere or member.get("deleted") or member.get("is_invited_user"):
        return "outside"
    if member.get("is_email_confirmed") is False:
        return "outside"
    return "guest" if member.get("is_restricted") or member.get("is_ultra_restricted") else "member"


def _of_team(member: Mapping[str, Any], teams: Collection[str]) -> bool:
    """Whether it says no team, or this one; in an Enterprise organization somebody is in several."""
    enterprise = member.get("enterprise_user")
    several = enterprise.get("teams") if isinstance(enterprise, Mapping) else None
    said = {member.get("team_id"), *(several or ())} - {None, ""}
    return not said or not teams or bool(said & set(teams))


def _profile(member: Mapping[str, Any]) -> Mapping[str, Any]:
    profile = member.get("profile")
    return profile if isinstance(profile, Mapping) else {}


def _person(member: Mapping[str, Any], teams: Collection[str]) -> Person:
    profile = _profile(member)
    names = (
        profile.get("display_name"),
        profile.get("real_name"),
        member.get("real_name"),
        member.get("name"),
    )
    name = next((one for one in names if one), member["id"])
    return Person(str(member["id"]), str(name), profile.get("email") or None, _standing(member, teams))
