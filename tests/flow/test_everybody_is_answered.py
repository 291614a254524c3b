"""Every listener there is, in every way in which Slack or the database can fail: whoever clicked or typed gets a word."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError
from ulid import ULID

from bot.demo.actor import Json, seen
from bot.demo.cast import ADA
from bot.slack.access import modals as access_modals
from bot.slack.access.break_glass import windows as break_glass_windows
from bot.slack.access.form import HOW_LONG
from bot.slack.access.input_fields import INPUT
from bot.slack.access.ways import USE
from bot.slack.documents import windows as document_windows
from bot.slack.incidents import modals as incident_modals
from bot.slack.payload import KINDS
from bot.slack.releases import modals as release_modals
from bot.slack.show_all import BACK, ON
from integrations.slack.content_digest import digests_of
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import act
from tests.flow.office import GENERAL, Office
from tests.flow.test_rejected_requests import signature
from tests.slack import controls
from tests.slack.controls import carried
from workflows.access.on_behalf.refusals import ON_BEHALF

RESET, GONE = {"reset": True, "times": -1}, {"status": 404, "body": "used_url", "times": -1}
NO_WINDOW = {"method": "views.open", "error": "expired_trigger_id", "times": -1}
SLACK_FAILS: dict[str, list[Json]] = {
    "nothing fails": [],
    "no window opens": [NO_WINDOW],
    "no window opens, and the response URL is used up": [NO_WINDOW, {"method": "response_url", **GONE}],
    "every call but a direct message is reset": [
        {"method": method, **RESET}
        for method in ("views.open", "views.update", "views.publish", "response_url", "chat.postEphemeral")
    ],
}
TYPED = {
    "/access": (
        "",
        "help",
        "warehouse 1h because the bench asks",
        "stop",
        "stop everything of me because",
        "away",
        "back",
    ),
    "/release": ("", "help", "document", "ranking-service 3 because it is better"),
    "/incident": ("", "help", "list", "figures", "note all is well", "sev3 the ranking is stale"),
}
NEW = {
    *(access_modals.ASK, break_glass_windows.TAKE, release_modals.PROPOSE, incident_modals.DECLARE),
    document_windows.CHOOSE,
}
"""Windows that carry a subject and nothing else."""


@dataclass
class Registry:
    """Stands in for the Bolt app, and notes what is registered."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def __getattr__(self, kind: str) -> Callable[[str], Callable[[Any], Any]]:
        def register(name: str, **only: Any) -> Callable[[Any], Any]:
            self.found.append((kind, name))
            return lambda listener: listener

        return register


IN_WINDOWS = {HOW_LONG, INPUT, ON_BEHALF, USE, access_modals.MORE}
"""Fields and buttons that only stand in windows, beside those with suggestions."""
LEAFING = {BACK, ON}
"""Whoever leafs through a window sees whether the page has turned."""


def listeners() -> list[tuple[str, str]]:
    """Every listener of commands, buttons, windows and suggestions, once: of what kind, and for what."""
    registry: Any = Registry()
    for each in controls.listeners():
        each.attach(registry)
    return [
        one
        for one in dict.fromkeys(registry.found)
        if one[0] != "event" and one[1] not in LEAFING and not one[1].startswith("home.")
    ]


@dataclass
class Desk:
    """Ada at a message that has every button there is."""

    office: Office
    messages: dict[str, str]

    async def use(self, kind: str, name: str) -> list[Json]:
        """Let every variant of this listener be called; what Slack was answered in each."""
        match kind:
            case "command":
                return [await self._type(name, words) for words in TYPED[name]]
            case "action":
                return [await self._press(name)]
            case "view":
                return [await self._submit(name)]
            case _:
                return [await self._search(name)]

    async def heard(self) -> int:
        """How much has been said to Ada, in public, in private and in windows."""
        rooms = [await self.office.ada.messages(one) for one in (GENERAL, await self.office.ada.direct())]
        windows = [one for one in self.office.calls if one.method == "views.open" and not one.error]
        return sum(map(len, rooms)) + len(windows)

    async def _type(self, command: str, words: str) -> Json:
        form = {"command": command, "text": words, "user_id": ADA, "channel_id": GENERAL, **self._handles()}
        return await self._send(urlencode(form))

    async def _press(self, name: str) -> Json:
        if in_closed_window("action", name):
            return await self._choose(name)
        subject, ts = self.messages[name].split()
        value = carried(name, subject)
        where = {"type": "message", "channel": GENERAL, "ts": ts}
        return await act(self.office.ada, where, "all", name, {"type": "button", "value": value})

    async def _choose(self, name: str) -> Json:
        """In a window that is closed by now."""
        view = _view(release_modals.PROPOSE if name.startswith("release.") else access_modals.ASK)
        action = {"type": "external_select", "action_id": name, "block_id": "what"}
        if name == access_modals.MORE:
            action |= {"type": "button", "value": carried(name, f"acc_{ULID()}")}
        container = {"type": "view", "view_id": view["id"]}
        return await self._interact("block_actions", view=view, actions=[action], container=container)

    async def _submit(self, callback: str) -> Json:
        return await self._interact("view_submission", view=_view(callback))

    async def _search(self, name: str) -> Json:
        view = _view(release_modals.PROPOSE)
        return await self._interact("block_suggestion", view=view, action_id=name, block_id="x", value="r")

    async def _interact(self, type: str, **what: Any) -> Json:
        payload = {"type": type, "user": {"id": ADA}, **self._handles(), **what}
        return await self._send(urlencode({"payload": json.dumps(payload)}))

    def _handles(self) -> Json:
        return {"trigger_id": f"1.{ULID()}"}

    async def _send(self, body: str) -> Json:
        async with self.office.session.post(
            f"{self.office.url}/slack/events", data=body, headers=signature(body)
        ) as answer:
            assert answer.status == 200, await answer.text()
            said = await answer.text()
            return dict(json.loads(said)) if said else {}


