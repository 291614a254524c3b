"""A company of 12,000 people and 6,000 channels, at Slack's own pace."""

import time

from tests.builders import Database
from tests.flow.deeds import ask, card
from tests.flow.large import large_workspace
from tests.flow.office import APPROVALS, Servers, opened, slack

READY_WITHIN_SECONDS = 60
CALLS = {"users.list": 13, "users.conversations": 1}


async def test_it_is_known_within_a_minute_and_at_once_after_a_restart(
    servers: Servers, sqlite_database: Database
) -> None:
    async with slack(large_workspace(), speed=1.0) as company:
        began = time.monotonic()
        async with opened(servers, company, sqlite_database.url) as office:
            assert time.monotonic() - began < READY_WITHIN_SECONDS
            asked = await ask(office)
            await card(office.grace, APPROVALS, asked.id)
            await office.quiet()
            methods = [call.method for call in office.calls]
            assert {one: methods.count(one) for one in CALLS} == CALLS
            assert not [call for call in office.calls if call.error]
        began = time.monotonic()
        async with opened(servers, company, sqlite_database.url) as office:
            assert time.monotonic() - began < READY_WITHIN_SECONDS / 6
            assert [call.method for call in office.calls].count("users.list") == 13
