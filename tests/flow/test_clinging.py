"""P1, P7 from Slack to the database: nobody reads on behind an end that people were told of."""

import asyncio
import time

import psycopg
from pydantic import SecretStr

from bot.demo.warehouse import DATABASE
from bot.slack.access.texts import REVOKING
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import WHY, ask, card, granted, message, not_ready, press, token
from tests.flow.office import ALARMS, Office
from tests.flow.test_holding import unwrap
from tests.vault.clinging import clinging, opener

AFTERWARDS = 1.0


async def _login(office: Office, asked: str) -> dict[str, str]:
    return unwrap(office.servers, await token(office.ada, await office.ada.direct(), asked))


def _administer(office: Office, statement: str, database: str) -> None:
    with psycopg.connect(office.servers.warehouse.postgres.url(database), autocommit=True) as administrator:
        administrator.execute(statement)


async def test_a_client_that_reconnects_reads_nothing_after_the_card_says_ended(office: Office) -> None:
    asked = await granted(office)
    login = await _login(office, asked.id)
    with clinging(opener(office.servers.warehouse.postgres.bare_url(DATABASE), login)) as client:
        while not client.last_row:
            await asyncio.sleep(0.02)
        direct = await office.ada.direct()
        await press(office.ada, direct, "Give back", asked.id, "used once")
        ended = await office.until("ended")
        confirmed_at = time.time()
        await asyncio.sleep(AFTERWARDS)
    assert client.last_row < confirmed_at
    assert ended.credentials[0].account == login["username"]
    assert ended.credentials[0].confirmed_by == ("vault", "database")
    await card(office.ada, direct, asked.id, "confirmed by Vault and at the database")
    await message(office.ada, direct, "has ended (given back), confirmed by Vault and at the database")


async def test_what_vault_was_made_to_forget_is_not_ended_while_the_login_lives(office: Office) -> None:
    """`bao lease revoke -force` forgets the lease though the database refuses to drop the login."""
    asked = await granted(office)
    login = await _login(office, asked.id)
    _administer(office, f'CREATE TABLE kept (); ALTER TABLE kept OWNER TO "{login["username"]}"', "postgres")
    while not (credential := (await office.newest()).credentials[0]).lease_id:
        await asyncio.sleep(0.02)  # it is shown before it is in the books
    office.servers.bao.call("PUT", f"sys/leases/revoke-force/{credential.lease_id}")
    direct = await office.ada.direct()
    await press(office.ada, direct, "Give back", asked.id, "used once")
    await card(office.ada, direct, asked.id, REVOKING, "still has the login")
    await message(office.radia, ALARMS, "aren't confirmed revoked", "still has the login", login["username"])
    _administer(office, "DROP TABLE kept", "postgres")
    _administer(office, f"CALL daypass.end_login('{login['username']}')", DATABASE)
    await office.until("ended")


async def test_without_a_login_for_the_target_the_end_stays_unconfirmed_and_says_why(
    open_office: OpenOffice,
) -> None:
    async with open_office(daypass_targets={}) as office:
        asked = await granted(office)
        await _login(office, asked.id)
        direct = await office.ada.direct()
        await press(office.ada, direct, "Give back", asked.id, "used once")
        await card(office.ada, direct, asked.id, REVOKING, "has no login for warehouse")
        assert "DAYPASS_TARGETS" in (await not_ready(office))["targets"]


async def test_with_the_target_away_it_is_confirmed_once_it_is_back(open_office: OpenOffice) -> None:
    away = SecretStr(f"postgresql://daypass_confirm:wrong@127.0.0.1:9/{DATABASE}")
    async with open_office(daypass_targets={DATABASE: away}) as office:
        asked = await granted(office)
        await _login(office, asked.id)
        direct = await office.ada.direct()
        await press(office.ada, direct, "Give back", asked.id, "used once")
        await card(office.ada, direct, asked.id, REVOKING, "can't be asked")
    async with open_office() as office:
        await office.forward(minutes=1)
        await office.until("ended")


async def test_an_entitlement_without_a_target_is_confirmed_by_vault_alone_and_says_so(
    open_office: OpenOffice, rules
) -> None:
    file = "resources/feature-warehouse.yaml"
    bundle = rules(
        (
            file,
            "      policy: grant-warehouse-sample\n      target: warehouse\n",
            "      policy: grant-warehouse-sample\n",
        )
    )
    async with open_office(bundle=bundle) as office:
        asked = await ask(office, f"/access sample 15m because {WHY}")
        await _login(office, asked.id)
        direct = await office.ada.direct()
        await press(office.ada, direct, "Give back", asked.id, "used once")
        shown = await message(office.ada, direct, "has ended (given back), confirmed by Vault")
        assert "at the database" not in str(shown)
