"""Whatever Daypass reads of what Slack says was recorded from Slack, or stands in its documentation."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View

from bot.demo.cast import ADA, BOT_TOKEN, GRACE, workspace
from bot.demo.slack_sandbox.methods import METHODS
from bot.slack import payload
from bot.slack.message import Message
from bot.slack.message_store import MessageStore
from integrations.slack.channel_lookup import ChannelLookup
from integrations.slack.channels import Rooms
from integrations.slack.content_digest import VISIBLE
from integrations.slack.message_text import posted_in
from integrations.slack.people import groups_of, home_of, people, people_of, person, usergroups
from integrations.slack.posting import SKEW
from tests.builders import Database
from tests.sandbox.shop import Shop, opened
from tests.slack.known import (
    KINDS,
    recorded_answer,
    recorded_payload,
)
from tests.slack.reading import declared, keys_read
from tests.slack.recording import NotingClient, Path_, noting
from tests.slack.shapes import SAMPLES, has, sample
from workflows.database.store import opened as opened_store
from workflows.database.stored_messages import Slot, StoredMessages

ROOT = Path(__file__).parents[2]
LISTENERS = sorted(
    file for file in (ROOT / "bot" / "slack").rglob("*.py") if file.name not in ("bolt.py", "http.py")
)
"""Without what only carries requests to the listeners."""
CALLERS = sorted((ROOT / "integrations" / "slack").rglob("*.py"))


class TestAnswers:
    """Of the Web API, by what is noted while they are read."""

    async def test_are_read_in_recorded_fields_alone(self, sqlite_database: Database) -> None:
        described = {
            **workspace(),
            "usergroups": [{"id": "S1", "handle": "o", "name": "O", "users": [GRACE]}],
        }
        async with opened(described=described) as shop, opened_store(sqlite_database.url) as store:
            client = NotingClient(BOT_TOKEN, base_url=f"{shop.slack.page}/api/", session=shop.session)
            await every_reader(
                shop, client, MessageStore(client, StoredMessages(store, lambda: datetime.now(UTC)))
            )
        assert unknown(client.read) == []
        assert client.read.keys() >= {
            "users.list", "usergroups.list", "users.conversations", "users.info", "conversations.open", "conversations.create",
            "conversations.history", "conversations.replies", "chat.postMessage", "chat.update", "views.publish",
        }  # fmt: skip

    def test_are_found_out_where_they_are_not(self) -> None:
        client = NotingClient("")
        read = client.read["users.list"]
        people_of(noting([{"id": "U1", "profile": {}}], read, ("members",)), ())
        assert unknown(client.read) == []
        read.add(("members", "profile", "mail"))
        assert unknown(client.read) == ["users.list: members.profile.mail"]

    def test_that_were_recorded_can_be_read(self) -> None:
        read: dict[str, set[Path_]] = {"users.list": set(), "usergroups.list": set()}
        members = noting(sample("api/users.list")["members"], read["users.list"], ("members",))
        groups = noting(sample("api/usergroups.list")["usergroups"], read["usergroups.list"], ("usergroups",))
        people_of(members, ["T00000000"])
        groups_of(groups)
        assert all(read.values())
        assert unknown(read) == []


async def every_reader(shop: Shop, client: NotingClient, board: MessageStore) -> None:
    """All that reads answers of the Web API, once."""
    home = await home_of(client)
    assert await people(client, home.teams)
    assert (await person(client, ADA, home.teams)).id == ADA
    assert await usergroups(client)
    channels = ChannelLookup(client)
    rooms = Rooms(client, channels)
    channel = await rooms.make("inc-1", False, datetime.now(UTC) - SKEW)
    assert await Rooms(client, channels).make("inc-1", False, datetime.now(UTC) - SKEW) == channel
    await rooms.set_topic(channel, "What is wrong")
    await shop.fault(uninvitable=[GRACE])
    assert await rooms.invite(channel, [ADA, GRACE]) == {GRACE: "cant_invite"}
    await rooms.share(channel, [("log.txt", "Log", "abc")], "The log")
    slot = Slot("s", f"channel:{channel}", "card")
    for text in ("Hello", "Hello again"):
        await board.show(slot, Message(text, (SectionBlock(text=text),)))
    posted = await shop.call("conversations.history", channel=channel)
    assert await rooms.message(channel, posted["messages"][0]["ts"])
    await board.show(Slot("s", f"person:{ADA}", "card"), Message("Hi", (SectionBlock(text="Hi"),)))
    await board.remember(Slot("s", f"channel:{channel}", "other"))
    await board.show(Slot("s", f"channel:{channel}", "other"), Message("Hi", (SectionBlock(text="Hi"),)))
    await board.publish(ADA, View(type="home", blocks=[SectionBlock(text="Home")]))
    assert await posted_in(client, channels, "#inc-1")


def unknown(read: dict[str, set[Path_]]) -> list[str]:
    """What was read and never recorded, as `method: path`."""
    return sorted(
        f"{method}: {'.'.join(path)}"
        for method, paths in read.items()
        for path in paths
        if path not in LOOKED_FOR and not has(recorded_answer(method), path)
    )


LOOKED_FOR = {(of, part) for of in ("message", "view") for part in VISIBLE}
"""A digest is taken of all that anybody could see, whether or not Slack has such a thing there."""
PAGES = "https://docs.slack.dev/reference"
HELD = ("selected_options", "selected_users", "selected_conversations", "selected_channels")
DOCUMENTED = (
    {("actions", name): f"{PAGES}/block-kit/block-elements/multi-select-menu-element" for name in HELD}
    | {
        ("actions", "selected_date_time"): f"{PAGES}/block-kit/block-elements/datetime-picker-element",
    }
    | {
        ("event", "user"): f"{PAGES}/events/user_change",
        ("event", "channel"): f"{PAGES}/events/channel_rename",
    }
)
"""Read, or checked so that nobody reads anything else there, though no sample has it; with what is inside."""
STATE = ("view", "state")
"""By the app's own names, so that no sample has anything in it: https://docs.slack.dev/reference/views"""


