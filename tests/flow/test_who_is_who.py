"""A second account with an approver's address, by mid-day, on real parts: it decides nothing, and it is told."""

from typing import Any

from bot.demo.cast import GRACE
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import ask, card, log_of, press_as_shown
from tests.flow.office import ALARMS, APPROVALS, Office

SECOND = "U07SECOND"


def account(email: str, id: str = SECOND, **said: Any) -> dict[str, Any]:
    return {"id": id, "name": "grace.h", "real_name": "Grace H.", "email": email, "record": said}


async def slack_lists(office: Office, *people: dict[str, Any]) -> None:
    """Slack's list of people has these, Daypass has read it, and they see what approvers see."""
    await office.fault(people=people)
    await office.daypass.jobs.people.run_now()
    await office.api("conversations.invite", channel=APPROVALS, users=SECOND)


async def alarms(office: Office) -> list[str]:
    await office.quiet()
    return [one["text"] for one in await office.radia.messages(ALARMS)]


class TestASecondAccountWithAnApproversAddress:
    async def test_takes_no_seat_and_is_alarmed_until_there_is_one_again(self, office: Office) -> None:
        await slack_lists(office, account("Grace@northwind.example"))
        asked = await ask(office)
        shown = await card(office.edsger, APPROVALS, asked.id)
        for one in (SECOND, GRACE):
            await press_as_shown(office.person(one), APPROVALS, shown, "Approve")
        assert await log_of(office, asked.id) == [
            "access.requested",
            f"not-an-approver by {SECOND}",
            f"not-an-approver by {GRACE}",
        ]
        (told,) = await alarms(office)
        assert "grace@northwind.example (U02GRACE and U07SECOND)" in told
        await slack_lists(office, account("somebody@northwind.example"))
        (told,) = await alarms(office)
        assert "Over:" in told
        await press_as_shown(office.person(GRACE), APPROVALS, shown, "Approve")
        assert (await office.newest()).status == "active"

    async def test_takes_no_seat_by_a_change_of_addresses_in_the_course_of_the_day(
        self, office: Office
    ) -> None:
        asked = await ask(office)
        shown = await card(office.edsger, APPROVALS, asked.id)
        await slack_lists(office, account("hopper@northwind.example", GRACE))
        await slack_lists(office, account("grace@northwind.example"))
        await press_as_shown(office.person(SECOND), APPROVALS, shown, "Approve")
        assert await log_of(office, asked.id) == ["access.requested", f"not-an-approver by {SECOND}"]
        (told,) = await alarms(office)
        assert "did until just now" in told

    async def test_of_the_requester_s_own_does_not_decide_for_them(
        self, open_office: OpenOffice, rules: Rules
    ) -> None:
        members = "    members:\n      - grace@northwind.example"
        bundle = rules(("groups.yaml", members, f"{members}\n      - {SECOND}"))
        async with open_office(bundle=bundle) as office:
            await slack_lists(office, account("ada+second@northwind.example"))
            asked = await ask(office)
            shown = await card(office.edsger, APPROVALS, asked.id)
            await press_as_shown(office.person(SECOND), APPROVALS, shown, "Approve")
            assert await log_of(office, asked.id) == ["access.requested", f"own-request by {SECOND}"]
