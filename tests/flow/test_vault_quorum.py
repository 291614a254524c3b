"""Personal data that Vault's own approvers guard, from Slack: clicks grant it, and only Vault lets it be had."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.actor import seen, text_of
from bot.demo.cast import ADA, GRACE, RADIA
from bot.wiring.jobs import EFFECTS
from tests.access.story import SUBJECT, Story
from tests.builders import Clock, Database
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
from tests.flow.office import APPROVALS, Office, Servers, Slack, opened
from tests.vault.conftest import Servers as VaultServers
from tests.vault.guarded import Guarded, guard
from workflows.access import WORKFLOW
from workflows.access.events import Requested
from workflows.access.evolve import evolve
from workflows.access.request_digest import digest_under
from workflows.access.state import Access
from workflows.access.vault_quorum.events import VaultAuthorized
from workflows.ledger.claim import Claimant
from workflows.ledger.transaction import Entering, WriteSet
from workflows.workflow import OUTBOX, Actor, Event

WAREHOUSE = "resources/feature-warehouse.yaml"
WEEKDAYS = 'allow: weekday != "saturday" && weekday != "sunday"'
RULE = "    rule:\n      longest: 1h\n      default: 30m\n"
ASKS = "/access pii 20m because customer 4711 asked which of her data we keep, case PRIV-7"


@pytest.fixture(scope="module")
def guarded(servers: Servers) -> Guarded:
    """A namespace of these tests' own, in which Grace and Radia are the owners."""
    vaults = VaultServers(servers.bao, servers.warehouse, servers.login)
    return guard(vaults, "quorum", owners=(GRACE, RADIA), others=(ADA,))


@pytest.fixture
def bundle(rules: Rules) -> Path:
    return rules(
        (WAREHOUSE, WEEKDAYS, "allow: 'true'"),
        (WAREHOUSE, RULE, RULE.replace("rule:", "rule:\n      assurance: vault")),
    )


@pytest.fixture
async def office(
    guarded: Guarded, workspace: Slack, bundle: Path, sqlite_database: Database
) -> AsyncIterator[Office]:
    servers = Servers(guarded.bao, guarded.servers.warehouse, guarded.servers.login)
    async with opened(
        servers, workspace, sqlite_database.url, bundle=bundle, daypass_watch_seconds=0.2
    ) as office:
        yield office


async def test_clicks_grant_it_and_two_vault_logins_let_it_be_had(guarded: Guarded, office: Office) -> None:
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


class TestWhoeverHasSlackAndTheDatabase:
    """Every click is theirs to forge, and every row theirs to write, just as Daypass writes them itself."""

    async def test_gets_nothing_by_clicks_and_rows_that_say_vault_has_enough(
        self, guarded: Guarded, office: Office
    ) -> None:
        asked = await ask(office, ASKS)
        for person in (office.grace, office.radia):
            await approve_what_is_risky(person, APPROVALS, asked.id)
        await office.until("active")
        await press(office.ada, await office.ada.direct(), "Get credentials", asked.id)
        await window(office.ada, "Vault asks its own approvers", "0 of 2")
        waiting = await office.newest()
        (credential,) = waiting.credentials
        enough = VaultAuthorized(credential=credential.id, authorized_by=("grace", "radia"), enough=True)
        version = {leaf.version for leaf in await office.log() if leaf.subject == asked.id}
        await write(office, max(version) + 1, waiting, (enough,), OUTBOX, datetime.now(UTC))
        await press(office.ada, await office.ada.direct(), "Get credentials", asked.id)
        await self.gets_nothing(guarded, office, "Vault can't create a credential")

    async def test_gets_nothing_by_a_whole_story_in_which_clicks_were_enough(
        self, guarded: Guarded, office: Office
    ) -> None:
        story = Story(office.daypass.known.world(), Clock(datetime.now(UTC)))
        story.asks(ADA, "warehouse-pii", seconds=1_200)
        (requested, *_) = story.events
        assert isinstance(requested, Requested)
        terms = story.now.terms.model_copy(update={"assurance": "click"})
        digest = digest_under(story.now, terms)
        forged = (requested.model_copy(update={"terms": terms, "digest": digest}),)
        (first,) = story.logged.decided
        story.logged.decided[:] = [replace(first, events=forged)]
        story.state = evolve(None, *forged)
        for one in (GRACE, RADIA):
            story.approves(one)
        for version, one in enumerate(story.logged.decided, start=1):
            await write(office, version, one.state, one.events, one.actor, one.at)
        office.daypass.clockwork.wake(EFFECTS)
        await press(office.ada, await office.ada.direct(), "Get credentials", SUBJECT)
        await self.gets_nothing(guarded, office, "It now needs stronger approvals")

    async def gets_nothing(self, guarded: Guarded, office: Office, why: str) -> None:
        """Daypass does what the rows say, as far as it lets itself be told, and Vault makes nothing of it."""

        async def failed() -> bool:
            return (await office.newest()).credentials[0].status == "failed"

        await seen("the credential isn't made", failed)
        await office.quiet()
        (credential,) = (await office.newest()).credentials
        assert guarded.made() == set()
        assert not credential.was_minted
        assert why in (credential.trouble or "")


async def write(
    office: Office,
    version: int,
    state: Access | None,
    events: tuple[Event, ...],
    actor: Actor,
    at: datetime,
) -> None:
    """Events with all that they call for, past Daypass."""
    page = WriteSet(office.daypass.known.world(), at, Claimant("the thief", room=lambda kind: 0))
    subject = state.id if state else SUBJECT
    page.enter(Entering(WORKFLOW, subject, version, at, actor, "slack"), state, events)
    async with office.daypass.store.write_transaction() as connection:
        await page.write(connection)
