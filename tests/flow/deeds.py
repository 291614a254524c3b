"""What people do in Slack, and how they look for what they should see."""

from functools import partial
from typing import Any

from bot.demo.actor import Actor, Json, button, seen, text_of, values_of, wrapping_token
from bot.slack.access.texts import PASTE_PROGRAM
from bot.slack.access.ways import USE
from tests.flow.office import APPROVALS, GENERAL, HEALTH_TOKEN, REPEATED, Office
from workflows.access.state import Access

WHY = "last night's ranking features look stale"


async def form(person: Actor, text: str = "/access") -> Json:
    """The window that the command opens, whatever was open before."""
    while before := await person.modal():
        await person.close(before)
    answer = await person.command(text, GENERAL)
    assert answer["ok"], answer
    found: Json = await seen("the window to ask in", person.modal)
    return found


def filled(view: Json, **typed: str) -> Json:
    """The window's values with something typed into a field: duration, justification or ticket."""
    values = values_of(view)
    for name, text in typed.items():
        block = next(id for id in values if id.partition(":")[0] == name)
        values[block] = {name: {"type": "plain_text_input", "value": text}}
    return values


async def submitted(person: Actor, text: str, **typed: str) -> Json:
    """Fill the window in by a command, change what was typed, and press Ask; Slack's answer."""
    view = await form(person, text)
    return await person.submit(view, filled(view, **typed))


async def faults(person: Actor, text: str, **typed: str) -> dict[str, str]:
    """What the window says is wrong, by field."""
    answer = await submitted(person, text, **typed)
    return {block.partition(":")[0]: fault for block, fault in answer.get("errors", {}).items()}


ASKS = f"/access warehouse 1h because {WHY}"


async def ask(office: Office, text: str = ASKS, **typed: str) -> Access:
    """Ada asks, and it is taken. The same words within a minute would be the same request, so they never are."""
    before, earlier = len(await office.requests()), await office.ever_requested()
    if text == ASKS and any(office.clock() - one.asked_at < REPEATED for one in earlier):
        text = f"{ASKS} ({len(earlier) + 1})"
    answer = await submitted(office.ada, text, **typed)
    assert answer == {"ok": True}, answer
    return (await seen("the request is there", partial(_more_requests_than, office, before)))[-1]


async def _more_requests_than(office: Office, before: int) -> list[Access]:
    """One more, as soon as it is recorded: on a slow machine Slack is answered before that."""
    requests = await office.requests()
    assert len(requests) <= before + 1
    return requests if len(requests) > before else []


async def granted(office: Office, text: str = ASKS) -> Access:
    """Ada asks and Grace approves."""
    asked = await ask(office, text)
    await press(office.grace, APPROVALS, "Approve", asked.id)
    await office.until("active")
    return asked


async def message(person: Actor, channel: str, *words: str) -> Json:
    """The newest message that says all of these words, as soon as there is one."""

    async def look() -> Json | None:
        return await newest(person, channel, *words)

    found: Json = await seen(f"a message with {words} in {channel}", look)
    return found


async def newest(person: Actor, channel: str, *words: str) -> Json | None:
    found = [one for one in await person.messages(channel) if all(word in said(one) for word in words)]
    return found[-1] if found else None


def said(message: Json) -> str:
    """All that can be read in a message, with its notification text, and of a card what its buttons carry."""
    pressed = _buttons(message)
    is_card = any(one["text"]["text"] == "Details" for one in pressed)
    about = [one["value"] for one in pressed] if is_card else []
    return "\n".join([text_of(message), message.get("text", ""), *about])


def buttons(message: Json) -> list[str]:
    """The labels of what can be done; *Details* stands on every card."""
    return [one["text"]["text"] for one in _buttons(message) if one["text"]["text"] != "Details"]


def _buttons(message: Json) -> list[Json]:
    return [
        element
        for block in message["blocks"]
        for element in [*block.get("elements", []), block.get("accessory") or {}]
        if element.get("type") == "button"
    ]


async def card(person: Actor, channel: str, subject: str, *words: str) -> Json:
    """The request's card, as soon as it says these words."""
    return await message(person, channel, subject, *words)