class TestPayloads:
    """Each is checked against `bot.slack.payload.Payload` before a listener reads a word of it."""

    def test_are_declared_in_recorded_fields_alone(self) -> None:
        assert undeclarable(payload.Payload) == []

    def test_are_found_out_where_they_are_not(self) -> None:
        class More(payload.Payload):
            mood: str | None = None

        assert undeclarable(More) == ["mood"]

    @pytest.mark.parametrize("file", LISTENERS, ids=lambda file: str(file.relative_to(ROOT)))
    def test_are_read_in_declared_fields_alone(self, file: Path) -> None:
        assert undeclared(file.read_text()) == []

    @pytest.mark.parametrize(
        "source",
        ["body['mood']", "event.get('text')", "'edited' in message", "body['view']['title']", "it['mood']"],
    )
    def test_are_found_out_where_they_are_read(self, source: str) -> None:
        assert len(undeclared(source)) == 1


def undeclarable(model: type[BaseModel]) -> list[str]:
    """Fields of the model that Slack sends in no payload."""
    events = [sample(f"events/{file.stem}") for file in (SAMPLES / "events").glob("*.json")]
    shapes = [*(recorded_payload(kind) for kind in (*KINDS, "command")), *events]
    return [
        ".".join(path)
        for path in declared(model)
        if path[:2] != STATE
        and not any(path[: len(start)] == start for start in DOCUMENTED)
        and not any(has(shape, path) for shape in shapes)
    ]


OWNERS: dict[str, type[BaseModel]] = {
    "body": payload.Payload,
    "event": payload.Event,
    "item": payload.Item,
    "view": payload.Shown,
    "body['view']": payload.Shown,
    "container": payload.Container,
    "message": payload.Message,
    "action": payload.Action,
}
"""What listeners call the parts of a payload."""
NOT_SLACKS = {"words", "effect.payload", "told", "told.facts", "told.texts", "described"}
"""Dictionaries of Daypass's own."""
ANYWHERE = {path[-1] for path in declared(payload.Payload)}
UNCHECKED = {("ssl_check", "body")}
"""https://docs.slack.dev/interactivity/implementing-slash-commands"""


def undeclared(source: str) -> list[str]:
    """What a module reads of a payload that `Payload` doesn't declare there."""
    return [
        f"{of}: {key}"
        for key, of in keys_read(source)
        if of not in NOT_SLACKS
        and (key, of) not in UNCHECKED
        and key not in (OWNERS[of].model_fields if of in OWNERS else ANYWHERE)
    ]


@pytest.mark.parametrize("file", CALLERS, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_caller_reads_a_field_that_no_answer_has(file: Path) -> None:
    """By its name alone: what no test above has read is held to this."""
    known = {name for method in METHODS for name in names(recorded_answer(method))}
    assert [key for key, of in keys_read(file.read_text()) if key not in known and "headers" not in of] == []


def names(shape: object) -> set[str]:
    """Of all fields in a shape."""
    inside = shape.values() if isinstance(shape, dict) else shape if isinstance(shape, list) else ()
    return set(shape if isinstance(shape, dict) else ()).union(*map(names, inside))
