"""The sandbox as one web application: Slack's Web API, the page, response URLs, and faults on request."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from pydantic import ValidationError

from bot.demo.slack_sandbox.acting import Acting
from bot.demo.slack_sandbox.admin import Administrator
from bot.demo.slack_sandbox.blocks import InvalidBlocks
from bot.demo.slack_sandbox.conversations_api import ConversationsApi
from bot.demo.slack_sandbox.delivery import Delivery
from bot.demo.slack_sandbox.failed import Methods
from bot.demo.slack_sandbox.faults import RESPONSE_URL, Faults, struck
from bot.demo.slack_sandbox.messages_api import MessagesApi
from bot.demo.slack_sandbox.page_api import Page, serve_page
from bot.demo.slack_sandbox.people_api import PeopleApi
from bot.demo.slack_sandbox.pins_api import PinsApi
from bot.demo.slack_sandbox.rates import Rates
from bot.demo.slack_sandbox.rooms_api import RoomsApi
from bot.demo.slack_sandbox.state import PATIENCE, Json, State
from bot.demo.slack_sandbox.views_api import ViewsApi
from bot.demo.slack_sandbox.web_api import WebApi
from bot.demo.slack_sandbox.workspace import User, Usergroup, Workspace

STATIC = Path(__file__).parent / "static"


def create_sandbox(
    workspace: Workspace,
    *,
    daypass_url: str,
    own_url: str,
    signing_secret: str,
    bot_token: str,
    patience: float = PATIENCE,
    speed: float = 1.0,
) -> FastAPI:
    """A sandbox of this workspace at `own_url`. All that it sends goes to `daypass_url` + /slack/events.

    `patience`: seconds in which the app has to answer; Slack's own are the default. `speed`: how much faster
    than in Slack the minute goes by, of which its rate limits speak; 0: there are none.
    """
    state, faults, rates = State(workspace, patience), Faults(), Rates(speed)
    delivery = Delivery(state, f"{daypass_url}/slack/events", signing_secret)
    acting, administrator = Acting(state, delivery, own_url), Administrator(state, delivery)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await delivery.close()

    app = FastAPI(title="Slack sandbox", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    rooms = RoomsApi(state, own_url)
    app.include_router(WebApi(state, faults, rates, bot_token, _methods(state, rooms)).router())
    app.include_router(rooms.router())
    serve_page(app, Page(state, acting))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.post("/sandbox/response/{token}")
    async def response(token: str, request: Request) -> Response:
        body, answering = await request.json(), state.answering.get(token)
        places = (answering.channel, answering.user) if answering else ()
        fault = faults.take(RESPONSE_URL, lambda: places)
        return await struck(fault, request, lambda: _respond(state, acting, token, body))

    @app.get("/sandbox/control")
    async def waiting() -> JSONResponse:
        return JSONResponse({"faults": faults.waiting})

    @app.post("/sandbox/control")
    async def control(request: Request) -> JSONResponse:
        try:
            await _control(state, faults, rates, administrator, await request.json())
        except ValidationError as wrong:
            return JSONResponse({"ok": False, "error": str(wrong)}, status_code=400)
        return JSONResponse({"ok": True})

    return app


def _methods(state: State, rooms: RoomsApi) -> Methods:
    """Every method of the Web API that the sandbox answers."""
    parts = (
        MessagesApi(state),
        ConversationsApi(state),
        PeopleApi(state),
        ViewsApi(state),
        PinsApi(state),
        rooms,
    )
    return {name: method for part in parts for name, method in part.methods.items()}


async def _respond(state: State, acting: Acting, token: str, body: Json) -> Response:
    answering = state.answering.get(token)
    if answering is None or answering.uses <= 0 or time.monotonic() > answering.until:
        return PlainTextResponse("used_url", status_code=404)
    answering.uses -= 1
    try:
        acting.answer(state.rooms[answering.channel], answering.user, body, answering.ts)
    except InvalidBlocks:
        return PlainTextResponse("invalid_blocks", status_code=400)
    return PlainTextResponse("ok")


async def _control(
    state: State, faults: Faults, rates: Rates, administrator: Administrator, wanted: Json
) -> None:
    """Do what a test asks for, in this order.

    - `down`, `slow` (seconds of every call), `redeliver` (how often what is sent is sent again), `speed` (of Slack's minute)
    - `heal`: the method whose faults end, or true for all; `fail`: a fault or several (see `Fault`)
    - `uninvitable`: ids of people, or Slack's word by id
    - `people`, `groups`: put over those there are; `channels`: changes by id; `token`: the word for what is wrong with it
    """
    control = state.control
    control.down = bool(wanted.get("down", control.down))
    control.slow = float(wanted.get("slow", control.slow))
    control.redeliver = int(wanted.get("redeliver", control.redeliver))
    rates.speed = float(wanted.get("speed", rates.speed))
    faults.heal(wanted.get("heal", ""))
    asked = wanted.get("fail", [])
    for fault in asked if isinstance(asked, list) else [asked]:
        faults.add(fault)
    uninvitable = wanted.get("uninvitable", {})
    words = uninvitable if isinstance(uninvitable, dict) else dict.fromkeys(uninvitable, "cant_invite")
    control.uninvitable |= words
    await administrator.put_people([User.model_validate(one) for one in wanted.get("people", ())])
    await administrator.put_groups([Usergroup.model_validate(one) for one in wanted.get("groups", ())])
    for id, changes in wanted.get("channels", {}).items():
        await administrator.change_channel(id, changes)
    if "token" in wanted:
        await administrator.set_token(wanted["token"])
