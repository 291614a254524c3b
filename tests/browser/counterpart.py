"""A small Bolt app for the sandbox's page to talk with; it knows nothing of Daypass."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

TOKEN = "xoxb-sandbox-browser-tests"
SIGNING_SECRET = "the-browser-tests-share-this-with-the-sandbox"

SNACKS = ("Apple pie", "Apricot", "Banana & cream", "Cherry")

Body = dict[str, Any]


def plain(text: str, emoji: bool = True) -> Body:
    return {"type": "plain_text", "text": text, "emoji": emoji}


def mrkdwn(text: str) -> Body:
    return {"type": "mrkdwn", "text": text}


def option(name: str) -> Body:
    return {"text": plain(name.replace("&", "&amp;"), emoji=False), "value": name}


def order_modal(chosen: str | None) -> Body:
    """A search as you type, a text with a rule of its own, and a line that follows the choice."""
    said = f"You will get: {chosen}" if chosen else "Choose a snack first."
    return {
        "type": "modal",
        "callback_id": "order",
        "title": plain("Order a snack"),
        "submit": plain("Order"),
        "close": plain("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": "snack",
                "dispatch_action": True,
                "label": plain("Which snack?"),
                "element": {
                    "type": "external_select",
                    "action_id": "snack",
                    "placeholder": plain("Type to search"),
                    "min_query_length": 0,
                },
            },
            {
                "type": "input",
                "block_id": "why",
                "label": plain("Why?"),
                "element": {"type": "plain_text_input", "action_id": "why", "multiline": True},
            },
            {"type": "context", "block_id": "said", "elements": [plain(said, emoji=False)]},
        ],
    }


def card(who: str, why: str, state: str) -> list[Body]:
    buttons = [
        {
            "type": "button",
            "action_id": "serve",
            "style": "primary",
            "text": plain("Serve"),
            "value": why[:100],
            "confirm": {
                "title": plain("Are you sure?"),
                "text": plain("It is the last one."),
                "confirm": plain("Yes, serve it"),
                "deny": plain("No"),
            },
        }
    ]
    return [
        {"type": "section", "block_id": "head", "text": mrkdwn(f"*<@{who}> asks for a snack*\n{state}")},
        {"type": "section", "block_id": "why", "text": plain(f"Why: {escaped(why)}"[:3000], emoji=False)},
        *([{"type": "actions", "block_id": "act", "elements": buttons}] if "Waiting" in state else []),
    ]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def make_bot(api: str, kitchen: str) -> AsyncApp:
    """Orders are made with `/snack` and served in the channel `kitchen`; whoever is told to wait, waits."""
    waiting = AsyncRateLimitErrorRetryHandler(max_retry_count=10)
    client = AsyncWebClient(base_url=api, token=TOKEN, retry_handlers=[waiting])
    app = AsyncApp(token=TOKEN, signing_secret=SIGNING_SECRET, client=client)

    @app.command("/snack")
    async def snack(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        if body["text"] == "help":
            await ack("Say what you *need*.")
            return
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=order_modal(None))

    @app.options("snack")
    async def snacks(ack: AsyncAck, body: Body) -> None:
        wanted = body["value"].lower()
        await ack(options=[option(name) for name in SNACKS if wanted in name.lower()])

    @app.action("snack")
    async def chosen(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        view = order_modal(body["actions"][0]["selected_option"]["value"])
        await client.views_update(view_id=body["view"]["id"], view=view)

    @app.view("order")
    async def order(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        why = body["view"]["state"]["values"]["why"]["why"]["value"]
        if len(why) < 10:
            await ack(response_action="errors", errors={"why": "Say more: ten characters at least."})
            return
        await ack()
        who = body["user"]["id"]
        await client.chat_postMessage(
            channel=kitchen, text="An order", blocks=card(who, why, ":hourglass: Waiting")
        )

    @app.action("serve")
    async def serve(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        who, value = body["user"]["id"], body["actions"][0]["value"]
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text="Served",
            blocks=card(who, value, f":white_check_mark: Served by <@{who}>"),
        )

    @app.event("app_home_opened")
    async def home(event: Body, client: AsyncWebClient) -> None:
        view = {"type": "home", "blocks": [{"type": "header", "text": plain("Your snacks")}]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.event("message")
    async def heard() -> None:
        pass

    return app


@asynccontextmanager
async def serving(app: AsyncApp, port: int) -> AsyncIterator[None]:
    """The bot, answering Slack's requests at `/slack/events` for as long as the context lasts."""
    web, handler = FastAPI(), AsyncSlackRequestHandler(app)

    @web.post("/slack/events")
    async def events(request: Request) -> Any:
        return await handler.handle(request)

    server = uvicorn.Server(uvicorn.Config(web, host="127.0.0.1", port=port, log_level="warning"))
    running = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await running
