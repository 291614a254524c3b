"""A company of 12,000 people and 6,000 channels, at Slack's own pace."""

import time

from tests.builders import Database
from tests.flow.deeds import ask, card
from tests.flow.large import large_workspace
from tests.flow.office import APPROVALS, Servers, opened, slack

READY_WITHIN_SECONDS = 60
PAGES_OF_PEOPLE = 13


async def test_it_is_known_within_a_minute_and_at_once_after_a_restart(
    servers: Servers, sqlite_database: Database
) -> None:
    async with slack(large_workspace(), speed=1.0) as company:
        began = time.monotonic()
        async with opened(servers, company, sqlite_database.url) as office:
            assert time.monotonic() - began < READY_WITHIN_SECONDS
            assert [call.method for call in office.calls].count("users.list") == PAGES_OF_PEOPLE
            asked = await ask(office)
            await card(office.grace, APPROVALS, asked.id)
            await office.quiet()
            assert [call.method for call in office.calls].count("users.conversations") == 1
            assert not [call for call in office.calls if call.error]
        began = time.monotonic()
        async with opened(servers, company, sqlite_database.url) as office:
            assert time.monotonic() - began < READY_WITHIN_SECONDS / 6
            assert [call.method for call in office.calls].count("users.list") == PAGES_OF_PEOPLE
