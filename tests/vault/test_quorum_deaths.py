"""Daypass dies before and after each of its calls to a Vault whose approvers guard the credential; whoever comes after
goes on. Nothing outlives its grant, nothing is called ended that isn't, and approvers are asked again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from integrations.targets import open_targets
from integrations.vault import VaultCredentials
from integrations.vault.quorum import WAITS_NO_MORE
from tests.builders import changed_bundle, fresh_sqlite, world_of
from tests.lanes import LONG
from tests.people import ADA, GRACE, RADIA
from tests.vault.conftest import Servers
from tests.vault.guarded import POLICY, Guarded, Refused, guard
from tests.vault.quorum_life import Approvers, Clock, Death, Died, Life, Mortal, of, whole_story
from workflows.access.state import KIND, Access
from workflows.audit.tlog.leaf import Leaf, read_leaf
from workflows.audit.verify.history import history_faults
from workflows.database import tables
from workflows.database.store import Store, opened
from workflows.ledger.repository import Repository
from workflows.ports import MintOrder, Permanent
from workflows.workflow import CLOCKWORK, TimePassed, World

FILE = "resources/feature-warehouse.yaml"
PII = "      longest: 1h\n      default: 30m\n      lapse: 1h\n      credentials: 3\n"
WEEKDAYS = 'allow: weekday != "saturday" && weekday != "sunday"'
IN_A_LINE = 12
"""Lives that die one after the other, before one lives."""
EVERY = ("pending", "active", "ending", "ended")
DEATHS = (
    "after auth/token/create/daypass-high (1) in get credentials",
    "after database/creds/warehouse-pii (1) in get credentials",
    "after sys/control-group/request (1) in approver 1",
    "ledger.after_commit (1) in approver 2",
    "before sys/wrapping/unwrap (1) in collect",
    "after sys/wrapping/unwrap (1) in collect",
    "after sys/leases/renew (1) in collect",
    "after handing over (1) in collect",
    "after sys/leases/revoke (1) in give back",
)
"""Those of `make test`; `make soak` takes each that an undisturbed story reaches."""


@pytest.fixture(scope="module")
def guarded(servers: Servers) -> Guarded:
    return guard(servers, "mortal", owners=(GRACE, RADIA), others=(ADA,))


@pytest.fixture(scope="module")
def approvers(guarded: Guarded) -> Approvers:
    return Approvers(guarded)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    often = PII.replace("credentials: 3", "credentials: 20\n      assurance: vault")
    changes = (FILE, PII, often), (FILE, WEEKDAYS, "allow: 'true'")
    return world_of(changed_bundle(tmp_path_factory.mktemp("mortal") / "bundle", *changes))


@pytest.mark.early
@pytest.mark.soak
async def test_at_each_step(
    guarded: Guarded, approvers: Approvers, world: World, migrated_sqlite: Path, tmp_path: Path
) -> None:
    def fresh() -> str:
        return fresh_sqlite(migrated_sqlite, tmp_path).url

    died, steps = await _lived(fresh(), world, approvers, None)
    assert not died
    ends = _deaths_of(steps)
    assert set(ends) <= set(steps), set(ends) - set(steps)
    came = 0
    for first in range(0, len(ends), IN_A_LINE):
        url = fresh()
        for dies_at in ends[first : first + IN_A_LINE]:
            died, _ = await _lived(url, world, approvers, dies_at)
            came += died
            assert await _untrue(url, guarded) == [], dies_at
            await _authorize_what_the_dead_asked_for(url, approvers)
        died, _ = await _lived(url, world, approvers, None)
        assert (died, await _left(url, guarded)) == (False, [])
    assert came > len(ends) * 2 // 3


def _deaths_of(steps: Sequence[str]) -> Sequence[str]:
    """Those at which a grant is there already: what leads to it is as with any other."""
    return [one for one in dict.fromkeys(steps) if not one.endswith("the start")] if LONG else DEATHS


async def test_dead_for_ever_a_credential_ends_with_its_grant_by_vault_alone(
    guarded: Guarded, approvers: Approvers
) -> None:
    steps = [
        f"after sys/{one} (1) in the start" for one in ("wrapping/unwrap", "leases/renew", "wrapping/wrap")
    ]
    orders = await asyncio.gather(*(_die_while_it_is_made(guarded, approvers, one) for one in steps))
    assert len(guarded.made()) == len(steps)
    async with asyncio.timeout(60):
        while guarded.made() or any(guarded.servers.tokens_of(one.credential) for one in orders):
            await asyncio.sleep(0.2)


async def _die_while_it_is_made(
    guarded: Guarded, approvers: Approvers, step: str, seconds: int = 6
) -> MintOrder:
    """What was ordered for a grant of so many seconds, or of more where the machine is too busy for that."""
    death = Death(step)
    order = guarded.order(seconds=seconds, requester=ADA)
    vault = Mortal(guarded, death)
    credentials = VaultCredentials(vault)
    try:
        asked = await credentials.ask(order, 2)
        for one in (GRACE, RADIA):
            await asyncio.to_thread(approvers.authorize, one, asked.accessor)
        with pytest.raises(Died):
            await credentials.collect(order, asked)
        token = guarded.servers.token(asked.grant_accessor)
    except (Permanent, Refused):
        return await _die_while_it_is_made(guarded, approvers, step, seconds * 2)
    finally:
        await vault.close()
    assert token is not None
    assert datetime.fromisoformat(str(token["expire_time"])) <= order.ends_at
    return order


async def test_what_is_waited_for_in_vain_is_told_and_asked_again_until_the_grant_s_time_is_over(
    guarded: Guarded, approvers: Approvers, world: World, migrated_sqlite: Path, tmp_path: Path
) -> None:
    async def story(life: Life) -> None:
        access = await life.granted()
        rules = str(guarded.bao.call("GET", f"sys/policies/acl/{POLICY}")["data"]["policy"])
        with guarded.policy(rules.replace('ttl = "1h"', 'ttl = "1s"')):
            short, _ = await life.gets(access)
        state = await life.until(access.id, lambda one: of(one, short).status == "failed")
        assert of(state, short).trouble == WAITS_NO_MORE
        again, request = await life.gets(access)
        await life.authorizes(access, again, GRACE, seen=1)
        life.clock.ahead = timedelta(seconds=access.seconds)
        await life.ledger.handle(TimePassed(access.id), CLOCKWORK, "clockwork")
        await life.until(access.id, lambda one: one.status == "ended")
        with pytest.raises(Refused, match="invalid accessor"):
            approvers.authorize(RADIA, request.accessor)
        assert guarded.servers.tokens_of(again) == []
        await life.quiet()
        assert life.told.count((ADA, "credential-not-minted")) == 2

    url = fresh_sqlite(migrated_sqlite, tmp_path).url
    async with _life(url, world, approvers) as life:
        assert await life.lives(story)
    assert await _left(url, guarded) == []


async def _lived(
    url: str, world: World, approvers: Approvers, dies_at: str | None
) -> tuple[bool, Sequence[str]]:
    """Whether it died, and the steps that it came to. One that doesn't die leaves nothing to be done."""

    async def story(life: Life) -> None:
        await whole_story(life)
        if dies_at is None:
            await life.quiet()

    async with _life(url, world, approvers, dies_at) as life:
        lived = await life.lives(story)
        return not lived, life.death.steps


