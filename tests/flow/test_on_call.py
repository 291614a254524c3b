"""Whoever is on call approves; while nobody is, others are asked at once, and nothing is approved by itself."""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest
from pydantic import AnyHttpUrl, SecretStr

from bot.demo.cast import MARGARET, RADIA
from bot.demo.stage import BUNDLE
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import ask, card, log_of, message, press, told
from tests.flow.office import ALARMS, APPROVALS, Office
from tests.flow.test_threads import thread
from tests.policy.on_call_samples import pagerduty_oncalls
from tests.policy.on_call_server import Answer, OnCallServer

WAREHOUSE = "resources/feature-warehouse.yaml"
ON_CALL = (WAREHOUSE, "approvers: [data-owners]", "approvers: [ranking-on-call]")
BY_RADIA = ("on-call.yaml", "margaret@northwind.example", "radia@northwind.example")
ROTA = (BUNDLE / "on-call.yaml").read_text().partition("    rota:\n")[2]
ELSEWHERE = ("on-call.yaml", f"    rota:\n{ROTA}", "    pagerduty: PI7DH85\n")
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


@pytest.fixture
def pagerduty() -> Iterator[OnCallServer]:
    server = OnCallServer()
    yield server
    server.stop()


@pytest.fixture
def open_with(
    open_office: OpenOffice, rules: Rules, pagerduty: OnCallServer
) -> Callable[[Answer], AbstractAsyncContextManager[Office]]:
    """Opens an office whose people on call are at PagerDuty, which gives this answer."""

    def opened(answer: Answer) -> AbstractAsyncContextManager[Office]:
        pagerduty.says(answer)
        return open_office(
            bundle=rules(ON_CALL, ELSEWHERE),
            daypass_pagerduty_url=AnyHttpUrl(pagerduty.url),
            daypass_pagerduty_token=SecretStr("a-key-that-nobody-may-see"),
        )

    return opened


async def test_whoever_is_on_call_elsewhere_approves(
    open_with: Callable[[Answer], AbstractAsyncContextManager[Office]],
) -> None:
    async with open_with(Answer(pagerduty_oncalls(("radia@northwind.example", None, None)))) as office:
        asked = await ask(office)
        await card(office.radia, APPROVALS, asked.id, f"Waiting for <@{RADIA}>")
        await press(office.radia, APPROVALS, "Approve", asked.id)
        await office.until("active")


async def test_while_who_is_on_call_can_t_be_told_others_are_asked_and_that_is_said(
    open_with: Callable[[Answer], AbstractAsyncContextManager[Office]],
) -> None:
    async with open_with(Answer(status=503)) as office:
        asked = await ask(office)
        shown = await card(office.radia, APPROVALS, asked.id, f"Waiting for <@{MARGARET}>")
        assert "Who is on call can't be told right now* (ranking-on-call)" in str(shown)
        assert (await log_of(office, asked.id))[1:3] == ["access.approvers-missing", "access.escalated"]
        (reply,) = await thread(office.radia, APPROVALS, shown, 1)
        assert reply.endswith("who is on call can't be told (ranking-on-call)")
        await message(
            office.radia, ALARMS, "(PagerDuty is unavailable right now, or gets too many requests.)"
        )
        assert "a-key-that-nobody-may-see" not in await office.everything_said()
        assert (await office.newest()).status == "pending"
