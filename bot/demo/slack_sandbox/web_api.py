"""Slack's Web API, as far as the app needs it: documented methods, Slack's errors, Slack's strictness.

Source: https://docs.slack.dev/reference/methods.
"""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bot.demo.slack_sandbox.arguments import arguments_of
from bot.demo.slack_sandbox.blocks import InvalidBlocks
from bot.demo.slack_sandbox.failed import Failed, Methods
from bot.demo.slack_sandbox.faults import Faults, places_of, struck
from bot.demo.slack_sandbox.methods import METHODS
from bot.demo.slack_sandbox.rates import Limited, Rates
from bot.demo.slack_sandbox.state import Json, State


class WebApi:
    """The entry to all methods: faults on request, the token, the rate, then the method itself."""

    def __init__(self, state: State, faults: Faults, rates: Rates, bot_token: str, methods: Methods) -> None:
        assert methods.keys() == METHODS.keys()
        self._state = state
        self._faults = faults
        self._rates = rates
        self._token = bot_token
        self._methods = methods

    def router(self) -> APIRouter:
        routes = APIRouter()

        @routes.api_route("/api/{method}", methods=["GET", "POST"])
        async def api(method: str, request: Request) -> Response:
            control = self._state.control
            await asyncio.sleep(control.slow)
            if control.down:
                return JSONResponse({"ok": False, "error": "service_unavailable"}, status_code=503)
            try:
                arguments = await arguments_of(request)
            except Failed as failed:
                return JSONResponse(failed.body)
            fault = self._faults.take(method, lambda: places_of(self._state, arguments))
            return await struck(fault, request, lambda: self._answer(method, request, arguments))

        return routes

    async def _answer(self, method: str, request: Request, arguments: Json) -> Response:
        try:
            return JSONResponse({"ok": True, **await self._call(method, request, arguments)})
        except Limited as limited:
            headers = {"Retry-After": str(limited.retry_after)}
            return JSONResponse(limited.body, status_code=429, headers=headers)
        except Failed as failed:
            return JSONResponse(_documented(method, failed))
        except InvalidBlocks as invalid:
            return JSONResponse(_invalid(method, invalid))

    async def _call(self, method: str, request: Request, arguments: Json) -> Json:
        given = request.headers.get("authorization", "").removeprefix("Bearer ") or arguments.pop("token", "")
        if not given:
            raise Failed("not_authed")
        if given != self._token:
            raise Failed("invalid_auth")
        if word := self._state.control.token:
            raise Failed(word)
        if method not in self._methods:
            raise Failed("unknown_method", req_method=method)
        wanted = str(arguments.get("channel") or "")
        room = self._state.room(wanted)
        self._rates.count(method, room.id if room else wanted)
        return await self._methods[method](arguments)


def _documented(method: str, failed: Failed) -> Json:
    """The sandbox says nothing that Slack's page of the method doesn't list."""
    assert method not in METHODS or failed.error in METHODS[method].words, (method, failed.error)
    return failed.body


def _invalid(method: str, invalid: InvalidBlocks) -> Json:
    word = "invalid_blocks" if method.startswith("chat") else "invalid_arguments"
    more = {"errors": invalid.messages} if method.startswith("chat") else {}
    return {"ok": False, "error": word, **more, "response_metadata": {"messages": invalid.messages}}
