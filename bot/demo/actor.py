"""Somebody in the sandbox, driven by a program as the page drives it by hand."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from itertools import pairwise
from typing import Any

import aiohttp

Json = dict[str, Any]


class NotSeen(AssertionError):
    """What should have appeared did not, in time; the message says what was looked for."""


@dataclass(frozen=True)
class Actor:
    """One person of the workspace, acting on the sandbox at `page`."""

    session: aiohttp.ClientSession
    page: str
    id: str

    async def command(self, text: str, channel: str) -> Json:
        """Type a slash command into a channel."""
        return await self._post("command", channel=channel, text=text)

    async def say(self, text: str, channel: str) -> Json:
        """Write a message into a channel."""
        return await self._post("message", channel=channel, text=text)

    async def react(self, channel: str, ts: str, name: str) -> Json:
        """Put an emoji under a message."""
        return await self._post("reaction", channel=channel, ts=ts, name=name)

    async def channels(self) -> list[Json]:
        return list(await self._get("channels"))

    async def direct(self) -> str:
        """The channel of the direct messages with Daypass."""
        return str(next(channel["id"] for channel in await self.channels() if channel["kind"] == "im"))

    async def messages(self, channel: str) -> list[Json]:
        """Oldest first; none of a channel that they aren't in."""
        try:
            return list(await self._get("messages", channel=channel))
        except aiohttp.ClientResponseError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return []

    async def thread(self, channel: str, ts: str) -> list[Json]:
        """A message and its replies, oldest first."""
        return list(await self._get("messages", channel=channel, thread_ts=ts))

    async def modal(self) -> Json | None:
        """The window that is open."""
        found: Json | None = await self._get("view")
        return found

    async def press(self, channel: str, message: Json, label: str) -> Json:
        """Press a button of a message by its label."""
        block, element = button(message["blocks"], label)
        container = {"type": "message", "channel": channel, "ts": message["ts"]}
        return await self.act(container, block, element)

    async def press_home(self, view: Json, label: str) -> Json:
        """Press a button of the App Home by its label."""
        block, element = button(view["blocks"], label)
        return await self.act({"type": "view", "view_id": view["id"]}, block, element)

    async def choose_home(self, view: Json, label: str) -> Json:
        """Choose an option of the App Home by its label."""
        block, element, option = choice(view["blocks"], label)
        action = {"type": element["type"], "selected_option": option}
        return await self._post(
            "action",
            container={"type": "view", "view_id": view["id"]},
            block_id=block,
            action_id=element["action_id"],
            action=action,
        )

    async def home(self) -> Json | None:
        """Open the App Home."""
        return await self._post("home")

    async def submit(self, view: Json, values: Json) -> Json:
        """Submit the open window; `values` are elements' values by block id and action id."""
        return await self._post("view/submit", view_id=view["id"], state={"values": values})

    async def close(self, view: Json) -> None:
        await self._post("view/close", view_id=view["id"])

    async def act(self, container: Json, block: str, element: Json) -> Json:
        """Press a button that was found in a message or view."""
        action = {"type": "button", "value": element.get("value", "")}
        return await self._post(
            "action", container=container, block_id=block, action_id=element["action_id"], action=action
        )

    async def _post(self, path: str, **body: Any) -> Json:
        async with self.session.post(f"{self.page}/sandbox/{path}", json={"as": self.id, **body}) as answer:
            answer.raise_for_status()
            found: Json = await answer.json()
            return found

    async def _get(self, path: str, **query: str) -> Any:
        async with self.session.get(f"{self.page}/sandbox/{path}", params={"as": self.id, **query}) as answer:
            answer.raise_for_status()
            return await answer.json()


async def seen(what: str, look: Callable[[], Any], patience: float = 30.0, every: float = 0.05) -> Any:
    """Look again and again until there is something. Raises NotSeen after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        found = await look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise NotSeen(f"not seen within {patience:g} s: {what}")
        await asyncio.sleep(every)


def text_of(message: Json) -> str:
    """All words of a message or view, in order."""
    return "\n".join(_texts(message.get("blocks") or [])) or str(message.get("text", ""))


def button(blocks: list[Json], label: str) -> tuple[str, Json]:
    """The block id and element of the button with this label. Raises NotSeen."""
    for block in blocks:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("type") == "button" and element["text"]["text"] == label:
                return block["block_id"], element
    raise NotSeen(f"there is no button “{label}”")


def choice(blocks: list[Json], label: str) -> tuple[str, Json, Json]:
    """The block id, the element and the option that has this label. Raises NotSeen."""
    for block in blocks:
        for element in block.get("elements", []):
            for option in element.get("options", []):
                if option["text"]["text"] == label:
                    return block["block_id"], element, option
    raise NotSeen(f"there is no choice “{label}”")


def button_under(message: Json, words: str) -> tuple[str, Json] | None:
    """The block id and element of the first button right below the block that says these words."""
    blocks = message["blocks"]
    for block, below in pairwise(blocks):
        if below["type"] == "actions" and words in text_of({"blocks": [block]}):
            return below["block_id"], below["elements"][0]
    return None


def values_of(view: Json) -> Json:
    """What the inputs of a window hold before anybody types, as its state is submitted."""
    values: Json = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            held = {"type": element["type"], "value": element.get("initial_value")}
            if element["type"] == "users_select":
                held = {"type": element["type"], "selected_user": element.get("initial_user")}
            elif element["type"] == "datepicker":
                held = {"type": element["type"], "selected_date": element.get("initial_date")}
            elif element["type"] == "datetimepicker":
                chosen = element.get("initial_date_time")
                held = {"type": element["type"], "selected_date_time": chosen}
            elif element["type"] == "checkboxes":
                held = {"type": element["type"], "selected_options": element.get("initial_options", [])}
            elif element["type"] == "timepicker":
                held = {"type": element["type"], "selected_time": element.get("initial_time")}
            elif element["type"] == "radio_buttons" or element["type"].endswith("select"):
                held = {"type": element["type"], "selected_option": element.get("initial_option")}
            values[block["block_id"]] = {element["action_id"]: held}
    return values


def filled(view: Json, **typed: str) -> Json:
    """What the inputs of a window hold after something was put into some of them, each named by its block, or by what
    stands before the colon of its block's id.

    A person is chosen by id, a date as YYYY-MM-DD, a time as HH:MM, a moment with its offset, an option by its value.
    """
    values = values_of(view)
    for field, words in typed.items():
        block = next(id for id in values if field in (id, id.partition(":")[0]))
        ((name, element),) = values[block].items()
        held: Json = {"type": element["type"]}
        match element["type"]:
            case "static_select" | "external_select" | "radio_buttons":
                held["selected_option"] = {"value": words, "text": {"type": "plain_text", "text": words}}
            case "users_select":
                held["selected_user"] = words
            case "timepicker":
                held["selected_time"] = words
            case "datepicker":
                held["selected_date"] = words
            case "datetimepicker":
                held["selected_date_time"] = int(datetime.fromisoformat(words).timestamp())
            case _:
                held["value"] = words
        values[block] = {name: held}
    return values


def wrapping_token(view: Json) -> str | None:
    """The token in the window that hands over a credential."""
    return next(iter(wrapping_tokens(view)), None)


def wrapping_tokens(view: Json) -> list[str]:
    """The token of each credential in the window that hands them over."""
    return list(dict.fromkeys(re.findall(r"BAO_TOKEN=([\w.-]+)", text_of(view))))


def _texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for item in node for text in _texts(item)]
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for value in node.values() if not isinstance(value, str) for text in _texts(value)]
    return []
