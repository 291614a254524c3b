"""What one person may have waiting, and be refused with a record of each, is bounded in the product as it runs."""

from sqlalchemy import text

from tests.flow.conftest import OpenOffice
from tests.flow.deeds import WHY, ask, card, log_of, press_as_shown, said, submitted
from tests.flow.office import APPROVALS, Office


class TestOnePerson:
    async def test_has_so_many_requests_waiting_and_is_told(self, open_office: OpenOffice) -> None:
        async with open_office(daypass_max_pending=2) as office:
            asked = [await ask(office) for _ in range(2)]
            answer = await submitted(office.ada, f"/access warehouse 1h because {WHY} once more")
            assert "You have 2 open already" in str(answer)
            await card(office.grace, APPROVALS, asked[1].id)
            await office.quiet()
            assert [one.id for one in await office.requests()] == [one.id for one in asked]
            shown = [one for one in await office.grace.messages(APPROVALS) if "acc_" in said(one)]
            assert len(shown) == 2, "the approvers hear of no third"

    async def test_begins_so_many_within_an_hour(self, open_office: OpenOffice) -> None:
        async with open_office(daypass_max_started_per_hour=1) as office:
            await ask(office)
            answer = await submitted(office.ada, f"/access warehouse 1h because {WHY} once more")
            assert "You have started 1 within an hour" in str(answer)

    async def test_is_refused_over_and_over_and_the_log_has_their_number(
        self, open_office: OpenOffice
    ) -> None:
        async with open_office(daypass_max_refusals_per_minute=3) as office:
            await office.api("conversations.invite", channel=APPROVALS, users=office.margaret.id)
            asked = await ask(office)
            shown = await card(office.margaret, APPROVALS, asked.id)
            for _ in range(8):
                await press_as_shown(office.margaret, APPROVALS, shown, "Approve")
            refused = await log_of(office, asked.id)
            assert refused == ["access.requested", *[f"not-an-approver by {office.margaret.id}"] * 3]
            await office.forward(minutes=1)
            await office.daypass.count_refusals()
            (counted,) = [one.subject for one in await office.log() if one.action == "http.refused"]
            assert f"It came from {office.margaret.id} (5 times)" in await text_of(office, counted)


async def text_of(office: Office, subject: str) -> str:
    """What was said in the events of a subject."""
    query = text("SELECT t.text FROM events e JOIN texts t ON t.event = e.id WHERE e.subject = :id")
    async with office.daypass.store.read_transaction() as connection:
        return " ".join(await connection.scalars(query, {"id": subject}))
