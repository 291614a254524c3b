"""`make bench`: what Daypass adds to the bare calls, as ratios of both sides measured in one run.

Prints a table, and writes it as JSON to the file that BENCH_JSON names. Exits 1 if a limit doesn't hold.
"""

import asyncio
import json
import os
import sys
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.demo.servers import answering, free_port, spawn
from bot.demo.stage import BUNDLE, ROOT, Stage, answers, staged, vault_settings
from tests.bench import (
    acknowledging,
    appending,
    declaring,
    ending,
    hashing,
    minting,
    proving,
    reading,
    replaying,
    verifying,
    waiting,
)
from tests.bench.bare import BareVault
from tests.bench.figures import Figure
from tests.bench.scene import scene
from workflows.policy.loading.load import load_bundle

out = Console(highlight=False)


async def measure() -> list[Figure]:
    """All figures, one after the other, on one set of servers."""
    async with staged(out.print, speed=0.0) as stage:
        out.print("Measuring the acknowledgement of /access …")
        figures = await _acknowledging(stage)
        out.print("Measuring it again beside pipelines that wait …")
        figures += await waiting.measure(stage)
        await asyncio.to_thread(stage.daypass.stop)
        bare = BareVault(stage.bao, stage.logins, stage.warehouse)
        vault, slack_url = vault_settings(stage.logins), f"{stage.page}/api/"
        async with scene(stage.directory, stage.bao, stage.warehouse, vault, slack_url) as running:
            out.print("Measuring how fast an incident is declared …")
            figures += await declaring.measure(running, stage.page)
            out.print("Measuring how fast credentials are minted …")
            figures += await minting.measure(running, bare)
            out.print("Measuring how fast grants end …")
            figures += await ending.measure(running, bare)
        async with scene(stage.directory, stage.bao, stage.warehouse, vault, slack_url, 1.0) as running:
            out.print("Measuring how soon an event is under a signed checkpoint …")
            figures += await proving.measure(running)
        out.print("Recording by eight writers, and verifying an export …")
        figures += await appending.measure(stage.postgres, load_bundle(BUNDLE))
        figures += await asyncio.to_thread(verifying.measure)
        out.print("Hashing an artifact of some gigabytes …")
        figures += await asyncio.to_thread(hashing.measure)
        out.print("Filling two logs, and measuring how fast the console reads them …")
        figures += await reading.measure(stage.postgres, load_bundle(BUNDLE))
        out.print("Deciding the large log's requests again by a draft …")
        figures += await replaying.measure(stage.postgres, load_bundle(BUNDLE))
        return figures


async def _acknowledging(stage: Stage) -> list[Figure]:
    port = free_port()
    secret = stage.environment["SLACK_SIGNING_SECRET"]
    bare = spawn(
        "the bare Bolt app",
        [sys.executable, "-m", "tests.bench.bare_bolt", str(port)],
        log=stage.directory / "bare.log",
        directory=ROOT,
        environment={"SLACK_SIGNING_SECRET": secret},
    )
    try:
        url = f"http://127.0.0.1:{port}"
        await answering(bare, partial(answers, f"{url}/readyz"))
        return await acknowledging.measure(stage.daypass_url, url, secret)
    finally:
        bare.stop()


def main() -> int:
    figures = asyncio.run(measure())
    table = Table("what", "Daypass", "bare", "ratio", "limit", "holds")
    for figure in figures:
        limit, holds = "", ""
        if figure.spelled_limit:
            limit, holds = f"{figure.limit:.2f}", "yes" if figure.holds else "NO"
        table.add_row(figure.name, figure.ours, figure.bare, f"{figure.ratio:.2f}", limit, holds)
    out.print(table)
    if path := os.environ.get("BENCH_JSON"):
        Path(path).write_text(json.dumps([figure.record for figure in figures], indent=2) + "\n")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
