"""Whoever is on call approves; while nobody is, others are asked at once, and nothing is approved by itself."""

from bot.demo.cast import MARGARET, RADIA
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import ask, card, log_of, message, press, told
from tests.flow.office import ALARMS, APPROVALS

WAREHOUSE = "resources/feature-warehouse.yaml"
ON_CALL = (WAREHOUSE, "approvers: [data-owners]", "approvers: [ranking-on-call]")
BY_RADIA = ("on-call.yaml", "margaret@northwind.example", "radia@northwind.example")
NOT_YET = ("on-call.yaml", "begins: 2026-", "begins: 2099-")


async def test_whoever_is_on_call_approves_and_nobody_else(open_office: OpenOffice, rules: Rules) -> None:
    async with open_office(bundle=rules(ON_CALL, BY_RADIA)) as office:
        asked = await ask(office)
        await card(office.radia, APPROVALS, asked.id, f"Waiting for <@{RADIA}>")
        await press(office.grace, APPROVALS, "Approve", asked.id)
        await told(office.grace, APPROVALS, "You're not an approver for this request.")
        await press(office.radia, APPROVALS, "Approve", asked.id)
        await office.until("active")


async def test_while_nobody_is_others_are_asked_and_operators_told(
    open_office: OpenOffice, rules: Rules
) -> None:
    async with open_office(bundle=rules(ON_CALL, NOT_YET)) as office:
        asked = await ask(office)
        await card(office.radia, APPROVALS, asked.id, f"Waiting for <@{MARGARET}>")
        assert (await log_of(office, asked.id))[1:3] == ["access.approvers-missing", "access.escalated"]
        assert (await office.newest()).status == "pending"
        await message(office.radia, ALARMS, "Nobody can be reached on call: ")
