"""Who can be written to, and where: leavers, strangers, guests, channels that the app isn't in, organizations."""

import pytest

from bot.demo.cast import ADA, GRACE, workspace
from tests.flow.office import ALARMS, APPROVALS, GENERAL
from tests.sandbox.shop import Shop, opened

BOT = "U00DAYPASS"
LEFT, STRANGER, FABRIKAM, GUEST = "U94LEFT", "U90CONTOSO", "U91FABRIKAM", "U96GUEST"


class TestPeople:
    @pytest.mark.parametrize(
        ("users", "word"),
        [
            (ADA, None),
            (LEFT, "user_disabled"),
            (STRANGER, "user_not_visible"),
            ("U0NOBODY", "user_not_found"),
            ("", "users_list_not_supplied"),
            (",".join([ADA] * 9), "too_many_users"),
        ],
    )
    async def test_direct_messages_are_opened_with_those_who_are_here(
        self, shop: Shop, users: str, word: str | None
    ) -> None:
        assert await shop.error("conversations.open", users=users) == word

    @pytest.mark.parametrize(
        ("user", "word"),
        [
            (LEFT, "cant_invite"),
            (STRANGER, "no_external_invite_permission"),
            (FABRIKAM, "no_external_invite_permission"),
            (ADA, "already_in_channel"),
            (BOT, "cant_invite_self"),
            ("U0NOBODY", "user_not_found"),
        ],
    )
    async def test_everybody_else_is_not_invited_and_slack_says_why(
        self, shop: Shop, user: str, word: str
    ) -> None:
        assert await shop.error("conversations.invite", channel=GENERAL, users=user) == word
        forced = await shop.call("conversations.invite", channel=GENERAL, users=f"{GUEST},{user}", force=True)
        assert forced["errors"] == [{"user": user, "ok": False, "error": word}]
        members = (await shop.call("conversations.members", channel=GENERAL))["members"]
        assert GUEST in members

    async def test_a_single_channel_guest_has_one_channel(self, shop: Shop) -> None:
        record = {"is_restricted": True, "is_ultra_restricted": True}
        one = {
            "id": "U88ONE",
            "name": "one",
            "real_name": "One",
            "email": "one@contoso.example",
            "record": record,
        }
        await shop.fault(people=[one])
        assert await shop.error("conversations.invite", channel=GENERAL, users="U88ONE") is None
        assert (
            await shop.error("conversations.invite", channel=APPROVALS, users="U88ONE") == "ura_max_channels"
        )

    async def test_slacks_word_for_one_person_can_be_any(self, shop: Shop) -> None:
        await shop.fault(uninvitable={GRACE: "invitee_cant_see_channel"})
        assert (
            await shop.error("conversations.invite", channel=ALARMS, users=GRACE)
            == "invitee_cant_see_channel"
        )

    async def test_the_list_has_leavers_bots_and_guests_in_it(self, shop: Shop) -> None:
        listed = {one["id"]: one for one in (await shop.call("users.list"))["members"]}
        assert listed[LEFT]["deleted"]
        assert listed[STRANGER]["is_stranger"]
        assert listed[FABRIKAM]["team_id"] == "T99FABRIKAM"
        assert listed[GUEST]["is_restricted"]
        assert listed[BOT]["is_bot"]

    async def test_disabled_groups_and_members_are_told_on_request(self, shop: Shop) -> None:
        group = {"id": "S1", "handle": "owners", "name": "Owners", "users": [GRACE, LEFT]}
        await shop.fault(groups=[group, {**group, "id": "S2", "handle": "gone", "disabled": True}])
        listed = (await shop.call("usergroups.list"))["usergroups"]
        assert [(one["id"], "users" in one) for one in listed] == [("S1", False)]
        whole = await shop.call("usergroups.list", include_users=True, include_disabled=True)
        assert [one["date_delete"] > 0 for one in whole["usergroups"]] == [False, True]
        assert whole["usergroups"][0]["users"] == [GRACE, LEFT]


