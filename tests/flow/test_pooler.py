"""The main job through Slack, with PgBouncer in transaction mode between Daypass and its database."""

import asyncio

from pydantic import SecretStr

from bot.demo.warehouse import Warehouse
from integrations.targets.postgresql import open_postgresql
from tests.builders import Database
from tests.flow.deeds import ask, card, press_as_shown, token
from tests.flow.office import APPROVALS, Servers, Slack, opened
from tests.flow.test_holding import logs_in, unwrap
from tests.pgbouncer import PgBouncer


async def test_asked_approved_used_and_given_back(
    servers: Servers, workspace: Slack, postgres_database: Database, pooler: PgBouncer
) -> None:
    async with opened(servers, workspace, pooler.through(postgres_database.url)) as office:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        await office.until("active")
        direct = await office.ada.direct()
        login = unwrap(servers, await token(office.ada, direct, asked.id))
        assert logs_in(servers, login)
        await press_as_shown(
            office.ada, direct, await card(office.ada, direct, asked.id, "used once"), "Give back"
        )
        await office.until("ended")
        assert not logs_in(servers, login)


async def test_the_target_s_database_may_be_behind_one_too(pooler: PgBouncer, warehouse: Warehouse) -> None:
    async with open_postgresql("warehouse", SecretStr(pooler.through(warehouse.confirmer_url))) as target:
        for _ in range(8):
            await asyncio.gather(*(target.confirm_gone(f"v-nobody-{n}") for n in range(4)))
