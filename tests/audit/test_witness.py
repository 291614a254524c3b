"""A witness cosigns a log that only grows, once, and nothing that contradicts what it has cosigned (c2sp.org/tlog-witness)."""

import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bot.witness.app import witness_app
from bot.witness.key import FILE, NoKey, WitnessKey, open_key
from bot.witness.state import WitnessState
from tests.audit.example_log import KEY, ORIGIN, OTHER_KEY, sign
from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.tlog.merkle import consistency_proof, leaf_hash, levels_of, root_at
from workflows.audit.tlog.note import (
    POST_QUANTUM,
    NoteError,
    Signature,
    VerifierKey,
    cosigners,
    read_verifier_key,
)
from workflows.audit.witness.judge import Accepted, Known, Refused, judge
from workflows.audit.witness.protocol import (
    PATH,
    SIZE_TYPE,
    AddCheckpoint,
    read_request,
    write_request,
)

LOGS = {ORIGIN: [KEY]}
HONEST = levels_of([leaf_hash(b"%d" % n) for n in range(40)])
FORKED = levels_of([leaf_hash(b"%d" % n if n < 7 else b"other %d" % n) for n in range(40)])
"""Both logs have the same first 7 events."""


def note(size: int, levels=HONEST, origin: str = ORIGIN) -> bytes:
    return sign(Checkpoint(origin, size, root_at(levels, size))).encode()


def asked(old: int, size: int, levels=HONEST) -> AddCheckpoint:
    return AddCheckpoint(old, consistency_proof(levels, old, size), note(size, levels))


def known(size: int, levels=HONEST) -> Known:
    return Known(size, root_at(levels, size))


class TestARequest:
    @given(st.integers(0, 10**18), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
    def test_is_read_as_it_was_written(self, old: int, proof: Sequence[bytes]) -> None:
        request = AddCheckpoint(old, tuple(proof), note(9))
        assert read_request(write_request(request)) == request

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"old 3\n",
            b"old 03\n\n" + note(3),
            b"old -1\n\n" + note(3),
            b"old 3\nAAAA\n\n" + note(3),
            b"Old 3\n\n" + note(3),
            b"old 3\n" + b"A" * 43 + b"=\n" * 64 + b"\n" + note(3),
            b"\xff\n\n" + note(3),
        ],
    )
    def test_that_is_malformed_is_refused(self, body: bytes) -> None:
        with pytest.raises(NoteError):
            read_request(body)


class TestAVerdict:
    @given(st.integers(0, 40), st.integers(0, 40))
    def test_is_yes_to_each_size_that_the_log_grew_to(self, first: int, second: int) -> None:
        old, size = sorted((first, second))
        assert isinstance(judge(asked(old, size), known(old) if old else None, LOGS), Accepted)

    @pytest.mark.parametrize(
        ("request_", "last", "status"),
        [
            (AddCheckpoint(9, (), note(8)), 9, 400),
            (asked(8, 12), 9, 409),
            (asked(0, 12), 9, 409),
            (AddCheckpoint(9, (), note(9, FORKED)), 9, 409),
            (asked(9, 12, FORKED), 9, 422),
            (AddCheckpoint(9, (), note(12)), 9, 422),
            (AddCheckpoint(9, consistency_proof(HONEST, 8, 12), note(12)), 9, 422),
            (AddCheckpoint(0, (bytes(32),), note(12)), 0, 422),
            (AddCheckpoint(9, (), note(9, origin="elsewhere.example/log")), 9, 404),
            (AddCheckpoint(9, (), note(9).replace(b"\n9\n", b"\n8\n")), 9, 403),
        ],
    )
    def test_is_no_with_the_protocols_number(self, request_, last, status) -> None:
        verdict = judge(request_, known(last) if last else None, LOGS)
        assert isinstance(verdict, Refused)
        assert verdict.status == status

    def test_is_no_to_a_key_that_it_was_not_told_of(self) -> None:
        verdict = judge(asked(0, 3), None, {ORIGIN: [OTHER_KEY]})
        assert isinstance(verdict, Refused)
        assert verdict.status == 403

    @given(st.lists(st.tuples(st.booleans(), st.integers(0, 40), st.integers(0, 40)), max_size=12))
    def test_never_says_yes_to_two_histories(self, steps) -> None:
        last: Known | None = None
        cosigned: list[Known] = []
        for forked, old, size in steps:
            levels = FORKED if forked else HONEST
            first, second = sorted((old, size))
            verdict = judge(asked(first, second, levels), last, LOGS)
            if isinstance(verdict, Accepted):
                last = Known(verdict.checkpoint.size, verdict.checkpoint.root)
                cosigned.append(last)
        assert all(a.size <= b.size for a, b in pairwise(cosigned))
        assert any(all(one == known(one.size, levels) for one in cosigned) for levels in (HONEST, FORKED))


@pytest.fixture
def key(tmp_path: Path) -> WitnessKey:
    return open_key(tmp_path, "witness.example/w1")


@pytest.fixture
def state(tmp_path: Path) -> WitnessState:
    return WitnessState(tmp_path)


@pytest.fixture
def client(key: WitnessKey, state: WitnessState) -> httpx2.AsyncClient:
    app = witness_app(key, state, LOGS, lambda: 1_772_443_800)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://witness.example")