async def press(person: Actor, channel: str, label: str, *words: str) -> Json:
    """Press a button of the newest message with these words; what Slack answered."""

    async def look() -> Json | None:
        found = await newest(person, channel, *words)
        return found if found and label in buttons(found) else None

    found = await seen(f"“{label}” on a message with {words}", look)
    return await person.press(channel, found, label)


async def approve_what_is_risky(person: Actor, channel: str, *words: str) -> Json:
    """Press Approve on the newest message with these words, and confirm it in the window that opens."""
    await press(person, channel, "Approve", *words)
    return await confirm(person)


async def confirm(person: Actor) -> Json:
    """Press Approve in the window that asks to confirm it."""
    return await person.submit(await window(person, "once you press Approve here"), {})


async def press_as_shown(person: Actor, channel: str, shown: Json, label: str) -> Json:
    """Press a button as it stood on the card when it was looked at, whatever has become of it since."""
    block, element = button(shown["blocks"], label)
    return await act(
        person,
        {"type": "message", "channel": channel, "ts": shown["ts"]},
        block,
        element["action_id"],
        {"type": "button", "value": element["value"]},
    )


async def act(
    person: Actor, container: Json, block: str, action_id: str, action: Json, values: Json | None = None
) -> Json:
    """Use an element as the page does; in a window also with what its inputs hold."""
    return await post(
        person,
        "action",
        container=container,
        block_id=block,
        action_id=action_id,
        action=action,
        state={"values": values or {}},
    )


async def post(person: Actor, deed: str, **body: Any) -> Json:
    async with person.session.post(f"{person.page}/sandbox/{deed}", json={"as": person.id, **body}) as answer:
        answer.raise_for_status()
        found: Json = await answer.json()
        return found


async def told(person: Actor, channel: str, *words: str) -> Json:
    """What only this person is told."""

    async def look() -> Json | None:
        found = await newest(person, channel, *words)
        return found if found and found["ephemeral"] else None

    found: Json = await seen(f"somebody is told {words}", look)
    return found


async def window(person: Actor, *words: str) -> Json:
    """The window on top, as soon as it says these words."""

    async def look() -> Json | None:
        view = await person.modal()
        return view if view and all(word in text_of(view) for word in words) else None

    found: Json = await seen(f"a window with {words}", look)
    return found


async def give_reason(person: Actor, reason: str) -> Json:
    """Fill in the window that asks why."""
    view = await window(person, "Why?")
    values = {"reason": {"reason": {"type": "plain_text_input", "value": reason}}}
    return await person.submit(view, values)


async def token(person: Actor, channel: str, subject: str) -> str:
    """Press Get credentials on the card; the wrapping token that the window hands over."""
    await press(person, channel, "Get credentials", subject)
    return str(wrapping_token(await window(person, "BAO_TOKEN=")))


async def more_options(person: Actor, view: Json) -> Json:
    """Press *More options* in the window in which access is requested; the window with its other fields."""
    block, element = button(view["blocks"], "More options")
    where = {"type": "view", "view_id": view["id"]}
    pressed = {"type": "button", "value": element["value"]}
    await act(person, where, block, element["action_id"], pressed, values_of(view))
    return await window(person, "Start")


async def use_with(person: Actor, way: str) -> None:
    """Choose another way to use the login, in the window that hands it over and shows the usual one."""
    view = await window(person, PASTE_PROGRAM)
    block = next(one for one in view["blocks"] if one.get("accessory"))
    option = next(one for one in block["accessory"]["options"] if one["value"] == way)
    action = {"type": "static_select", "selected_option": option}
    await act(person, {"type": "view", "view_id": view["id"]}, block["block_id"], USE, action)


async def log_of(office: Office, subject: str) -> list[str]:
    """What the log says of this subject, in order; a refusal as its code and by whom."""
    return [
        f"{leaf.facts['code']} by {leaf.actor}" if leaf.action.endswith(".refused") else leaf.action
        for leaf in await office.log()
        if leaf.subject == subject
    ]


async def not_ready(office: Office) -> dict[str, str]:
    """Each part that `/readyz` says isn't ready, with its reason."""
    told = {"Authorization": f"Bearer {HEALTH_TOKEN.get_secret_value()}"}
    async with office.session.get(f"{office.url}/readyz", headers=told) as answer:
        parts: dict[str, str] = (await answer.json())["parts"]
    found = {part: said for part, said in parts.items() if said != "ready"}
    assert answer.status == (503 if found else 200)
    return found
