"""At Slack's own pace, one message a second in a channel and each method by its tier, everything still arrives, once."""

from collections.abc import AsyncIterator

import pytest

from tests.builders import Database
from tests.flow.deeds import WHY, ask, card, message, press, said
from tests.flow.office import APPROVALS, Office, Servers, opened, slack

REQUESTS = 3


@pytest.fixture
async def office(servers: Servers, sqlite_database: Database) -> AsyncIterator[Office]:
    async with slack(speed=1.0) as workspace, opened(servers, workspace, sqlite_database.url) as office:
        yield office


async def test_several_requests_at_once_are_shown_and_decided(office: Office) -> None:
    asked = [
        await ask(office, f"/access warehouse {hours}h because {WHY}") for hours in range(1, 1 + REQUESTS)
    ]
    for request in asked:
        await card(office.edsger, await office.edsger.direct(), request.id)
        await card(office.grace, APPROVALS, request.id)
    await press(office.grace, APPROVALS, "Approve", asked[0].id)
    await message(office.ada, await office.ada.direct(), "is approved")
    await card(office.edsger, await office.edsger.direct(), asked[0].id, "Approved by")
    await office.quiet()
    for request in asked:
        for person, place in ((office.grace, APPROVALS), (office.edsger, await office.edsger.direct())):
            shown = [one for one in await person.messages(place) if request.id in said(one)]
            assert len(shown) == 1
    assert {call.error for call in office.calls} <= {None, "rate_limited", "ratelimited"}
