"""Access for a ticket of a stand-in Jira: looked up at each step, over when it is closed, and nobody's while it is away."""

from collections.abc import AsyncIterator

import pytest

from tests.access.ticket_systems import SECRET, SYSTEMS
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import WHY, card, faults, log_of, press, said, submitted
from tests.flow.office import APPROVALS, Office
from tests.outgoing.hostile import Hostile, answer, hostile
from tests.policy.test_tickets import LOOKED_UP, ticket
from workflows.access.ticket_watch import WATCHED_EVERY

JIRA = SYSTEMS["jira"]
ASKS = f"/access warehouse 1h ticket OPS-12 because {WHY}"


@pytest.fixture
async def jira() -> AsyncIterator[Hostile]:
    async with hostile(JIRA.says()) as server:
        yield server


@pytest.fixture
async def office(open_office: OpenOffice, rules: Rules, jira: Hostile) -> AsyncIterator[Office]:
    bundle = rules(ticket(f"{LOOKED_UP}, ends_access: true"))
    async with open_office(bundle=bundle, daypass_tickets={"jira": JIRA.address(jira.url)}) as office:
        yield office


async def test_access_ends_with_its_ticket_and_the_story_says_so(office: Office, jira: Hostile) -> None:
    assert await submitted(office.ada, ASKS) == {"ok": True}
    asked = await office.until("pending")
    shown = await card(office.grace, APPROVALS, asked.id, "OPS-12")
    assert f"<{jira.url}/browse/OPS-12|OPS-12>" not in said(shown), "only https leads anywhere"
    jira.says = JIRA.says(is_open=False)
    await press(office.grace, APPROVALS, "Approve", asked.id)
    jira.says = JIRA.says()
    await press(office.grace, APPROVALS, "Approve", asked.id)
    await office.until("active")
    jira.says = answer(status="503 Away")
    await office.forward(seconds=WATCHED_EVERY + 1)
    await card(office.grace, APPROVALS, asked.id, "ticket can't be seen")
    jira.says = JIRA.says(is_open=False)
    await office.forward(seconds=WATCHED_EVERY + 1)
    ended = await office.until("ended")
    assert ended.grant
    assert ended.grant.how == "ticket closed"
    log = await log_of(office, asked.id)
    assert [one for one in log if "ticket" in one] == ["access.ticket-unreadable", "access.ticket-closed"]
    assert log.count("access.reviewed") == 1


async def test_a_ticket_that_can_t_be_seen_open_is_refused_at_its_field(
    office: Office, jira: Hostile
) -> None:
    for says, why in (
        (JIRA.says(is_open=False), "OPS-12 is closed (Done)"),
        (answer(status="404 Not Found"), "wasn't found in jira"),
        (answer(status="503 Away"), "can't be checked"),
    ):
        jira.says = says
        assert why in (await faults(office.ada, ASKS))["ticket"]
    assert await office.requests() == []
    assert SECRET not in await office.everything_said()
