"""What the chaos run does harm to: the demo's servers, with Daypass on a PostgreSQL of its own."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import psycopg

from bot.demo.postgres import Postgres, start_postgres
from bot.demo.stage import BUNDLE, ROOT, Stage, staged
from tests.builders import fresh_postgres, prepare_postgres

TOKEN = "chaos"


@dataclass
class Ground:
    """The demo's stage, and what can be broken besides its servers."""

    stage: Stage
    postgres: Postgres
    database: str
    """Daypass's own."""
    owner_url: str = field(repr=False)
    bundle: Path
    session: aiohttp.ClientSession

    async def slack(self, **wanted: Any) -> None:
        """Do something to the workspace (see the sandbox's control)."""
        url = f"{self.stage.page}/sandbox/control"
        async with self.session.post(url, json=wanted) as answer:
            answer.raise_for_status()

    async def readiness(self) -> dict[str, str]:
        """What `/readyz` says of each part; nothing if nobody answers."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        timeout = aiohttp.ClientTimeout(total=20)
        try:
            async with self.session.get(
                f"{self.stage.daypass_url}/readyz", headers=headers, timeout=timeout
            ) as answer:
                return dict((await answer.json())["parts"])
        except (aiohttp.ClientError, TimeoutError, OSError):
            return {}

    async def daypass(self, *arguments: str) -> str:
        """What the command line says, as an operator runs it."""
        command = [sys.executable, "-m", "bot", *arguments]
        run = partial(subprocess.run, cwd=ROOT, env={**os.environ, **self.stage.environment}, timeout=60)
        done = await asyncio.to_thread(run, command, capture_output=True, text=True)
        return str(done.stdout + done.stderr)

    def logins(self) -> list[str]:
        """The logins that Vault has made at the warehouse and that are still there."""
        with psycopg.connect(self.stage.warehouse.url) as connection:
            rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'")
            return [str(row[0]) for row in rows]

    def own_database(self, statement: str) -> None:
        """As its superuser."""
        with psycopg.connect(self.postgres.url(), autocommit=True) as connection:
            connection.execute(statement.encode())


@asynccontextmanager
async def ground(tell: Callable[[str], None]) -> AsyncIterator[Ground]:
    """Everything started; it goes with the block. Raises ServerFailed."""
    with TemporaryDirectory(prefix="daypass-chaos-", ignore_cleanup_errors=True) as temporary:
        directory = Path(temporary)
        bundle = shutil.copytree(BUNDLE, directory / "bundle")
        tell("Starting Daypass's own PostgreSQL …")
        postgres = await start_postgres(directory / "postgres")
        try:
            await asyncio.to_thread(prepare_postgres, postgres)
            with fresh_postgres(postgres) as database:
                settings = {
                    "DATABASE_URL": database.url,
                    "DAYPASS_BUNDLE": str(bundle),
                    "DAYPASS_HEALTH_TOKEN": TOKEN,
                    "DAYPASS_MAX_STARTED_PER_HOUR": "10000",
                }
                async with staged(tell, settings=settings) as stage, aiohttp.ClientSession() as session:
                    name = database.owner_url.rpartition("/")[2]
                    yield Ground(stage, postgres, name, database.owner_url, bundle, session)
                    await asyncio.to_thread(stage.daypass.stop)
        finally:
            postgres.stop()
