"""The tour: the story of one short grant, played on real parts, told, and checked at every step."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import aiohttp
import psycopg
from rich.console import Console

from bot.demo.actor import Actor, Json, seen, text_of, values_of, wrapping_token
from bot.demo.cast import ADA, CHANNELS, GRACE
from bot.demo.stage import ROOT, Stage
from bot.demo.warehouse import DATABASE

GENERAL, APPROVALS = CHANNELS[0][0], CHANNELS[1][0]
SECONDS = 12
PROMISED = 2
"""Seconds after a grant's end in which all of it is gone."""
WHY = "last night's ranking features look stale"
QUERY = "SELECT count(*) FROM features.ranking"


class Untrue(AssertionError):
    """Something that the tour promises was not so."""


@dataclass
class Tour:
    """The story so far; each chapter sees for itself that what it tells is true."""

    stage: Stage
    ada: Actor
    grace: Actor
    out: Console
    told: int = 0
    sessions: list[psycopg.AsyncConnection[Any]] = field(default_factory=list)

    def tell(self, sentence: str) -> None:
        self.told += 1
        self.out.print(f"[bold]{self.told:>2}.[/bold] {sentence}")

    def saw(self, what: str, so: object) -> None:
        """Tell what was seen. Raises Untrue if it was not."""
        if not so:
            raise Untrue(f"This was not so: {what}")
        self.out.print(f"    [green]✓[/green] {what}")


async def play(stage: Stage, out: Console) -> None:
    """Play the story. Raises Untrue or NotSeen where it isn't true."""
    async with aiohttp.ClientSession() as session:
        story = Tour(stage, Actor(session, stage.page, ADA), Actor(session, stage.page, GRACE), out)
        try:
            await _asks(story)
            await _approves(story)
            login = await _gets_credentials(story)
            await _reads(story, login)
            await _loses_them(story, login)
            await _is_told(story)
            await _can_be_proved(story)
        finally:
            for open_session in story.sessions:
                await open_session.close()


async def _asks(story: Tour) -> None:
    story.tell("Ada, a scientist, needs the feature warehouse for a moment. She types into Slack:")
    command = f"/access warehouse {SECONDS}s because {WHY}"
    story.out.print(f"      {command}", markup=False)
    await story.ada.command(command, GENERAL)
    view = await seen("the window to ask in", story.ada.modal)
    story.saw("a window opened, filled in, and says who will be asked", "data-owners" in text_of(view))
    answer = await story.ada.submit(view, values_of(view))
    story.saw("she pressed Ask and the request was taken", answer["ok"] and not answer.get("errors"))


async def _approves(story: Tour) -> None:
    story.tell("Grace, who owns the data, finds a card in #access-approvals.")
    card = await seen("the card", lambda: _newest(story.grace, APPROVALS, WHY))
    story.saw(
        "the card says who, what, how long and why", all(word in text_of(card) for word in ("warehouse", WHY))
    )
    await story.grace.press(APPROVALS, card, "Approve")
    await seen("the approved card", lambda: _newest(story.grace, APPROVALS, "Approved by"))
    story.saw("she pressed Approve; the card changed in place and its buttons are gone", True)


async def _gets_credentials(story: Tour) -> Mapping[str, str]:
    story.tell("Ada presses Get credentials. Vault mints one at that moment, for what is left of the grant.")
    direct = await story.ada.direct()
    card = await seen("the approval in Ada's messages", lambda: _newest(story.ada, direct, "is approved"))
    await story.ada.press(direct, card, "Get credentials")

    async def token() -> str | None:
        view = await story.ada.modal()
        return wrapping_token(view) if view else None

    wrapping = await seen("the wrapping token", token)
    story.saw("a window hands her a token that works once", wrapping)
    unwrapped = await asyncio.to_thread(_unwrap, story.stage, wrapping)
    story.saw(f"`bao unwrap` shows a database login, {unwrapped.get('username')}", "password" in unwrapped)
    story.saw("unwrapping it again is refused", not await asyncio.to_thread(_unwrap, story.stage, wrapping))
    everything = json.dumps([await story.ada.messages(direct), await story.grace.messages(APPROVALS)])
    story.saw(
        "neither token nor password stands in any message",
        not any(secret in everything for secret in (wrapping, unwrapped["password"])),
    )
    return unwrapped