@asynccontextmanager
async def _life(
    url: str, world: World, approvers: Approvers, dies_at: str | None = None, clock: Clock | None = None
) -> AsyncIterator[Life]:
    warehouse = SecretStr(approvers.guarded.servers.warehouse.confirmer_url)
    async with opened(url) as store, open_targets({"warehouse": warehouse}) as targets:
        yield Life(store, targets, world, approvers, dies_at, clock)


async def _authorize_what_the_dead_asked_for(url: str, approvers: Approvers) -> None:
    """It does nobody any good, and isn't counted for what is asked for afterwards."""
    for credential in [one for access in await _accesses(url) for one in access.credentials]:
        if credential.status == "minting" and credential.asked_of_vault:
            for person in (GRACE, RADIA):
                with suppress(Refused):
                    approvers.authorize(person, credential.asked_of_vault.accessor)


async def _untrue(url: str, guarded: Guarded) -> list[str]:
    """What is called ended and isn't, at this moment."""
    made = guarded.made()
    return [
        f"{one.id} is {one.status}, and Vault has {one.lease_id}"
        for access in await _accesses(url)
        for one in access.credentials
        if one.over and one.lease_id in made
    ]


async def _left(url: str, guarded: Guarded) -> list[str]:
    """What is left of anything once everything is over, in Vault, in the warehouse and in the log."""
    accesses = await _accesses(url)
    ids = {one.id for access in accesses for one in access.credentials}
    tokens = [one for one in ids if guarded.servers.tokens_of(one)]
    async with opened(url) as store:
        leaves = await _log(store)
    return [
        *(f"Vault has {one}" for one in guarded.made()),
        *(f"Vault has a token of {one}" for one in tokens),
        *(f"{one.id} is {one.status}" for one in accesses if one.status != "ended"),
        *(str(one) for one in history_faults(enumerate(leaves))),
    ]


async def _accesses(url: str) -> list[Access]:
    async with opened(url) as store:
        return await Repository(store).in_status(Access, KIND, EVERY)


async def _log(store: Store) -> list[Leaf]:
    events = tables.events.c
    async with store.read_transaction() as connection:
        return [read_leaf(one) for one in await connection.scalars(select(events.leaf).order_by(events.seq))]
