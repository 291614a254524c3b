"""The systems that keep on-call schedules. A new one is a module, its entry here, its settings in bot/settings.py and
bot/wiring/on_call.py, a section in docs/groups.md, and a case of tests/policy/test_on_call_kinds.py.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from integrations.on_call.answers import open_answers
from integrations.on_call.calendar import ICAL
from integrations.on_call.incident_io import INCIDENT_IO
from integrations.on_call.kind import Account, OnCallAccounts, OnCallKind, Read, Window
from integrations.on_call.opsgenie import OPSGENIE
from integrations.on_call.pagerduty import PAGERDUTY

ON_CALL_KINDS = {kind.name: kind for kind in (ICAL, PAGERDUTY, INCIDENT_IO, OPSGENIE)}
"""By the field that a schedule of on-call.yaml has for it."""


@asynccontextmanager
async def open_on_call(accounts: OnCallAccounts) -> AsyncIterator[Mapping[str, Read]]:
    """A reader of each kind. None of the systems has to answer yet, nor to be set up."""
    reach = accounts.reach
    for account in (accounts.pagerduty, accounts.incident_io, accounts.opsgenie):
        reach = reach.naming(account.url) if account else reach
    for address in accounts.calendars.values():
        reach = reach.naming(address.get_secret_value())
    async with open_answers(reach) as answers:
        yield {name: kind.reader(accounts, answers) for name, kind in ON_CALL_KINDS.items()}


__all__ = ["ON_CALL_KINDS", "Account", "OnCallAccounts", "OnCallKind", "Read", "Window", "open_on_call"]