async def _reads(story: Tour, login: Mapping[str, str]) -> None:
    story.tell("She logs in to PostgreSQL with it and reads.")
    session = await _connect(story.stage, login)
    story.sessions.append(session)
    rows = await (await session.execute(QUERY)).fetchone()
    story.saw(f"{QUERY} → {rows[0] if rows else 'nothing'} rows", rows and rows[0] > 0)


async def _loses_them(story: Tour, login: Mapping[str, str]) -> None:
    story.tell(f"She leaves the session open. The grant was for {SECONDS} seconds …")
    session, began = story.sessions[0], time.monotonic()
    while await _answers(session):
        if time.monotonic() - began > SECONDS + PROMISED:
            raise Untrue("The open session outlived its grant.")
        await asyncio.sleep(0.1)
    story.saw("the open session was ended", True)
    while await _lets_in(story.stage, login):
        if time.monotonic() - began > SECONDS + PROMISED:
            raise Untrue("A new login was let in after the grant.")
        await asyncio.sleep(0.1)
    story.saw("a new login is refused", True)


async def _is_told(story: Tour) -> None:
    story.tell("Both are told.")
    direct = await story.ada.direct()
    await seen("the end in Ada's messages", lambda: _newest(story.ada, direct, "confirmed by Vault"))
    story.saw("Ada reads that it has ended, confirmed by Vault", True)
    card = await seen("the end on Grace's card", lambda: _newest(story.grace, APPROVALS, "Expired"))
    story.saw("Grace's card says what was used", "minted once" in text_of(card))


async def _can_be_proved(story: Tour) -> None:
    story.tell("Barbara, the auditor, exports the log and verifies it offline, with the public key alone.")
    key = (await _daypass(story.stage, "audit", "key")).stdout.strip()
    export = await seen("the grant's end under a signed checkpoint", lambda: _export(story.stage), every=0.5)
    verified = await _daypass(story.stage, "audit", "verify", str(export), "--key", key)
    story.saw(verified.stdout.strip().splitlines()[0], verified.returncode == 0)
    entries = next(_entries(export))
    entries.write_bytes(entries.read_bytes().replace(b"approve", b"approvE", 1))
    forged = await _daypass(story.stage, "audit", "verify", str(export), "--key", key)
    story.saw("with one letter of it changed, verification fails", forged.returncode == 1)


async def _export(stage: Stage) -> Path | None:
    """An export in which the grant has ended; the checkpoint that signs it may yet have to be made."""
    target = Path(mkdtemp(dir=stage.directory)) / "export"
    done = await _daypass(stage, "audit", "export", str(target))
    if done.returncode:
        return None
    logged = b"".join(
        file.read_bytes() for file in (target / "tile" / "entries").rglob("*") if file.is_file()
    )
    return target if b"acc.grant-ended" in logged else None


def _entries(export: Path) -> Iterator[Path]:
    return (file for file in (export / "tile" / "entries").rglob("*") if file.is_file())


async def _daypass(stage: Stage, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as an operator would."""
    command = [sys.executable, "-m", "bot", *arguments]
    environment = {**os.environ, **stage.environment}
    return await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


async def _newest(actor: Actor, channel: str, words: str) -> Json | None:
    """The newest message that says these words."""
    found = [message for message in await actor.messages(channel) if words in text_of(message)]
    return found[-1] if found else None


def _unwrap(stage: Stage, token: str) -> dict[str, str]:
    """What `bao unwrap` gives; nothing if it is refused."""
    command = [str(stage.bao.binary), "unwrap", "-format=json", f"-address={stage.bao.addr}", token]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=30, env={"HOME": str(stage.directory)}
    )
    return dict(json.loads(done.stdout)["data"]) if done.returncode == 0 else {}


async def _connect(stage: Stage, login: Mapping[str, str]) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(
        host=stage.postgres.host,
        port=stage.postgres.port,
        dbname=DATABASE,
        user=login["username"],
        password=login["password"],
        autocommit=True,
        connect_timeout=5,
    )


async def _lets_in(stage: Stage, login: Mapping[str, str]) -> bool:
    """False if PostgreSQL knows the login no more. Raises psycopg.OperationalError if it is not there."""
    try:
        await (await _connect(stage, login)).close()
    except psycopg.OperationalError as error:
        if "FATAL" not in str(error):
            raise
        return False
    return True


async def _answers(session: psycopg.AsyncConnection[Any]) -> bool:
    try:
        await session.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
