"""Who is here, as Slack knows them: people and how they belong to the workspace, and the user groups' members."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from integrations.slack.calls import PAGE_ITEMS, Listing, call, pages
from integrations.slack.errors import SlackRefused
from workflows.ports import Person, Retryable, Standing

NO_GROUPS = frozenset({"paid_teams_only", "unknown_method", "plan_upgrade_required"})
"""Slack's words for a workspace that has no user groups at all."""
NOT_HERE = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
"""Slack's words for an account that isn't one of this workspace."""
_ZONE = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")


@dataclass(frozen=True)
class Home:
    """The workspace as its app sees it: its own ids (team and enterprise), and the app's user id there."""

    teams: frozenset[str] = frozenset()
    bot: str = ""


async def home_of(client: AsyncWebClient) -> Home:
    """Where the token belongs. Raises Retryable or Permanent. https://docs.slack.dev/reference/methods/auth.test"""
    said = await call("auth.test", client.auth_test())
    teams = frozenset(str(said[name]) for name in ("team_id", "enterprise_id") if said.get(name))
    return Home(teams, str(said.get("user_id") or ""))


async def people(
    client: AsyncWebClient, teams: Collection[str], wait: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> dict[str, Person]:
    """Everybody whom Slack lists, by id, bots excepted. Raises Retryable or Permanent, after waiting as Slack asks."""

    def ask(cursor: str | None) -> Awaitable[AsyncSlackResponse]:
        return client.users_list(limit=PAGE_ITEMS, cursor=cursor)

    found: dict[str, Person] = {}
    async for page in pages(Listing("users.list", ask), wait=wait):
        found |= {one.id: one for one in people_of(_listed(page, "members"), teams)}
    if not found:
        raise Retryable("Slack listed nobody at all, which can't be true.")
    return found


async def person(client: AsyncWebClient, id: str, teams: Collection[str]) -> Person:
    """This one person as Slack knows them now; a program, and whom Slack doesn't know, belongs outside.

    Raises Retryable or Permanent. https://docs.slack.dev/reference/methods/users.info
    """
    try:
        answer = await call("users.info", client.users_info(user=id))
    except SlackRefused as refusal:
        if refusal.error in NOT_HERE:
            return Person(id, "", None, "outside")
        raise
    found = [one for one in people_of([_listed(answer, "user")], teams) if one.id == id]
    return found[0] if found else Person(id, "", None, "outside")


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
    """As `groups_of` has them. A workspace without user groups has none. Raises Retryable or Permanent.

    An app that may not see them doesn't know that there are none.
    """
    try:
        page = await call("usergroups.list", client.usergroups_list(include_users=True))
    except SlackRefused as refusal:
        if refusal.error in NO_GROUPS:
            return {}
        raise
    return groups_of(_listed(page, "usergroups"))


def _listed(answer: Mapping[str, Any], field: str) -> Any:
    """What the answer is about. One without it is broken, and isn't taken for an empty list."""
    if not answer.get(field) and not isinstance(answer.get(field), list):
        raise Retryable(f"Slack answered without `{field}`.")
    return answer[field]


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
    standing = _standing(member, teams)
    return Person(str(member["id"]), str(name), profile.get("email") or None, standing, _zone(member))


def _zone(member: Mapping[str, Any]) -> str | None:
    """An IANA name; anything else is none."""
    said = str(member.get("tz") or "")
    return said if _ZONE.fullmatch(said) else None
