"""People who leave, change and come back, and a Slack that doesn't say so: nobody decides who isn't confirmed."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier

from bot.demo.actor import seen
from bot.demo.cast import ADA, EDSGER, GRACE, PEOPLE, RADIA, workspace
from bot.wiring.directory import UNCONFIRMED, UNCONFIRMED_GROUPS
from tests.builders import Database
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import ask, card, granted, log_of, message, press, press_as_shown, said, told
from tests.flow.office import ALARMS, APPROVALS, SIGNING_SECRET, Office, Servers, opened, slack

TOO_OLD = "hasn't listed the workspace's members for"
BOUND = 3.0
"""Seconds after which what Slack said last is too old."""
NAMES = {id: (name, real_name) for id, name, real_name, *_ in PEOPLE}
ZONES = {id: tz for id, _, _, _, tz, _ in PEOPLE}
GONE: dict[str, Any] = {"error": "internal_error", "status": 500, "times": -1}
WRITE = "/access warehouse-write 1h DATA-42 because the import was cut short"


def account(id: str, **record: Any) -> dict[str, Any]:
    """Somebody of the cast as Slack has them, with what their record says besides."""
    name, real_name = NAMES[id]
    return {
        "id": id,
        "name": name,
        "real_name": real_name,
        "email": f"{name}@northwind.example",
        "tz": ZONES[id],
        "record": record,
    }


async def leaves(office: Office, *ids: str, **record: Any) -> None:
    await office.fault(people=[account(id, **(record or {"deleted": True})) for id in ids])


async def fails(office: Office, *methods: str, **how: Any) -> None:
    await office.fault(fail=[{"method": one, **GONE, **how} for one in methods])


def listed(office: Office) -> int:
    return sum(call.method == "users.list" for call in office.calls)


async def alarms(office: Office) -> list[str]:
    await office.quiet()
    return [one["text"] for one in await office.radia.messages(ALARMS)]


async def alarmed(office: Office, words: str) -> None:
    await message(office.radia, ALARMS, words)


async def ready(office: Office) -> str:
    headers = {"Authorization": f"Bearer {office.settings.daypass_health_token.get_secret_value()}"}
    async with office.session.get(f"{office.url}/readyz", headers=headers) as answer:
        return await answer.text()


async def slack_sends(office: Office, **event: Any) -> None:
    """An event signed with the app's own secret, whatever Slack itself has."""
    body = json.dumps(
        {"type": "event_callback", "team_id": "T00NORTHWIND", "event_id": "Ev1", "event": event}
    )
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=stamp, body=body)
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": str(signature),
    }
    async with office.session.post(f"{office.url}/slack/events", data=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


async def confirmed(office: Office, *ids: str) -> None:
    """As a click of theirs has it done, which gives Slack a second; a busy machine may take longer."""
    for id in ids:
        await office.daypass.jobs.people.people.confirm(id)


def standing(office: Office, id: str) -> bool:
    return id in office.daypass.known.world().directory.members("data-owners")


class TestARestart:
    async def test_knows_at_once_who_works_here_though_slack_says_nothing(
        self, open_office: OpenOffice
    ) -> None:
        async with open_office() as office:
            asked = await ask(office)
            await card(office.grace, APPROVALS, asked.id)
            await office.quiet()
            await fails(office, "users.list", "usergroups.list", "users.info", "auth.test")
        async with asyncio.timeout(20), open_office() as office:
            assert '"slack":"ready"' in (await ready(office)).replace(" ", "")
            await press(office.grace, APPROVALS, "Approve", asked.id)
            await office.until("active")


class TestAnApproverWhoLeaves:
    async def test_decides_nothing_from_then_on_though_nobody_reads_the_list(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        before = listed(office)
        await leaves(office, GRACE)
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        assert await log_of(office, asked.id) == ["access.requested", f"not-an-approver by {GRACE}"]
        assert listed(office) == before

    async def test_has_lost_it_though_slack_can_t_be_asked(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await fails(office, "users.info", "users.list")
        await leaves(office, GRACE, is_restricted=True)
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        assert await log_of(office, asked.id) == ["access.requested", f"not-an-approver by {GRACE}"]

    async def test_by_a_false_word_is_back_as_soon_as_slack_was_asked(self, office: Office) -> None:
        await fails(office, "users.info")
        record = {"id": GRACE, "team_id": "T00NORTHWIND", "deleted": True, "profile": {}}
        await slack_sends(office, type="user_change", user=record)
        assert not standing(office, GRACE)

        await office.fault(heal=True)
        await confirmed(office, GRACE)
        assert standing(office, GRACE)

    @pytest.mark.parametrize("kind", ["user_change", "team_join"])
    async def test_is_not_replaced_by_who_says_to_be_them(self, office: Office, kind: str) -> None:
        """Whoever can sign events claims the address of an approver for an account of their own."""
        profile = {"email": "grace@northwind.example"}
        record = {"id": "U09NEW", "team_id": "T00NORTHWIND", "deleted": False, "profile": profile}
        await slack_sends(office, type=kind, user=record)
        await office.daypass.jobs.people.people.refresh()
        directory = office.daypass.known.world().directory
        assert standing(office, GRACE)
        assert "U09NEW" not in directory.people
        assert directory.addresses["grace@northwind.example"] == GRACE


class TestAListThatIsTooOld:
    async def test_is_alarmed_and_has_decisions_wait_of_whom_slack_can_t_confirm_one_by_one(
        self, open_office: OpenOffice
    ) -> None:
        async with open_office(daypass_directory_stale_seconds=BOUND) as office:
            await fails(office, "users.list")
            await alarmed(office, TOO_OLD)
            assert TOO_OLD in await ready(office)
            assert "Slack failed at users.list (internal_error)" in await ready(office)

            await confirmed(office, ADA, GRACE)
            one = await granted(office)
            await confirmed(office, ADA)
            asked = await ask(office)
            shown = await card(office.edsger, APPROVALS, asked.id)
            await fails(office, "users.info")
            await press_as_shown(office.edsger, APPROVALS, shown, "Approve")
            await told(office.edsger, APPROVALS, UNCONFIRMED)
            assert (await log_of(office, asked.id))[-1] == f"unconfirmed by {EDSGER}"

            await press(office.ada, await office.ada.direct(), "Give back", one.id)
            await office.fault(heal="users.info")
            await confirmed(office, EDSGER)
            await press_as_shown(office.edsger, APPROVALS, shown, "Approve")
            assert (await office.newest()).status == "active"

            await office.fault(heal=True)
            await message(office.radia, ALARMS, "Over:")

            async def known_again() -> bool:
                return TOO_OLD not in await ready(office)

            await seen("who works here is known again", known_again)
            await message(office.radia, ALARMS, "Over:", TOO_OLD)

    async def test_gives_nobody_a_vote_who_has_left_without_an_event(
        self, servers: Servers, sqlite_database: Database
    ) -> None:
        described = workspace() | {"events": ["app_home_opened"]}
        async with (
            slack(described) as quiet,
            opened(servers, quiet, sqlite_database.url, daypass_directory_stale_seconds=BOUND) as office,
        ):
            asked = await ask(office)
            shown = await card(office.grace, APPROVALS, asked.id)
            await leaves(office, GRACE)
            await fails(office, "users.list")
            await alarmed(office, TOO_OLD)
            await press_as_shown(office.grace, APPROVALS, shown, "Approve")
            assert await log_of(office, asked.id) == ["access.requested", f"not-an-approver by {GRACE}"]


OWNERS = ("grace@northwind.example", "edsger@northwind.example")


@pytest.fixture
def by_user_group(rules: Rules) -> Any:
    """The data owners are whoever Slack has in its user group."""
    members = "members:\n" + "".join(f"      - {one}\n" for one in OWNERS)
    return rules(("groups.yaml", members, "slack_usergroup: owners\n"))


GROUP = {"id": "S01OWNERS", "handle": "owners", "name": "Owners", "users": [GRACE, EDSGER]}


class TestAUserGroup:
    @asynccontextmanager
    async def _office(
        self, servers: Servers, database: Database, bundle: Any, **more: Any
    ) -> AsyncIterator[Office]:
        async with (
            slack(workspace() | {"usergroups": [GROUP]}) as place,
            opened(servers, place, database.url, bundle=bundle, **more) as office,
        ):
            await office.daypass.jobs.people.run_now()
            assert standing(office, GRACE)
            yield office

    async def test_that_slack_won_t_show_keeps_its_members_for_a_while_and_is_alarmed(
        self, servers: Servers, sqlite_database: Database, by_user_group: Any
    ) -> None:
        async with self._office(
            servers, sqlite_database, by_user_group, daypass_directory_stale_seconds=BOUND
        ) as office:
            asked = await ask(office)
            shown = await card(office.grace, APPROVALS, asked.id)
            await fails(office, "usergroups.list", error="missing_scope", status=200)
            await alarmed(office, "Slack isn't listing its user groups' members")
            assert standing(office, GRACE)

            async def too_old() -> bool:
                return "user groups" in await ready(office)

            await seen("what is known of user groups is too old", too_old)
            await press_as_shown(office.grace, APPROVALS, shown, "Approve")
            await told(office.grace, APPROVALS, UNCONFIRMED_GROUPS)
            await office.fault(heal=True)
            await message(office.radia, ALARMS, "Over:")
            await press_as_shown(office.grace, APPROVALS, shown, "Approve")
            await office.until("active")

    async def test_that_somebody_leaves_gives_them_nothing_though_it_can_t_be_read(
        self, servers: Servers, sqlite_database: Database, by_user_group: Any
    ) -> None:
        async with self._office(servers, sqlite_database, by_user_group) as office:
            await fails(office, "usergroups.list")
            await office.fault(groups=[GROUP | {"users": [EDSGER]}])
            assert not standing(office, GRACE)
            assert standing(office, EDSGER)

    async def test_that_an_event_puts_somebody_into_is_read_before_it_gives_them_anything(
        self, servers: Servers, sqlite_database: Database, by_user_group: Any
    ) -> None:
        async with self._office(servers, sqlite_database, by_user_group) as office:
            added = {"subteam_id": GROUP["id"], "added_users": [RADIA], "removed_users": []}
            await slack_sends(office, type="subteam_members_changed", **added)
            await slack_sends(
                office, type="subteam_updated", subteam=GROUP | {"users": [RADIA, GRACE, EDSGER]}
            )
            await office.daypass.jobs.people.people.refresh()
            assert not standing(office, RADIA)
            assert standing(office, GRACE)


class TestAStageThatNobodyCanDecide:
    async def test_is_said_on_the_card_to_the_requester_and_in_an_alarm_until_somebody_is_back(
        self, office: Office
    ) -> None:
        asked = await ask(office, WRITE)
        await card(office.radia, APPROVALS, asked.id)
        await leaves(office, GRACE, EDSGER)
        await card(office.radia, APPROVALS, asked.id, "eligible approvers: data-owners")
        await message(
            office.ada, await office.ada.direct(), "eligible approvers left for stage *data-owners*"
        )
        await alarmed(office, "Nobody can approve stage data-owners of a pending request: ")
        await leaves(office, GRACE, deleted=False)
        await message(office.radia, ALARMS, "Over:")
        shown = await card(office.radia, APPROVALS, asked.id, "Waiting for data-owners")
        assert "eligible approvers" not in said(shown)
