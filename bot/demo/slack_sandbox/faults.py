"""Faults on request: how one call of Slack's Web API, or of a response URL, is made to go wrong."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Literal

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.demo.slack_sandbox.methods import METHODS
from bot.demo.slack_sandbox.state import Json, State

RESET = "sandbox.reset"
"""The name in an ASGI scope under which the connection can be cut."""
RESPONSE_URL = "response_url"
"""What a response URL is called where a method is named."""
ANY = "*"
LIMITED = frozenset({"ratelimited", "rate_limited"})
LINGER = struct.pack("ii", 1, 0)
"""Close at once, and tell the other side by a reset."""


class Fault(BaseModel):
    """What goes wrong, where, when and how often."""

    model_config = ConfigDict(extra="forbid")

    method: str
    """Of the Web API, or `response_url`, or `*` for any that documents the word."""
    place: str | None = None
    """A channel's or a person's id: only calls that name it, or that person's direct messages, go wrong."""
    times: int = 1
    """-1: until it is healed."""
    when: Literal["before", "after"] = "before"
    """Whether the deed is done all the same, and only its answer is wrong."""
    delay: float = 0.0
    """Seconds until the answer."""
    error: str | None = None
    """Slack's word; without one, and without a body, `internal_error` before the deed and a reset after it."""
    needed: str | None = None
    """The scope that is missing, said with `missing_scope`."""
    status: int | None = None
    retry_after: float = 1.0
    html: str | None = None
    body: str | None = None
    """The whole answer, as it stands, in place of Slack's JSON."""
    reset: bool = False
    """The connection is cut; nothing is answered."""
    passes: bool = False
    """The call goes through; it is only slow."""
    force: bool = False
    """Take a word that Slack doesn't document for the method."""
    left: int = Field(default=0, exclude=True)

    def model_post_init(self, _: Any) -> None:
        self.left = self.times

    @model_validator(mode="after")
    def is_documented(self) -> "Fault":
        """Nothing is tried that Slack never answers, unless it is asked for by name."""
        if self.method not in METHODS and self.method not in (RESPONSE_URL, ANY) and not self.force:
            raise ValueError(f"the sandbox has no method {self.method}; say force to fail it all the same")
        if not any(self.strikes(method) for method in (METHODS if self.method == ANY else [self.method])):
            raise ValueError(f"Slack documents no {self.error} for {self.method}; say force to answer it so")
        return self

    def strikes(self, method: str) -> bool:
        """Whether calls of this method go wrong: of those that `*` stands for, all that document the word."""
        if self.method not in (method, ANY):
            return False
        known = METHODS.get(method)
        return self.force or self.error is None or known is None or self.error in known.words

    @property
    def resets(self) -> bool:
        lost = self.when == "after" and (self.error, self.html, self.body, self.status) == (None,) * 4
        return not self.passes and (self.reset or lost)

    def answer(self) -> Response:
        """What is answered in place of the truth."""
        if self.html is not None:
            return HTMLResponse(self.html, status_code=self.status or 502)
        if self.body is not None:
            return Response(self.body, status_code=self.status or 200, media_type="application/json")
        word = self.error or "internal_error"
        limited = word in LIMITED
        headers = {"Retry-After": f"{self.retry_after:g}"} if limited else {}
        more = {"needed": self.needed, "provided": "chat:write"} if self.needed else {}
        status = self.status or (429 if limited else 200)
        return JSONResponse({"ok": False, "error": word, **more}, status_code=status, headers=headers)


class Faults:
    """Those that were asked for and aren't used up, in the order in which they were."""

    def __init__(self) -> None:
        self._open: list[Fault] = []

    @property
    def waiting(self) -> list[Json]:
        """Those that have yet to strike."""
        return [fault.model_dump(exclude_defaults=True) for fault in self._open]

    def add(self, wanted: Json) -> None:
        self._open.append(Fault.model_validate(wanted))

    def heal(self, method: str | bool) -> None:
        """Take away those of one method, or all."""
        self._open = [fault for fault in self._open if method is not True and fault.method != method]

    def take(self, method: str, places: Callable[[], Iterable[str]]) -> Fault | None:
        """The first that strikes this call, counted; `places` are what it names."""
        for fault in self._open:
            if fault.strikes(method) and (fault.place is None or fault.place in places()):
                fault.left -= 1
                if fault.left == 0:
                    self._open.remove(fault)
                return fault
        return None


async def struck(fault: Fault | None, request: Request, doing: Callable[[], Awaitable[Response]]) -> Response:
    """The answer to a call that this fault strikes."""
    if fault is None:
        return await doing()
    true = await doing() if fault.when == "after" else None
    await asyncio.sleep(fault.delay)
    if fault.passes:
        return true or await doing()
    if fault.resets:
        request.scope[RESET]()
        await asyncio.sleep(0)
    return fault.answer()


def places_of(state: State, arguments: Json) -> set[str]:
    """The channels and people that a call is about, by their ids."""
    named = {
        str(arguments[name]) for name in ("channel", "channel_id", "user", "user_id") if name in arguments
    }
    named |= set(str(arguments.get("users") or "").split(","))
    named |= {room.id for room in state.rooms.values() if f"#{room.name}" in named or room.name in named}
    if trigger := state.triggers.get(str(arguments.get("trigger_id") or "")):
        named.add(trigger.user)
    if view := arguments.get("view_id"):
        named |= {user for user, stack in state.windows.items() if any(one["id"] == view for one in stack)}
    named |= {room.user for room in map(state.rooms.get, set(named)) if room and room.user}
    return named | {state.direct(user).id for user in named if user in state.people}


def resettable(app: Any) -> Any:
    """The ASGI application with a way to cut its connections; uvicorn has to call it itself."""

    async def served(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = {**scope, RESET: lambda: _cut(receive.__self__.transport)}
        await app(scope, receive, send)

    return served


def _cut(transport: asyncio.Transport) -> None:
    found: socket.socket = transport.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
    transport.abort()
