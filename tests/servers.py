"""The OpenBao and the warehouse that all offices of a worker share."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.demo.openbao import OpenBao, configure_openbao, start_openbao
from bot.demo.warehouse import Warehouse
from integrations.vault import Logins


@dataclass
class Servers:
    """What they are, and Daypass's logins. `bao` is another after a death: whoever starts it again says so here."""

    bao: OpenBao
    warehouse: Warehouse
    login: Logins


@contextmanager
def running_servers(directory: Path, warehouse: Warehouse) -> Iterator[Servers]:
    """OpenBao with its files in that directory, for as long as the block lasts."""
    bao = asyncio.run(start_openbao(directory))
    servers = Servers(bao, warehouse, configure_openbao(bao, warehouse))
    try:
        yield servers
    finally:
        servers.bao.kill()
