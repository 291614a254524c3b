"""A decision heeds the passkeys of whoever acts, and no one else's: there may be thousands."""

from tests.builders import BY_KIND, WORKFLOWS, Clock
from tests.passkeys import SoftwareKey
from tests.people import EDSGER, GRACE, RADIA
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.ledger.loaded_subjects import Loader
from workflows.system.passkeys.commands import ConfirmPasskey, RemovePasskey
from workflows.workflow import Actor, World


async def test_a_decision_heeds_the_passkeys_in_use_of_whoever_acts(
    store: Store, world: World, clock: Clock
) -> None:
    ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
    keys = {who: SoftwareKey() for who in (GRACE, EDSGER)}
    for who, key in keys.items():
        await ledger.handle(key.added_by(who, clock(), authenticated_at=clock()), Actor(who), "console")
        confirmed = await ledger.handle(ConfirmPasskey(key.id), Actor(RADIA), "console")
        assert confirmed.events, confirmed.refusal

    async def heeded(*actors: str) -> set[str]:
        async with store.write_transaction() as connection:
            _, found = await Loader(BY_KIND).load(connection, ["acc_any"], actors)
            return {one.id for one in found}

    assert await heeded(GRACE) == {keys[GRACE].id}
    assert await heeded(GRACE, EDSGER) == {key.id for key in keys.values()}
    assert await heeded(RADIA) == set()
    await ledger.handle(RemovePasskey(keys[GRACE].id), Actor(GRACE), "console")
    assert await heeded(GRACE) == set()
    await ledger.drain()
