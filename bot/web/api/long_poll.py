"""Waiting for a change by HTTP: `If-None-Match` with the ETag that is known, and `Prefer: wait=SECONDS` (RFC 9110, 7240).

The answer comes when there is something else to see, or 304 when the time is over. Whoever waited is identified again before
they see anything.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from bot.web.api.auth import Api, Caller, Given, TheApi, caller_of
from workflows.workflow import State

MAX_WAIT_SECONDS = 50
"""Proxies commonly give up after 60."""
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?([0-9]{1,6})\"?\s*(?:$|[,;])", re.IGNORECASE)
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "What you know is what there is"}}


@dataclass(frozen=True)
class Looking:
    """What a request says about what its sender knows already."""

    api: Api
    request: Request
    given: Given
    known: str
    seconds: int

    async def at(
        self, kind: type[State], subject: str, shown: Callable[[Any], BaseModel], by: Caller
    ) -> Response:
        """Answer with the subject; wait before if it is what is known. Raises Failed or Retryable."""
        version = await self.api.changes.version(subject) if self.seconds else 0
        body, tag = await self._read(by, kind, subject, shown)
        if self.seconds and self._knows(tag):
            left = (by.expires_at - self.api.now()).total_seconds()
            if await self.api.changes.wait(subject, version, min(self.seconds, max(0.0, left))):
                by = await caller_of(self.api, self.request, self.given)
                body, tag = await self._read(by, kind, subject, shown)
        headers = {"ETag": tag, "Cache-Control": "no-store"}
        if self.seconds:
            headers["Preference-Applied"] = f"wait={self.seconds}"
        if self._knows(tag):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    async def _read(
        self, by: Caller, kind: type[State], subject: str, shown: Callable[[Any], BaseModel]
    ) -> tuple[bytes, str]:
        """As JSON, with its entity tag."""
        body = shown(await self.api.find(by, kind, subject)).model_dump_json(by_alias=True).encode()
        return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    def _knows(self, tag: str) -> bool:
        """RFC 9110, 13.1.2: a weak comparison with any that are listed."""
        return tag in [one.strip().removeprefix("W/") for one in self.known.split(",")]


def _looking(
    api: TheApi,
    request: Request,
    given: Given,
    if_none_match: Annotated[str, Header(max_length=200)] = "",
    prefer: Annotated[str, Header(max_length=200)] = "",
) -> Looking:
    asked = _WAIT.search(prefer)
    seconds = min(int(asked[1]), MAX_WAIT_SECONDS) if asked and if_none_match else 0
    return Looking(api, request, given, if_none_match, seconds)


Look = Annotated[Looking, Depends(_looking)]
