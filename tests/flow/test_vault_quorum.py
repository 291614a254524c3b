"""A login that Vault's own approvers authorize: from the click to its end, on a real OpenBao, with people in Slack."""

import pytest

from bot.demo.actor import seen, text_of, wrapping_token
from bot.demo.cast import ADA, GRACE, RADIA
from tests.flow.conftest import Rules
from tests.flow.deeds import approve_what_is_risky, ask, card, give_reason, message, press, said, window
from tests.flow.office import APPROVALS, Office, Servers, Slack, opened
from tests.flow.test_holding import logs_in, unwrap
from tests.policy.test_assurance import GUARDED
from tests.vault.guarded import Guarded, guard
from workflows.access.state import Access

ASKS = "/access pii 20m because three of our customers have asked to be forgotten, and we look for them"
ANY_DAY = (GUARDED[0], 'allow: weekday != "saturday" && weekday != "sunday"', 'allow: "true"')


@pytest.fixture(scope="module")
def guarded(servers: Servers) -> Guarded:
    return guard(servers, owners=(GRACE, RADIA), others=(ADA,))


async def waiting(office: Office) -> tuple[Access, str]:
    """Ada has it, and has asked for a login; what Vault's approvers authorize."""
    asked = await ask(office, ASKS)
    for one in (office.grace, office.radia):
        await approve_what_is_risky(one, APPROVALS, asked.id)
    await office.until("active")
    await press(office.ada, await office.ada.direct(), "Get credentials", asked.id)
    assert "0 of 2" in text_of(await window(office.ada, "Vault asks its own approvers"))

    async def there() -> Access | None:
        found = await office.newest()
        return found if found.credentials and found.credentials[0].asked_of_vault else None

    state = await seen("Vault waits", there)
    return state, state.credentials[0].asked_of_vault.accessor


async def test_is_made_once_two_of_them_have_and_ends_like_any_other(
    guarded: Guarded, workspace: Slack, sqlite_database, rules: Rules
) -> None:
    settings = {"bundle": rules(GUARDED, ANY_DAY), "daypass_watch_seconds": 0.2}
    async with opened(guarded.servers, workspace, sqlite_database.url, **settings) as office:
        state, accessor = await waiting(office)
        note = await message(office.grace, await office.grace.direct(), "Vault waits for your authorization")
        assert f"accessor={accessor}" in said(note)
        await press(office.ada, await office.ada.direct(), "Get credentials", state.id)
        guarded.authorizes(GRACE, accessor)
        shown = await card(office.radia, APPROVALS, state.id, "1 of 2")
        assert f"sys/control-group/authorize accessor={accessor}" in said(shown)
        guarded.authorizes(RADIA, accessor)
        await press(office.ada, await office.ada.direct(), "Get credentials", "have authorized your login")
        login = unwrap(office.servers, wrapping_token(await window(office.ada, "BAO_TOKEN=")))
        assert logs_in(office.servers, login)
        await press(office.radia, APPROVALS, "Revoke", state.id)
        await give_reason(office.radia, "found them")
        await office.until("ended")
        assert not logs_in(office.servers, login)


async def test_revoked_while_it_waits_is_never_made(
    guarded: Guarded, workspace: Slack, sqlite_database, rules: Rules
) -> None:
    settings = {"bundle": rules(GUARDED, ANY_DAY), "daypass_watch_seconds": 0.2}
    async with opened(guarded.servers, workspace, sqlite_database.url, **settings) as office:
        state, accessor = await waiting(office)
        guarded.authorizes(GRACE, accessor)
        await press(office.radia, APPROVALS, "Revoke", state.id)
        await give_reason(office.radia, "not today")
        ended = await office.until("ended")
        assert [one.status for one in ended.credentials] == ["failed"]
        with pytest.raises(Exception, match="invalid accessor"):
            guarded.authorizes(RADIA, accessor)
