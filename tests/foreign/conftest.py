"""A Slack that this project did not write: `emulate` (vercel-labs), which knows no clicks, behind a witness.

It holds users, channels, messages, windows and App Homes, refuses a call for which the token has no scope,
and hands out trigger ids. The scopes are those of docs/slack-manifest.yaml.
"""

import json
import shutil
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from bot.demo.cast import BOT_TOKEN, CHANNELS, PEOPLE
from bot.demo.servers import answering, free_port, spawn
from bot.demo.stage import ROOT, answers
from tests.builders import Database, leave_out
from tests.flow.office import Servers
from tests.foreign.client import EVERYBODY_S, Client, Workplace, witnessed, working

SEEING = [f"{kind}:{right}" for kind in ("channels", "groups", "im") for right in ("read", "history")]
SEEING += ["channels:join", "channels:manage", "channels:write", "users:read"]
HERE = Path(__file__).parent
LEFT_OUT = "Daypass was not tried against a foreign Slack: it needs node, and `npm ci` in tests/foreign."


def seed() -> dict[str, object]:
    manifest = yaml.safe_load((ROOT / "docs" / "slack-manifest.yaml").read_text())
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    app = {"app_id": "A00DAYPASS", "client_id": "1.2", "bot_id": "B00DAYPASS", "bot_user_id": "U00DAYPASS"}
    return {
        "strict_scopes": True,
        "users": [
            {"name": name, "real_name": real_name, "email": f"{name}@northwind.example"}
            for _, name, real_name, *_ in PEOPLE
        ],
        "channels": [{"name": name, "topic": topic} for _, name, topic, _ in CHANNELS],
        "oauth_apps": [
            {**app, "client_secret": "x", "name": "Daypass", "redirect_uris": [], "scopes": scopes}
        ],
        "tokens": [
            {**app, "token": BOT_TOKEN, "type": "bot", "user_id": "U00DAYPASS", "scopes": scopes},
            {"token": EVERYBODY_S, "type": "user", "user": "ada", "scopes": SEEING},
        ],
    }


@pytest.fixture(scope="session")
def node() -> str:
    """Where node is. If it or `emulate` is missing, the tests are left out, or fail if FOREIGN_TESTS is
    `required`."""
    found = shutil.which("node")
    if not found or not (HERE / "node_modules" / "emulate").is_dir():
        leave_out(LEFT_OUT, "FOREIGN_TESTS")
    return found


@pytest.fixture
async def workplace(
    node: str, servers: Servers, sqlite_database: Database, tmp_path: Path
) -> AsyncIterator[Workplace]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [node, str(HERE / "slack.mjs"), str(port), json.dumps(seed())]
    server = spawn("emulate", command, log=tmp_path / "emulate.log", directory=HERE)
    try:
        await answering(server, partial(answers, address))
        async with witnessed(address) as witness, Client(address) as client:
            await client.invite_daypass()
            async with working(servers, witness, client, sqlite_database.url) as found:
                yield found
    finally:
        server.kill()
