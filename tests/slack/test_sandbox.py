"""Everything that the sandbox sends was sent by Slack, field by field and type by type."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.demo.actor import Actor
from bot.demo.cast import ADA, EDSGER, GRACE, workspace
from bot.demo.slack_sandbox.methods import METHODS
from tests.flow.office import APPROVALS, GENERAL
from tests.sandbox.shop import Shop, opened
from tests.slack.heard import Heard, hearing
from tests.slack.known import KINDS, recorded_answer, recorded_payload
from tests.slack.shapes import Json, unlike

BOT, TEAM = "U00DAYPASS", "T01NORTHWIND"
GROUP = {"id": "S01OWNERS", "handle": "owners", "name": "Owners", "users": [GRACE, EDSGER]}
EVENTS = [
    "app_home_opened", "channel_archive", "channel_deleted", "channel_left", "channel_rename", "channel_unarchive",
    "group_left", "member_left_channel", "message", "reaction_added", "reaction_removed", "subteam_created",
    "subteam_members_changed", "subteam_updated", "team_join", "tokens_revoked", "user_change",
]  # fmt: skip
ENTERPRISE = {"id": "E01NORTHWIND", "name": "Northwind Group"}
WORKSPACES = {
    "a team": {},
    "a team of an organization": {"enterprise": ENTERPRISE},
    "a whole organization": {"enterprise": {**ENTERPRISE, "org_wide": True}},
}
BUTTON = {
    "type": "button",
    "text": {"type": "plain_text", "text": "Press"},
    "action_id": "press",
    "value": "v",
}
BLOCKS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Hello* ⚠"}},
    {"type": "actions", "elements": [BUTTON]},
]
SEARCH = {
    "type": "input",
    "block_id": "what",
    "label": {"type": "plain_text", "text": "What"},
    "element": {"type": "external_select", "action_id": "what"},
    "optional": True,
}
WINDOW: Json = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "A window"},
    "submit": {"type": "plain_text", "text": "Go"},
    "callback_id": "go",
    "private_metadata": "m",
    "notify_on_close": True,
    "blocks": [*BLOCKS, SEARCH],
}
OPTION = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}


@pytest.fixture(params=WORKSPACES.values(), ids=WORKSPACES.keys())
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    described = {**workspace(), "usergroups": [GROUP], "events": EVENTS, **request.param}
    async with opened(described=described) as shop:
        yield shop


@pytest.fixture
async def heard(shop: Shop) -> AsyncIterator[Heard]:
    async with hearing(shop.slack.daypass) as heard:
        heard.answers["block_suggestion"] = {"options": [OPTION]}
        yield heard


class TestAnswers:
    """Of the Web API."""

    async def test_have_recorded_fields_alone(self, shop: Shop, heard: Heard) -> None:
        answers = await every_answer(shop, heard)
        assert answers.keys() == METHODS.keys()
        faults = sorted(
            {
                f"{method}: {fault}"
                for method, several in answers.items()
                for one in several
                for fault in unlike(recorded_answer(method), one)
            }
        )
        assert not faults, "\n".join(faults)


async def every_answer(shop: Shop, heard: Heard) -> dict[str, list[Json]]:
    """At least one answer of each method, and what it says when it refuses."""
    found: dict[str, list[Json]] = {method: [] for method in METHODS}

    async def ask(method: str, **arguments: Any) -> Json:
        answer = await shop.call(method, **{"team_id": TEAM, **arguments})
        assert answer["ok"], (method, answer)
        found[method].append(
            {name: value for name, value in answer.items() if name not in ("status", "retry_after")}
        )
        return answer

    for method in ("api.test", "auth.test", "team.info", "users.list"):
        await ask(method)
    await ask("users.info", user=GRACE)
    await ask("users.info", user=BOT)
    await ask("users.lookupByEmail", email="ada@northwind.example")
    await ask("usergroups.list", include_users=True, include_disabled=True)
    for types in ("public_channel,private_channel", "im"):
        await ask("conversations.list", types=types, limit=2)
        await ask("users.conversations", types=types)
    for channel in (GENERAL, f"D{ADA[1:]}"):
        await ask("conversations.info", channel=channel, include_num_members=True)
        await ask("conversations.members", channel=channel)
    await ask("conversations.open", users=ADA)
    await ask("conversations.open", users=ADA, return_im=True)
    metadata = {"event_type": "card", "event_payload": {"subject": "s"}}
    posted = await ask("chat.postMessage", channel=GENERAL, text="Hi", blocks=BLOCKS, metadata=metadata)
    place = {"channel": GENERAL, "ts": posted["ts"]}
    await ask("chat.postMessage", channel=GENERAL, text="Hi", thread_ts=posted["ts"])
    thread = {"channel": GENERAL, "thread_ts": posted["ts"]}
    broadcast = await ask("chat.postMessage", **thread, text="Hi", reply_broadcast=True)
    await ask("chat.update", channel=GENERAL, ts=broadcast["ts"], text="Hi again")
    await ask("chat.update", **place, text="Hi again", blocks=BLOCKS)
    await ask("chat.postEphemeral", channel=GENERAL, user=ADA, text="Psst")
    await Actor(shop.session, shop.slack.page, ADA).react(GENERAL, posted["ts"], "pushpin")
    await ask("conversations.history", channel=GENERAL, include_all_metadata=True)
    await ask("conversations.replies", **place, include_all_metadata=True)
    await ask("chat.delete", **place)
    await ask("conversations.replies", **place)
    made = await ask("conversations.create", name="inc-1", is_private=True)
    room = made["channel"]["id"]
    await ask("conversations.setTopic", channel=room, topic="What is wrong")
    kept = await ask("chat.postMessage", channel=room, text="How it stands")
    await ask("pins.add", channel=room, timestamp=kept["ts"])
    await ask("pins.list", channel=room)
    await shop.fault(uninvitable=[GRACE])
    await ask("conversations.invite", channel=room, users=f"{ADA},{GRACE}", force=True)
    upload = await ask("files.getUploadURLExternal", filename="log.txt", length=3)
    async with shop.session.post(upload["upload_url"], data=b"log") as stored:
        assert stored.status == 200
    await ask(
        "files.completeUploadExternal", channel_id=room, files=[{"id": upload["file_id"], "title": "Log"}]
    )
    window = await ask("views.open", trigger_id=await trigger(shop, heard), view=WINDOW)
    await ask("views.push", trigger_id=await trigger(shop, heard), view=WINDOW)
    await ask("views.update", view_id=window["view"]["id"], hash=window["view"]["hash"], view=WINDOW)
    await ask("views.publish", user_id=ADA, view={"type": "home", "blocks": BLOCKS})
    for method, arguments in REFUSED.items():
        refusal = await shop.call(method, **arguments)
        assert not refusal["ok"], method
        found[method].append(
            {name: value for name, value in refusal.items() if name not in ("status", "retry_after")}
        )
    return found


async def trigger(shop: Shop, heard: Heard) -> str:
    """Of a slash command."""
    await Actor(shop.session, shop.slack.page, ADA).command("/access x", GENERAL)
    return str(heard.payloads["command"][-1]["trigger_id"])


REFUSED: dict[str, Json] = {
    "chat.postMessage": {"channel": GENERAL, "text": "x", "blocks": [{"type": "nonsense"}]},
    "chat.update": {"channel": GENERAL, "ts": "1.0", "text": "x"},
    "conversations.invite": {"channel": GENERAL, "users": "U0NOBODY"},
    "views.open": {"trigger_id": "x", "view": {"type": "modal"}},
    "views.update": {"view_id": "x", "view": "["},
}


class TestPayloads:
    """Of what people do, and of what happens in the workspace."""

    async def test_have_recorded_fields_alone(self, shop: Shop, heard: Heard) -> None:
        await everything_that_happens(shop, heard)
        assert heard.payloads.keys() == {*EVENTS, *KINDS, "command"}
        faults = sorted(
            {
                f"{kind}: {fault}"
                for kind, several in heard.payloads.items()
                for one in several
                for fault in unlike(recorded_payload(kind), one)
            }
        )
        assert not faults, "\n".join(faults)

    async def test_of_an_organization_name_it(self, shop: Shop, heard: Heard) -> None:
        await trigger(shop, heard)
        message = await a_message(shop)
        await Actor(shop.session, shop.slack.page, ADA).press(GENERAL, message, "Press")
        await Actor(shop.session, shop.slack.page, ADA).home()
        told = await shop.call("auth.test")
        org_wide = told["is_enterprise_install"]
        click, command = heard.payloads["block_actions"][0], heard.payloads["command"][0]
        event = heard.payloads["app_home_opened"][0]
        assert (click["is_enterprise_install"], command["is_enterprise_install"]) == (
            org_wide,
            str(org_wide).lower(),
        )
        assert (click["team"] is None) == org_wide
        assert event["authorizations"][0]["is_enterprise_install"] == org_wide
        enterprise = told.get("enterprise_id")
        assert (click["enterprise"] or {}).get("id") == command.get("enterprise_id") == enterprise
        assert event.get("enterprise_id") == enterprise


async def everything_that_happens(shop: Shop, heard: Heard) -> None:
    """Each kind of payload at least once."""
    ada = Actor(shop.session, shop.slack.page, ADA)
    message = await a_message(shop)
    await ada.press(GENERAL, message, "Press")
    reply = await shop.call(
        "chat.postMessage", channel=GENERAL, text="Hi", blocks=BLOCKS, thread_ts=message["ts"]
    )
    await ada.press(GENERAL, reply["message"], "Press")
    for view in ({**WINDOW, "notify_on_close": True}, WINDOW):
        opened_view = await shop.call("views.open", trigger_id=await trigger(shop, heard), view=view)
        window = opened_view["view"]
        place = {"type": "view", "view_id": window["id"]}
        await ada.act(place, window["blocks"][1]["block_id"], window["blocks"][1]["elements"][0])
        await as_ada(shop, "suggest", container=place, block_id="what", action_id="what", value="o")
    chosen = {"what": {"what": {"type": "external_select", "selected_option": OPTION}}}
    assert (await ada.submit(window, chosen))["ok"]
    await as_ada(shop, "view/close", view_id=(await ada.modal() or {})["id"])
    await ada.home()
    await shop.call("views.publish", user_id=ADA, view={"type": "home", "blocks": BLOCKS})
    home = await ada.home()
    assert home
    await ada.press_home(home, "Press")
    await ada.react(GENERAL, message["ts"], "pushpin")
    await as_ada(shop, "reaction", channel=GENERAL, ts=message["ts"], name="pushpin", remove=True)
    await ada.say("hello", GENERAL)
    someone = {"id": "U77NEW", "name": "new", "real_name": "New", "email": "new@northwind.example"}
    for record in ({}, {"deleted": True}):
        await shop.fault(people=[{**someone, "record": record}])
    for users in ([GRACE], [GRACE, ADA]):
        await shop.fault(groups=[{"id": "S02", "handle": "two", "name": "Two", "users": users}])
    for archived in (True, False):
        await shop.fault(channels={APPROVALS: {"archived": archived}})
    await shop.fault(channels={APPROVALS: {"name": "renamed", "leave": [GRACE, BOT], "deleted": True}})
    private = (await shop.call("conversations.create", name="p", is_private=True, team_id=TEAM))["channel"][
        "id"
    ]
    await shop.fault(channels={private: {"leave": [BOT]}}, token="token_revoked")
    assert await shop.error("auth.test") == "token_revoked"


async def as_ada(shop: Shop, deed: str, **body: Any) -> None:
    """What she does by hand on the page."""
    async with shop.session.post(f"{shop.slack.page}/sandbox/{deed}", json={"as": ADA, **body}) as answer:
        answer.raise_for_status()


async def a_message(shop: Shop) -> Json:
    """With a button, of the app's."""
    answer = await shop.call("chat.postMessage", channel=GENERAL, text="Hi", blocks=BLOCKS)
    found: Json = answer["message"]
    return found
