"""How soon `/access` is acknowledged, against a bare Bolt app that only acknowledges.

Both are processes of their own, reached over HTTP with Slack's signatures, in turn.
"""

import asyncio
import time
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier
from ulid import ULID

from tests.bench.figures import Figure, of_medians

LIMIT = 1.5
TURNS = 200
PAUSE = 0.02
"""Seconds between two commands: Slack's users don't type into each other's words."""


async def measure(daypass_url: str, bare_url: str, secret: str) -> list[Figure]:
    """The medians of two hundred commands each."""
    signer = SignatureVerifier(secret)
    ours, alone = [], []
    async with aiohttp.ClientSession() as session:
        for turn in range(TURNS + 10):
            took = await acknowledged(session, daypass_url, signer)
            await asyncio.sleep(PAUSE)
            took_alone = await acknowledged(session, bare_url, signer)
            await asyncio.sleep(PAUSE)
            if turn >= 10:
                ours.append(took)
                alone.append(took_alone)
    return [of_medians("acknowledgement of /access", ours, alone, LIMIT)]


async def acknowledged(session: aiohttp.ClientSession, url: str, signer: SignatureVerifier) -> float:
    """Type `/access`; the seconds until it is acknowledged."""
    body = urlencode(
        {
            "command": "/access",
            "text": "warehouse 1h because the bench wants to know",
            "user_id": "U01ADA",
            "team_id": "T01NORTHWIND",
            "channel_id": "C01GENERAL",
            "trigger_id": f"bench.{ULID()}",
            "api_app_id": "A00DAYPASS",
        }
    )
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signer.generate_signature(timestamp=timestamp, body=body) or "",
    }
    began = time.perf_counter()
    async with session.post(f"{url}/slack/events", data=body, headers=headers) as answer:
        await answer.read()
        assert answer.status == 200, answer.status
    return time.perf_counter() - began
