"""Every recorded event has one place in the tree, and what is signed verifies with nothing but the key (P9)."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from tests.builders import replicas
from tests.spine.tally import SOMEBODY, Refuse, count, rows, tally_ledger
from workflows.audit.export.directory import write_export
from workflows.audit.growth import Forked, Growth, vouched_for
from workflows.audit.sequencer import SILENCE, checkpoint, last_head, sequence, to_export
from workflows.audit.tlog.checkpoint import Checkpoint, open_checkpoint
from workflows.audit.tlog.merkle import leaf_hash, levels_of, root_at
from workflows.audit.tlog.note import VerifierKey, assemble, plain_signature
from workflows.audit.verify.directory import verify_export
from workflows.database.store import opened
from workflows.ports import Retryable

ORIGIN = "daypass.northwind.example/audit"


class Key:
    """Signs as Vault's transit engine does, at the signer's edge; it can be away."""

    def __init__(self, seed: bytes = bytes(range(32))) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
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
        async with opened(database.owner_url, alone=False) as owner, owner.write_transaction() as connection:
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


class TestAFork:
    """Whoever owns the database can change what it remembers; what was signed is held against it all the same."""

    @pytest.fixture
    async def signed(self, postgres_database, world, clock, key):
        """Five events signed by a process that lives on; its store and what it knows."""
        async with opened(postgres_database.url) as store:
            growth = Growth()
            await count(tally_ledger(store, world, clock), events=5)
            await sequence(store)
            head = await checkpoint(store, key, ORIGIN, clock.at, growth)
            yield store, growth, head

    def rewritten(self, database, *statements: str) -> None:
        """As the tables' owner, with the triggers put aside."""
        with psycopg.connect(database.owner_url) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode())

    async def grows(self, store, world, clock) -> None:
        await count(tally_ledger(store, world, clock), "tly_2")
        await sequence(store)

    ANOTHER = "UPDATE leaves SET hash = sha256('another') WHERE index = 2"
    WITHOUT = "DELETE FROM checkpoints"

    @pytest.mark.parametrize(
        ("statements", "words"),
        [
            ([ANOTHER], "forked"),
            ([ANOTHER, WITHOUT], "forked"),
            ([WITHOUT, "DELETE FROM leaves WHERE index >= 3"], "cut"),
            (["DELETE FROM leaves WHERE index = 2"], "cut"),
        ],
    )
    async def test_is_never_signed_by_the_process_that_signed_before(
        self, signed, postgres_database, world, clock, key, statements, words
    ):
        store, growth, _ = signed
        self.rewritten(postgres_database, *statements)
        with pytest.raises(Forked, match=words):
            await checkpoint(store, key, ORIGIN, clock.at, growth)
        if words == "forked":
            await self.grows(store, world, clock)
            with pytest.raises(Forked, match=words):
                await checkpoint(store, key, ORIGIN, clock.at, growth)

    async def test_is_not_signed_after_a_restart_if_a_posted_head_tells(
        self, signed, postgres_database, world, clock, key
    ):
        store, _, head = signed
        self.rewritten(postgres_database, self.ANOTHER, self.WITHOUT)
        await self.grows(store, world, clock)

        posted = f"Checkpoint of the audit log: 5 events\n```{head.note}```"
        restarted = Growth()
        restarted.learn(vouched_for([posted, posted], ORIGIN, [key.verifier.public], "the channel #audit"))
        with pytest.raises(Forked, match="the channel #audit has a signed head of 5 events"):
            await checkpoint(store, key, ORIGIN, clock.at, restarted)

    async def test_is_found_though_the_posted_head_is_read_late(
        self, signed, postgres_database, world, clock, key
    ):
        store, _, head = signed
        self.rewritten(postgres_database, self.ANOTHER, self.WITHOUT)
        restarted = Growth()
        await checkpoint(store, key, ORIGIN, clock.at, restarted)
        restarted.learn(vouched_for([head.note], ORIGIN, [key.verifier.public], "#audit"))
        await self.grows(store, world, clock)
        with pytest.raises(Forked, match="#audit has a signed head of 5 events"):
            await checkpoint(store, key, ORIGIN, clock.at, restarted)

    @pytest.mark.parametrize(
        ("size", "note"),
        [
            (9, "no note"),
            (
                5,
                f"{ORIGIN}\n5\n{43 * 'A'}=\n\n\N{EM DASH} x AAAAAAAAAAA=\n",
            ),
            (2, None),
        ],
    )
    async def test_is_never_signed_out_of_a_checkpoint_that_somebody_put_into_the_database(
        self, signed, postgres_database, clock, key, size, note
    ):
        """The role that Daypass runs as may add checkpoints, and what they say of the tree was believed once."""
        store, growth, head = signed
        with psycopg.connect(postgres_database.url) as connection:
            connection.execute(
                "INSERT INTO checkpoints (size, note, at) VALUES (%s, %s, now())",
                (size, note or head.note),
            )
        for known in (growth, Growth()):
            with pytest.raises(Forked):
                await checkpoint(store, key, ORIGIN, clock.at, known)

    async def test_is_not_taken_for_one_by_what_others_post(self, signed, world, clock, key):
        _, _, head = signed
        stranger = Key(b"\x07" * 32)
        note = head.note.replace("\n5\n", "\n7\n")
        other = await checkpoint_of_another_log(stranger)
        heads = vouched_for([note, other, "5\n\n"], ORIGIN, [key.verifier.public], "#audit")
        assert heads == []

    async def test_is_no_gap_that_the_database_login_makes_at_the_end(
        self, signed, postgres_database, world, clock, key
    ):
        store, growth, _ = signed
        await count(tally_ledger(store, world, clock), "tly_2")
        with psycopg.connect(postgres_database.url) as connection:
            connection.execute(
                "INSERT INTO leaves (index, event, hash) SELECT 900, id, 'x' FROM events ORDER BY seq DESC LIMIT 1"
            )
        with pytest.raises(Forked, match="has no event 5"):
            await checkpoint(store, key, ORIGIN, clock.at, growth)

    async def test_is_nothing_that_two_honest_replicas_find(
        self, signed, postgres_database, world, clock, key
    ):
        store, growth, _ = signed
        other = Growth()
        for turn in (other, growth, growth, other):
            await self.grows(store, world, clock)
            assert await checkpoint(store, key, ORIGIN, clock.forward(minutes=1), turn)

    async def test_is_no_clock_that_goes_back(self, signed, world, clock, key):
        store, growth, head = signed
        await self.grows(store, world, clock)
        later = await checkpoint(store, key, ORIGIN, clock.at - timedelta(hours=1), growth)
        assert later.at == head.at, "or no export of it would verify"


async def checkpoint_of_another_log(key: Key) -> str:
    body = Checkpoint(ORIGIN, 5, b"\x01" * 32).body
    _, signature = await key.sign(body)
    return assemble(body, plain_signature(key.verifier, signature))
