"""`python -m bot.demo.slack_sandbox`: the sandbox as a process of its own, on this machine only."""

import argparse
import os
from pathlib import Path

import uvicorn

from bot.demo.slack_sandbox.app import create_sandbox
from bot.demo.slack_sandbox.faults import resettable
from bot.demo.slack_sandbox.state import PATIENCE
from bot.demo.slack_sandbox.workspace import Workspace

KEEP_ALIVE = 75
"""Seconds an idle connection stays open, as Daypass keeps its own."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox", description="A local stand-in for Slack.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--daypass-url", required=True, help="where Daypass listens, without a path")
    parser.add_argument("--workspace", type=Path, required=True, help="the workspace as JSON")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, help="seconds in which Daypass has to answer"
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        help="of the minute that Slack's rate limits speak of; 0: no limits",
    )
    given = parser.parse_args()
    app = create_sandbox(
        Workspace.model_validate_json(given.workspace.read_text()),
        daypass_url=given.daypass_url,
        own_url=f"http://127.0.0.1:{given.port}",
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        bot_token=os.environ["SLACK_BOT_TOKEN"],
        patience=given.patience,
        speed=given.speed,
    )
    uvicorn.run(
        resettable(app),
        host="127.0.0.1",
        port=given.port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=1,
    )


main()
