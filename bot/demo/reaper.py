"""The warehouse's reaper: PostgreSQL's own psql, with the file of examples/vault, as a child process."""

from pathlib import Path

from bot.demo.postgres import client
from bot.demo.servers import Server, spawn
from bot.demo.warehouse import EXAMPLES, Warehouse


def spawn_reaper(directory: Path, warehouse: Warehouse) -> Server:
    """Start it. It needs neither Vault nor Daypass."""
    directory.mkdir(parents=True, exist_ok=True)
    command = [client("psql"), "--no-psqlrc", "--file", str(EXAMPLES / "warehouse-reaper.sql")]
    return spawn(
        "the warehouse's reaper",
        command,
        log=directory / "reaper.log",
        directory=directory,
        environment=warehouse.reaper_environment,
    )
