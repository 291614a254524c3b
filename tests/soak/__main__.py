"""`make soak`: two hundred grants against clients that don't want to go. GRANTS and AT_ONCE say otherwise.

Exits 1 if anybody read a row after a confirmed end, or if it took longer than ten minutes.
"""

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bot.cli.logs import quieten
from bot.demo.openbao import configure_openbao, start_openbao
from bot.demo.postgres import start_postgres
from bot.demo.warehouse import build_warehouse
from tests.builders import fresh_sqlite, sqlite_template
from tests.promises.ground import Servers, new_ground, open_to_all_roles
from tests.promises.slack import slack_for_cards
from tests.soak.soaking import LONGEST, Soaked, soak

GRANTS = int(os.environ.get("GRANTS", "200"))
AT_ONCE = int(os.environ.get("AT_ONCE", "6"))
out = Console(highlight=False)


async def run(directory: Path) -> Soaked:
    """On servers of its own, which go with it."""
    out.print("Starting OpenBao and PostgreSQL …")
    bao, postgres = await asyncio.gather(
        start_openbao(directory / "openbao"), start_postgres(directory / "postgres")
    )
    try:
        warehouse = await asyncio.to_thread(build_warehouse, postgres)
        configure_openbao(bao, warehouse)
        open_to_all_roles(bao, warehouse)
        with slack_for_cards() as slack:
            servers = Servers(bao, warehouse, slack)
            database = await asyncio.to_thread(_database, directory)
            ground = new_ground(servers, directory, database)
            out.print(f"{GRANTS} grants, {AT_ONCE} at once …")
            return await soak(servers, ground, GRANTS, AT_ONCE, out.print)
    finally:
        bao.kill()
        postgres.stop()


def _database(directory: Path) -> str:
    for name in ("template", "database"):
        (directory / name).mkdir()
    return fresh_sqlite(sqlite_template(directory / "template"), directory / "database").url


def main() -> int:
    quieten()
    with TemporaryDirectory(prefix="daypass-soak-", ignore_cleanup_errors=True) as directory:
        soaked = asyncio.run(run(Path(directory)))
    for line in (*soaked.lines, *soaked.faults):
        out.print(line)
    in_time = soaked.seconds <= LONGEST.total_seconds()
    if not in_time:
        out.print(f"It took longer than {LONGEST}.")
    return 0 if in_time and not soaked.faults and len(soaked.seen) == GRANTS else 1


if __name__ == "__main__":
    sys.exit(main())
