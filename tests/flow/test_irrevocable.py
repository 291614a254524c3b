"""A certificate that nothing can take back, from the question to its expiry, as people see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.demo.actor import text_of
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import (
    WHY,
    ask,
    buttons,
    card,
    form,
    give_reason,
    log_of,
    message,
    press,
    said,
    token,
    window,
)
from tests.flow.office import ALARMS, APPROVALS, Servers

WAREHOUSE = "resources/feature-warehouse.yaml"
RECIPE = "path: pki/issue/job\n      parameters: {common_name: job.example.com}"
POLICY = "\n".join(
    f'path "{path}" {{ capabilities = ["update"] }}' for path in ("pki/issue/job", "sys/wrapping/wrap")
)


@pytest.fixture
def bundle(servers: Servers, rules: Rules) -> Iterator[Path]:
    """The example bundle, whose warehouse lets in whoever has a certificate."""
    servers.bao.call("POST", "sys/mounts/pki", type="pki")
    either = {"key_type": "ec", "key_bits": 256}
    servers.bao.call("POST", "pki/root/generate/internal", common_name="a root", ttl="87600h", **either)
    servers.bao.call("POST", "pki/roles/job", allow_any_name=True, max_ttl="72h", **either)
    servers.bao.call("PUT", "sys/policies/acl/grant-job", policy=POLICY)
    yield rules(
        (WAREHOUSE, "path: database/creds/warehouse-read", RECIPE),
        (WAREHOUSE, "policy: grant-warehouse-read", "policy: grant-job"),
    )
    servers.bao.call("DELETE", "sys/mounts/pki")


async def test_everybody_knows_that_it_can_t_be_revoked_and_until_when_it_works(
    open_office: OpenOffice, bundle: Path
) -> None:
    async with open_office(bundle=bundle) as office:
        asking = await form(office.ada, f"/access warehouse 1h because {WHY}")
        assert "Can't be revoked early: TLS certificates work until they expire." in text_of(asking)
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id, "can't be revoked early")
        assert "Approve" in buttons(shown)
        await press(office.grace, APPROVALS, "Approve", asked.id)
        await office.until("active")

        direct = await office.ada.direct()
        await token(office.ada, direct, asked.id)
        handed = text_of(await window(office.ada, "works once"))
        assert "It works until then even if you give it back: TLS certificates can't be revoked." in handed

        await card(office.grace, APPROVALS, asked.id, "only stops new ones")
        await press(office.grace, APPROVALS, "Revoke", asked.id, "only stops new ones")
        await give_reason(office.grace, "the job is done")
        waiting = await card(office.ada, direct, asked.id, "Works until")
        assert "TLS certificates can't be revoked" in said(waiting)
        assert "confirmed" not in said(waiting)
        assert (await office.until("ending")).credentials[0].left_to_expire

        await office.forward(minutes=45)
        await office.quiet()
        assert (await office.newest()).status == "ending"
        assert not [one for one in await office.grace.messages(ALARMS) if asked.id in said(one)]
        await office.forward(minutes=16)
        await office.until("ended")
        await message(office.ada, direct, "has ended (revoked), confirmed by its own expiry")
        log = await log_of(office, asked.id)
        assert log[-4:] == [
            "access.credential-end-started",
            "access.credential-left-to-expire",
            "access.credential-ended",
            "access.grant-ended",
        ]
