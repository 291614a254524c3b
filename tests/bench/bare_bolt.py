"""A Bolt app behind FastAPI that acknowledges `/access` and does nothing else. Run as a process."""

import os
import sys

import uvicorn
from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult


async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-bare")


bolt = AsyncApp(
    signing_secret=os.environ["SLACK_SIGNING_SECRET"], authorize=authorize, process_before_response=True
)
web = FastAPI()
handler = AsyncSlackRequestHandler(bolt)


@bolt.command("/access")
async def access(ack: AsyncAck) -> None:
    await ack()


@web.post("/slack/events")
async def events(request: Request) -> Response:
    return await handler.handle(request)


@web.get("/readyz")
async def readyz() -> None:
    pass


if __name__ == "__main__":
    uvicorn.run(web, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
