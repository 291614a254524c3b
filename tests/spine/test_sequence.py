"""Every recorded event has one place in the tree, and what is signed verifies with nothing but the key (P9)."""

import asyncio
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from tests.builders import replicas
from tests.spine.tally import SOMEBODY, Refuse, count, rows, tally_ledger
from workflows.audit.checkpoint import open_checkpoint
from workflows.audit.export import write_export
from workflows.audit.merkle import leaf_hash, levels_of, root_at
from workflows.audit.note import VerifierKey
from workflows.audit.sequence import SILENCE, checkpoint, last_head, sequence, to_export
from workflows.audit.verify import verify_export
from workflows.ports import Retryable
from workflows.store import opened

ORIGIN = "daypass.northwind.example/audit"


class Key:
    """Signs as Vault's transit engine does, at the signer's edge; it can be away."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        self.away = False
        self.verifier = VerifierKey(ORIGIN, self._private.public_key().public_bytes_raw())

    async def sign(self, message: bytes) -> tuple[int, bytes]:
        if self.away:
            raise Retryable("Vault is sealed.")
        return 1, self._private.sign(message)

    async def public_keys(self) -> dict[int, bytes]:
        return {1: self.verifier.public}


@pytest.fixture
def key() -> Key:
    return Key()


class TestSequencing:
    async def test_gives_each_event_one_place_in_the_order_it_was_written(self, store, ledger):
        for n in range(5):
            await count(ledger, f"tly_{n % 2}", events=2)

        assert await sequence(store) == 10
        assert await sequence(store) == 0

        events, leaves = await rows(store, "events"), await rows(store, "leaves")
        assert [leaf.index for leaf in leaves] == list(range(10))
        assert [leaf.event for leaf in leaves] == [event.id for event in events]
        assert [leaf.hash for leaf in leaves] == [leaf_hash(event.leaf) for event in events]

    async def test_goes_on_where_it_stopped(self, store, ledger):
        for placed in (3, 1, 4):
            await count(ledger, events=placed)
            assert await sequence(store) == placed
        assert [leaf.index for leaf in await rows(store, "leaves")] == list(range(8))

    async def test_covers_everything_once_though_two_replicas_do_it_while_others_write(
        self, postgres_database, world, clock
    ):
        async with replicas(postgres_database.url) as stores:
            ledgers = [tally_ledger(store, world, clock) for store in stores]

            async def write(n: int) -> None:
                for _ in range(10):
                    await count(ledgers[n % 2], f"tly_{n % 5}")

            async def place(n: int) -> int:
                return sum([await sequence(stores[n]) for _ in range(8)])

            done = await asyncio.gather(place(0), place(1), *(write(n) for n in range(10)))
            left = await sequence(stores[0])

            assert sum(done[:2]) + left == 100
            leaves = await rows(stores[0], "leaves")
            assert [leaf.index for leaf in leaves] == list(range(100))
            assert {leaf.event for leaf in leaves} == {e.id for e in await rows(stores[0], "events")}


class TestACheckpoint:
    async def test_is_signed_over_what_is_sequenced(self, store, ledger, clock, key):
        await count(ledger, events=3)
        await sequence(store)

        head = await checkpoint(store, key, ORIGIN, clock.at)

        assert head == await last_head(store)
        opened = open_checkpoint(head.note.encode(), [key.verifier])
        hashes = [leaf.hash for leaf in await rows(store, "leaves")]
        assert opened.checkpoint.size == head.size == 3
        assert opened.checkpoint.root == root_at(levels_of(hashes), 3)
        assert opened.signed_at == head.at == clock.at

    async def test_is_made_when_the_log_has_grown_and_else_after_an_hour_of_silence(
        self, store, ledger, clock, key
    ):
        first = await checkpoint(store, key, ORIGIN, clock.at)
        assert first is not None
        assert first.size == 0
        assert await checkpoint(store, key, ORIGIN, clock.forward(minutes=59)) is None

        silent = await checkpoint(store, key, ORIGIN, clock.at + SILENCE - timedelta(minutes=59))
        assert silent is not None
        assert silent.size == 0

        await count(ledger)
        assert await checkpoint(store, key, ORIGIN, clock.at) is None, "nothing is sequenced yet"
        await sequence(store)
        grown = await checkpoint(store, key, ORIGIN, clock.at)
        assert grown is not None
        assert grown.size == 1

    async def test_waits_when_vault_is_away(self, store, ledger, clock, key):
        await count(ledger)
        await sequence(store)
        key.away = True
        with pytest.raises(Retryable):
            await checkpoint(store, key, ORIGIN, clock.at)
        assert await last_head(store) is None

        key.away = False
        assert await checkpoint(store, key, ORIGIN, clock.at) is not None

    async def test_is_made_once_though_two_replicas_make_it(self, postgres_database, world, clock, key):
        async with replicas(postgres_database.url) as stores:
            await count(tally_ledger(stores[0], world, clock))
            await sequence(stores[0])

            heads = await asyncio.gather(*(checkpoint(store, key, ORIGIN, clock.at) for store in stores))

            made = [head for head in heads if head]
            assert len(await rows(stores[0], "checkpoints")) == len(made) == 1


class TestAnExport:
    async def test_verifies_offline(self, store, ledger, clock, key, tmp_path):
        await self.live(store, ledger, clock, key)

        report = await self.exported(store, key, tmp_path)

        assert report.problems == ()
        assert (report.size, report.checkpoints, report.texts, report.erased) == (27, 6, 12, 0)
        assert report.last_checkpoint_at == clock.at

    async def test_verifies_when_a_text_was_erased(self, store, ledger, clock, key, tmp_path, database):
        await self.live(store, ledger, clock, key)
        async with opened(database.owner_url, alone=False) as owner, owner.writing() as connection:
            await connection.execute(text("DELETE FROM texts"))

        report = await self.exported(store, key, tmp_path)

        assert report.problems == ()
        assert (report.texts, report.erased) == (0, 12)

    async def test_holds_what_the_last_checkpoint_signs_and_no_more(
        self, store, ledger, clock, key, tmp_path
    ):
        await self.live(store, ledger, clock, key)
        await count(ledger, note="after the last checkpoint")
        await sequence(store)

        report = await self.exported(store, key, tmp_path)

        assert report.problems == ()
        assert report.size == 27

    async def live(self, store, ledger, clock, key):
        """Some hours in which this and that happened, with a clock that once went back."""
        for hour in range(6):
            await ledger.handle(Refuse("tly_new"), SOMEBODY, "test")
            await count(ledger, f"tly_{hour % 2}", note="because")
            clock.forward(minutes=-5)
            await count(ledger, f"tly_{hour % 3}", events=2 + hour % 2)
            clock.forward(hours=1)
            await sequence(store)
            await checkpoint(store, key, ORIGIN, clock.at)

    async def exported(self, store, key, tmp_path):
        leaves, texts, notes = await to_export(store)
        write_export(tmp_path / "log", leaves, texts, notes, [key.verifier])
        return verify_export(tmp_path / "log", [key.verifier])
