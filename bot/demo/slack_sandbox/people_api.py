"""Methods of the Web API that say who is here: people, user groups, the team, the app itself.

Source: https://docs.slack.dev/reference/methods/users.list, users.info, usergroups.list, auth.test, team.info
"""

from bot.demo.slack_sandbox.arguments import check_team
from bot.demo.slack_sandbox.failed import Failed, Methods
from bot.demo.slack_sandbox.paging import page
from bot.demo.slack_sandbox.people import bot_object, truth, user_object, usergroup_object
from bot.demo.slack_sandbox.state import Json, State
from bot.demo.slack_sandbox.workspace import User


class PeopleApi:
    """The methods, over the workspace's state."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def methods(self) -> Methods:
        return {
            "api.test": self._nothing,
            "auth.test": self._auth_test,
            "team.info": self._team,
            "users.list": self._users,
            "users.info": self._user,
            "users.lookupByEmail": self._by_email,
            "usergroups.list": self._usergroups,
        }

    async def _nothing(self, arguments: Json) -> Json:
        return {"args": arguments}

    async def _auth_test(self, arguments: Json) -> Json:
        bot, team, enterprise = (
            self._state.workspace.bot,
            self._state.workspace.team,
            self._state.workspace.enterprise,
        )
        return {
            "url": "http://127.0.0.1/",
            "team": team.name,
            "team_id": team.id,
            "user": bot.name.lower(),
            "user_id": bot.user_id,
            "bot_id": bot.bot_id,
            "is_enterprise_install": bool(enterprise and enterprise.org_wide),
            **({"enterprise_id": enterprise.id} if enterprise else {}),
        }

    async def _team(self, arguments: Json) -> Json:
        team, enterprise = self._state.workspace.team, self._state.workspace.enterprise
        told: Json = {"id": team.id, "name": team.name, "domain": team.name.lower()}
        if enterprise:
            told |= {"enterprise_id": enterprise.id, "enterprise_name": enterprise.name}
        return {"team": told}

    async def _users(self, arguments: Json) -> Json:
        check_team(self._state, arguments)
        people: list[User | None] = [*self._state.people.values(), None]
        return page(
            "users.list",
            "members",
            people,
            arguments,
            show=lambda user: user_object(self._state, user) if user else bot_object(self._state),
        )

    async def _user(self, arguments: Json) -> Json:
        wanted = str(arguments.get("user") or "")
        if wanted == self._state.workspace.bot.user_id:
            return {"user": bot_object(self._state)}
        user = self._state.people.get(wanted)
        if user is None:
            raise Failed("user_not_found")
        return {"user": user_object(self._state, user)}

    async def _by_email(self, arguments: Json) -> Json:
        wanted = str(arguments.get("email", "")).casefold()
        for user in self._state.people.values():
            if user.email.casefold() == wanted and not user.record.get("deleted"):
                return {"user": user_object(self._state, user)}
        raise Failed("users_not_found")

    async def _usergroups(self, arguments: Json) -> Json:
        check_team(self._state, arguments)
        with_users, disabled = (truth(arguments.get(f"include_{what}")) for what in ("users", "disabled"))
        groups = [one for one in self._state.usergroups.values() if disabled or not one.disabled]
        return {"usergroups": [usergroup_object(self._state, group, with_users) for group in groups]}