class TestChannels:
    async def test_an_archived_one_takes_nothing(self, shop: Shop) -> None:
        posted = await shop.call("chat.postMessage", channel=GENERAL, text="x")
        await shop.fault(channels={GENERAL: {"archived": True}})
        assert await shop.error("chat.postMessage", channel=GENERAL, text="x") == "is_archived"
        assert await shop.error("chat.postEphemeral", channel=GENERAL, user=ADA, text="x") == "is_archived"
        assert await shop.error("chat.update", channel=GENERAL, ts=posted["ts"], text="y") == "is_inactive"
        assert await shop.error("conversations.setTopic", channel=GENERAL, topic="x") == "is_archived"
        assert await shop.error("conversations.invite", channel=GENERAL, users=GUEST) == "is_archived"
        assert await shop.error("conversations.create", name="general") == "name_taken"

    async def test_one_that_the_app_was_put_out_of_takes_nothing(self, shop: Shop) -> None:
        await shop.fault(channels={GENERAL: {"leave": [BOT]}})
        assert await shop.error("chat.postMessage", channel=GENERAL, text="x") == "not_in_channel"
        assert await shop.error("conversations.history", channel=GENERAL) == "not_in_channel"
        assert await shop.error("conversations.info", channel=GENERAL) is None
        own = (await shop.call("users.conversations"))["channels"]
        assert GENERAL not in {channel["id"] for channel in own}

    async def test_a_private_one_that_the_app_is_not_in_does_not_exist(self, shop: Shop) -> None:
        made = (await shop.call("conversations.create", name="secret", is_private=True))["channel"]["id"]
        await shop.fault(channels={made: {"leave": [BOT]}})
        for method in ("conversations.info", "conversations.history", "conversations.members"):
            assert await shop.error(method, channel=made) == "channel_not_found"
        assert await shop.error("chat.postMessage", channel=made, text="x") == "channel_not_found"
        listed = await shop.call("conversations.list", types="private_channel")
        assert listed["channels"] == []
        assert await shop.error("conversations.create", name="secret") == "name_taken"

    async def test_a_message_is_changed_by_the_channels_id_and_by_its_author(self, shop: Shop) -> None:
        posted = await shop.call("chat.postMessage", channel=ADA, text="x")
        change = {"ts": posted["ts"], "text": "y"}
        assert await shop.error("chat.update", channel=ADA, **change) == "channel_not_found"
        changed = await shop.call("chat.update", channel=posted["channel"], **change)
        assert changed["ok"]
        assert "ts" not in changed["message"]
        theirs = {"as": ADA, "channel": GENERAL, "text": "mine"}
        async with shop.session.post(f"{shop.slack.page}/sandbox/message", json=theirs) as answer:
            ts = (await answer.json())["ts"]
        assert await shop.error("chat.update", channel=GENERAL, ts=ts, text="y") == "cant_update_message"
        assert await shop.error("chat.delete", channel=GENERAL, ts=ts) == "cant_delete_message"

    async def test_metadata_has_a_kind_and_a_payload(self, shop: Shop) -> None:
        for metadata in (
            {"event_type": "x"},
            {"event_payload": {}},
            {"event_type": "x", "event_payload": {}, "more": 1},
        ):
            posted = await shop.error("chat.postMessage", channel=GENERAL, text="x", metadata=metadata)
            assert posted == "invalid_metadata_format"


async def test_an_app_of_a_whole_organization_says_which_team_it_means() -> None:
    enterprise = {"id": "E01", "name": "Northwind Group", "org_wide": True}
    async with opened(described={**workspace(), "enterprise": enterprise}) as shop:
        for method in ("users.list", "conversations.list", "users.conversations", "usergroups.list"):
            assert await shop.error(method) == "missing_argument"
            assert await shop.error(method, team_id="T01NORTHWIND") is None
        assert await shop.error("conversations.create", name="x") == "missing_argument"


async def test_a_token_that_was_taken_away_is_good_for_nothing(shop: Shop) -> None:
    for word in ("token_revoked", "account_inactive", "missing_scope"):
        await shop.fault(token=word)
        assert await shop.error("auth.test") == await shop.error("users.list") == word
    await shop.fault(token=None)
    assert await shop.error("auth.test") is None
