"""Personal data that Vault's own approvers guard, from Slack: clicks grant it, and only Vault lets it be had."""

from pathlib import Path

import pytest

from bot.demo.actor import text_of
from bot.demo.cast import ADA, GRACE, RADIA
from tests.builders import Database
from tests.flow.conftest import Rules
from tests.flow.deeds import (
    approve_what_is_risky,
    ask,
    card,
    log_of,
    message,
    press,
    said,
    window,
)
from tests.flow.office import APPROVALS, Servers, Slack, opened
from tests.vault.conftest import Servers as VaultServers
from tests.vault.guarded import Guarded, guard

WAREHOUSE = "resources/feature-warehouse.yaml"
WEEKDAYS = 'allow: weekday != "saturday" && weekday != "sunday"'
RULE = "    rule:\n      longest: 1h\n      default: 30m\n"
ASKS = "/access pii 20m because customer 4711 asked which of her data we keep, case PRIV-7"


@pytest.fixture
def guarded(servers: Servers) -> Guarded:
    """A namespace of this test's own, in which Grace and Radia are the owners."""
    vaults = VaultServers(servers.bao, servers.warehouse, servers.login)
    return guard(vaults, "quorum", owners=(GRACE, RADIA), others=(ADA,))


@pytest.fixture
def bundle(rules: Rules) -> Path:
    return rules(
        (WAREHOUSE, WEEKDAYS, "allow: 'true'"),
        (WAREHOUSE, RULE, RULE.replace("rule:", "rule:\n      assurance: vault")),
    )


async def test_clicks_grant_it_and_two_vault_logins_let_it_be_had(
    guarded: Guarded, workspace: Slack, bundle: Path, sqlite_database: Database
) -> None:
    servers = Servers(guarded.bao, guarded.servers.warehouse, guarded.servers.login)
    async with opened(
        servers, workspace, sqlite_database.url, bundle=bundle, daypass_watch_seconds=0.2
    ) as office:
        asked = await ask(office, ASKS)
        assert "Vault approval" in said(await card(office.grace, APPROVALS, asked.id))
        for person in (office.grace, office.radia):
            await approve_what_is_risky(person, APPROVALS, asked.id)
        await office.until("active")
        direct = await office.ada.direct()
        await press(office.ada, direct, "Get credentials", asked.id)
        assert "0 of 2" in text_of(await window(office.ada, "Vault asks its own approvers"))
        waiting = (await office.newest()).credentials[0].asked_of_vault
        assert waiting is not None
        assert guarded.made() == set()
        told = said(
            await message(office.grace, await office.grace.direct(), "Vault waits for your authorization")
        )
        assert f"bao write sys/control-group/authorize accessor={waiting.accessor}" in told

        assert not guarded.authorizes(ADA, waiting.accessor), "her own doesn't count"
        assert not guarded.authorizes(GRACE, waiting.accessor)
        assert "1 of 2" in said(await card(office.ada, direct, asked.id, "1 of 2"))
        assert guarded.authorizes(RADIA, waiting.accessor)
        await message(office.ada, direct, "Vault's approvers have authorized")
        await press(office.ada, direct, "Get credentials", asked.id)
        await window(office.ada, "works once")
        assert len(guarded.made()) == 1
        await press(office.ada, direct, "Give back", asked.id)
        await office.quiet()
        await office.until("ended")
        assert guarded.made() == set()
        log = await log_of(office, asked.id)
        assert "access.vault-asked" in str(log)