class TestTheServer:
    async def test_cosigns_what_grew_and_says_which_size_it_knows(self, client, key) -> None:
        for old, size in ((0, 3), (3, 9), (9, 9)):
            answer = await client.post(PATH, content=write_request(asked(old, size)))
            assert answer.status_code == 200, answer.text
            by = cosigners(note(size) + answer.content, [key.verifier])
            assert [at.timestamp() for at in by.values()] == [1_772_443_800]
        answer = await client.post(PATH, content=write_request(asked(3, 12)))
        assert (answer.status_code, answer.text) == (409, "9\n")
        assert answer.headers["content-type"].startswith(SIZE_TYPE)
        assert (await client.get("/checkpoints")).content == note(9)

    async def test_keeps_the_proof_of_a_fork(self, client) -> None:
        await client.post(PATH, content=write_request(asked(0, 9)))
        for request, status in ((asked(9, 12, FORKED), 422), (AddCheckpoint(9, (), note(9, FORKED)), 409)):
            answer = await client.post(PATH, content=write_request(request))
            assert (answer.status_code, "x.tlog.size" in answer.headers["content-type"]) == (status, False)
        assert (await client.get("/contradictions")).content == note(9, FORKED)
        assert (await client.get("/unproven")).content == note(12, FORKED)
        answer = await client.post(PATH, content=write_request(asked(9, 12)))
        assert answer.status_code == 200, "the honest log goes on"

    async def test_accuses_no_honest_log_because_of_a_false_proof(self, client) -> None:
        """Checkpoints are public: whoever wants to harm a log can send one with any proof, and lines added to it."""
        await client.post(PATH, content=write_request(asked(0, 9)))
        stranger = Signature("stranger", b"1234", bytes(64)).line.encode()
        for more in (b"", stranger, stranger * 2):
            forged = AddCheckpoint(9, (bytes(32),), note(12) + more)
            assert (await client.post(PATH, content=write_request(forged))).status_code == 422
        assert (await client.get("/contradictions")).content == b""
        assert (await client.get("/unproven")).content == note(12)

    async def test_refuses_a_size_that_no_log_has(self, client) -> None:
        huge = sign(Checkpoint(ORIGIN, 2**63, bytes(32))).encode()
        assert (await client.post(PATH, content=write_request(AddCheckpoint(0, (), huge)))).status_code == 400

    @pytest.mark.parametrize(
        "body", [b"old 3", b"\xff" * 99, b"old 0\n\nnothing", b"old 0\n\n\xff\n\n\xe2\x80\x94 a AAAA\n"]
    )
    async def test_answers_what_it_cant_read(self, client, body: bytes) -> None:
        assert (await client.post(PATH, content=body)).status_code == 400

    async def test_reads_no_more_than_a_request_has(self, client) -> None:
        assert (await client.post(PATH, content=b"old 0\n" + b"x" * 100_000)).status_code == 413


class TestItsState:
    def test_is_on_the_disk_and_its_owners_alone(self, tmp_path, state, key) -> None:
        state.take(ORIGIN, asked(0, 9), LOGS)
        again = WitnessState(tmp_path)
        assert again.known(ORIGIN) == known(9)
        assert {(tmp_path / name).stat().st_mode & 0o777 for name in (FILE, "state.db")} == {0o600}
        assert open_key(tmp_path, "witness.example/w1").verifier == key.verifier

    def test_two_histories_at_once_are_never_both_accepted(self, state) -> None:
        for old, size in ((0, 7), (7, 12), (12, 20)):
            rivals = [asked(old, size, levels) for levels in (HONEST, FORKED)] * 4
            with ThreadPoolExecutor(8) as threads:
                verdicts = list(threads.map(lambda one: state.take(ORIGIN, one, LOGS), rivals))
            assert len({one.checkpoint.root for one in verdicts if isinstance(one, Accepted)}) <= 1
        assert state.known(ORIGIN) in {known(20), known(20, FORKED)}

    def test_a_key_that_is_none_is_told(self, tmp_path) -> None:
        (tmp_path / FILE).write_bytes(b"short")
        with pytest.raises(NoKey, match="isn't a witness's key"):
            open_key(tmp_path, "witness.example/w1")


class TestAPostQuantumCosignature:
    """ML-DSA-44, as c2sp.org/tlog-cosignature lays its message out."""

    PRIVATE = MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    WITNESS = VerifierKey("witness.example/pq", PRIVATE.public_key().public_bytes_raw(), POST_QUANTUM)
    SECOND = 1_772_443_800

    def cosigned(self, size: int = 9, origin: str = ORIGIN, name: str = WITNESS.name) -> bytes:
        head = Checkpoint(origin, size, root_at(HONEST, size))
        message = b"subtree/v1\n\0" + bytes([len(name)]) + name.encode() + struct.pack(">Q", self.SECOND)
        message += bytes([len(origin)]) + origin.encode() + struct.pack(">QQ", 0, size) + head.root
        payload = struct.pack(">Q", self.SECOND) + self.PRIVATE.sign(message)
        return note(9) + Signature(self.WITNESS.name, self.WITNESS.id, payload).line.encode()

    def test_is_verified_by_its_key_as_it_is_written(self) -> None:
        read = read_verifier_key(self.WITNESS.text)
        assert read == self.WITNESS
        assert [at.timestamp() for at in cosigners(self.cosigned(), [read]).values()] == [self.SECOND]

    @pytest.mark.parametrize(
        "other", [{"size": 8}, {"origin": "elsewhere.example/log"}, {"name": "witness.example/w1"}]
    )
    def test_of_something_else_is_refused(self, other) -> None:
        with pytest.raises(NoteError, match="invalid"):
            cosigners(self.cosigned(**other), [self.WITNESS])


def test_a_cosignature_by_the_logs_own_key_is_no_witness() -> None:
    assert cosigners(note(9), [VerifierKey("witness.example/w1", KEY.public, 4)]) == {}