def _view(callback: str) -> Json:
    kind = KINDS.get(callback.partition(".")[0], KINDS["access"])
    subject = f"{kind}_{ULID()}"
    return {
        "id": "V0CLOSED",
        "hash": "1.2",
        "type": "modal",
        "callback_id": callback,
        "private_metadata": subject if callback in NEW else carried(callback, subject),
        "state": {"values": {}},
        "blocks": [{"type": "input", "block_id": "reason"}],
    }


async def posted(office: Office, name: str) -> str:
    """A card with this button, as if Daypass had drawn it: what it is about, and where it stands."""
    subject = f"{KINDS.get(name.partition('.')[0], KINDS['access'])}_{ULID()}"
    element = {
        "type": "button",
        "action_id": name,
        "text": {"type": "plain_text", "text": "Press"},
        "value": carried(name, subject),
    }
    blocks = [{"type": "actions", "block_id": "all", "elements": [element]}]
    answer = await office.api("chat.postMessage", channel=GENERAL, text=name, blocks=blocks)
    row = {
        "subject": subject,
        "place": f"channel:{GENERAL}",
        "ts": answer["ts"],
        "drawn": json.dumps(sorted(digests_of(answer["message"]))),
        "at": "2026-01-01 00:00:00",
    }
    insert = (
        "INSERT INTO messages (subject, place, slot, channel, ts, drawn, begun_at) "
        f"VALUES (:subject, :place, 'card', '{GENERAL}', :ts, :drawn, :at)"
    )
    async with office.daypass.store.write_transaction() as connection:
        await connection.execute(text(insert), row)
    return f"{subject} {answer['ts']}"


@pytest.fixture
async def desk(open_office: OpenOffice) -> AsyncIterator[Desk]:
    async with open_office(daypass_max_started_per_hour=1_000, daypass_max_pending=1_000) as office:
        buttons = [
            name for kind, name in listeners() if kind == "action" and not in_closed_window(kind, name)
        ]
        yield Desk(office, {name: await posted(office, name) for name in buttons})


def in_closed_window(kind: str, name: str) -> bool:
    """Whether it listens to a field of a window: here that is closed, and there is nobody to answer."""
    fields = {name for kind, name in listeners() if kind == "options"} | IN_WINDOWS
    return kind == "action" and name in fields


@contextmanager
def no_database() -> Iterator[None]:
    """Whatever is asked of a database fails for as long as the block lasts."""

    def refuse(*_: Any) -> None:
        raise OperationalError("SELECT", None, Exception("the server closed the connection"))

    event.listen(Engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", refuse)


async def walked(desk: Desk, stale_windows: bool = False) -> None:
    """Let every listener be called, and wait until as much has been said as there were people to answer.

    With `stale_windows` nobody knows whether a window was refreshed: then whoever chose in it is told. The window of a
    login has none here, so nobody can have chosen in it.
    """
    before = await desk.heard()
    answers = await asyncio.gather(*(desk.use(kind, name) for kind, name in listeners()))
    unsaid = [
        f"{kind} {name}"
        for (kind, name), told in zip(listeners(), answers, strict=True)
        for one in told
        if not _speaks(one) and ((stale_windows and name != USE) or not in_closed_window(kind, name))
    ]

    async def all_said() -> bool:
        return await desk.heard() >= before + len(unsaid)

    await seen(f"a word for each of {unsaid}", all_said)
    assert await desk.heard() == before + len(unsaid)


def _speaks(answer: Json) -> bool:
    """Whether what Slack was answered is a word by itself: in a window, or below the command."""
    told = {"text", "errors", "view", "options", "option_groups"}
    return bool(told & answer.keys())


def test_the_registry_is_walked_whole() -> None:
    found = listeners()
    assert len(found) > 40
    assert {kind for kind, _ in found} == {"command", "action", "view", "options"}
    assert {name for kind, name in found if kind == "command"} == TYPED.keys()


async def test_whatever_slack_does(desk: Desk) -> None:
    for faults in SLACK_FAILS.values():
        await desk.office.fault(fail=faults)
        await walked(desk, stale_windows="views.update" in {one["method"] for one in faults})
        await desk.office.fault(heal=True)


async def test_when_there_is_no_database(desk: Desk) -> None:
    with no_database():
        await walked(desk)
