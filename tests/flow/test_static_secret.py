"""A secret that is the same for everyone, from the question until somebody has changed it, as people see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.demo.actor import text_of
from bot.demo.openbao import EXAMPLES, write_policy
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import WHY, ask, card, form, log_of, message, press, said, token, window
from tests.flow.office import ALARMS, APPROVALS, Servers
from tests.vault.setting_up import keep_secret

WAREHOUSE = "resources/feature-warehouse.yaml"
SECRET = "path: kv/data/partner-key\n      static: true"
OWN = """
path "kv/metadata/partner-key" { capabilities = ["read"] }
path "sys/leases/lookup/kv/data/partner-key" { capabilities = ["list", "sudo"] }
"""


@pytest.fixture
def bundle(servers: Servers, rules: Rules) -> Iterator[Path]:
    """The example bundle, whose warehouse lets in whoever knows a key."""
    bao, own = servers.bao, (EXAMPLES / "daypass.hcl").read_text()
    bao.call("POST", "sys/mounts/kv", type="kv", options={"version": "2"})
    put(servers, "first")
    write_policy(bao, "daypass", own + OWN)
    write_policy(bao, "grant-partner-key", (EXAMPLES / "kv" / "grant-partner-key.hcl").read_text())
    yield rules(
        (WAREHOUSE, "path: database/creds/warehouse-read", SECRET),
        (WAREHOUSE, "policy: grant-warehouse-read\n      target: warehouse", "policy: grant-partner-key"),
    )
    write_policy(bao, "daypass", own)
    bao.call("DELETE", "sys/mounts/kv")


def put(servers: Servers, value: str) -> None:
    keep_secret(servers.bao, "kv/data/partner-key", api_key=value)


async def test_everybody_knows_that_it_can_t_be_taken_back_and_it_ends_when_it_was_changed(
    open_office: OpenOffice, bundle: Path, servers: Servers
) -> None:
    async with open_office(bundle=bundle) as office:
        asking = await form(office.ada, f"/access warehouse 1h because {WHY}")
        assert "Can't be taken back: the secret is the same for everyone" in text_of(asking)
        asked = await ask(office)
        await card(office.grace, APPROVALS, asked.id, "can't be taken back")
        await press(office.grace, APPROVALS, "Approve", asked.id)
        await office.until("active")

        direct = await office.ada.direct()
        await token(office.ada, direct, asked.id)
        handed = text_of(await window(office.ada, "works until someone changes it"))
        assert "The secret itself works until someone changes it." in handed

        await office.forward(minutes=61)
        waiting = await card(office.ada, direct, asked.id, "Waiting for someone to change the secret")
        assert "confirmed" not in said(waiting)
        await message(office.radia, ALARMS, "can't be taken back: it was read, and hasn't been changed since")
        assert (await office.newest()).status == "ending"

        put(servers, "second")
        await office.forward(minutes=2)
        await office.until("ended")
        await message(office.ada, direct, "has ended (expired), confirmed by a new version of the secret")
        assert (await log_of(office, asked.id))[-2:] == ["access.credential-ended", "access.grant-ended"]
