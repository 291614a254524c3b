"""No code of ours can be trusted to check itself: others' readers of transparency logs read our exports.

`tlog-scales` is one in Python. The other is Go's own, golang.org/x/mod/sumdb: every Go toolchain carries
its source, so the verifiers in `go` build offline wherever there is a `go`. What they get is the exported
bytes and the public key, and nothing that our code made of them.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.witness.key import open_key
from tests.access.story import Story
from tests.audit import test_extract, test_proof
from tests.audit.example_log import KEY, START, export
from tests.builders import leave_out, world_of
from tests.people import ADA, GRACE

pytestmark = pytest.mark.server
"""What others wrote, some of it built first, isn't the domain alone."""
SIZES = [1, 2, 255, 256, 300]
GO = shutil.which("go", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("export") / "log", 300, SIZES)


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    file = tmp_path / "extract.jsonl"
    file.write_bytes(test_extract.WHOLE.data)
    return file


@pytest.fixture(scope="module")
def reader(exported: Path):
    try:
        from tlog_scales.backend import LocalBackend
        from tlog_scales.reader import TilesReader
    except ImportError:
        leave_out(
            "The log was not verified by tlog-scales: it isn't installed (pip install tlog-scales).",
            "INDEPENDENT_TESTS",
        )
    return TilesReader(LocalBackend(exported))


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Go's programs, built offline: what the toolchain itself is built with is the whole of their GOPATH."""
    if GO is None:
        leave_out(
            "The log was not verified by Go's own sumdb: there is no go here (apt-get install golang-go).",
            "INDEPENDENT_TESTS",
        )
    workspace = tmp_path_factory.mktemp("go")
    source = Path(go("env", "GOROOT").strip(), "src", "cmd", "vendor", "golang.org")
    shutil.copytree(source, workspace / "src" / "golang.org")
    for name in ("verify", "extract"):
        shutil.copytree(Path(__file__).parent / "go" / name, workspace / "src" / name)
        go("build", "-o", str(workspace / name), name, GOPATH=str(workspace))
    return workspace


def go(*arguments: str, **environment: str) -> str:
    offline = {"GO111MODULE": "off", "GOPROXY": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    return subprocess.run(
        [str(GO), *arguments],
        env={**os.environ, **offline, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def record_hash(entry: bytes) -> bytes:
    """RFC 6962, 2.1, in one line, so that none of ours is needed."""
    return hashlib.sha256(b"\x00" + entry).digest()


def signed(note: str) -> dict[tuple[str, int], object]:
    """Name and kind of each signature that holds, with its payload's time if it has one. By tlog-scales alone."""
    from tlog_scales.signing import Vkey, VkeySet
    from tlog_scales.tlog import Checkpoint

    checkpoint = Checkpoint.from_text(note)
    keys = VkeySet(Vkey.from_string(KEY.text), Vkey.from_string(KEY.timed.text))
    return {
        (key.name, key.sig_type): key.get_verifier().get_timestamp(line.payload)
        if key.sig_type == 4
        else None
        for key, line in keys.verify(checkpoint.signatures, checkpoint)
    }


class TestTlogScales:
    def test_verifies_signatures_and_times_of_every_checkpoint_and_the_root(self, reader, exported):
        for minute, file in enumerate(sorted((exported / "checkpoints").iterdir()), start=1):
            at = int(START.timestamp()) + 60 * minute
            assert signed(file.read_text()) == {(KEY.name, 1): None, (KEY.name, 4): at}

        checkpoint = reader.get_checkpoint()
        assert checkpoint.size == 300
        assert signed((exported / "checkpoint").read_text()).keys() == {(KEY.name, 1), (KEY.name, 4)}
        assert reader.calculate_root_hash() == checkpoint.root_hash

    def test_finds_every_event_included(self, reader):
        checkpoint = reader.get_checkpoint()
        for index in range(checkpoint.size):
            entry = reader.get_entry(index)
            assert json.loads(entry)["id"] == f"evt{index:05d}"
            reader.get_inclusion_proof(index, checkpoint.size).check(record_hash(entry), checkpoint.root_hash)

    def test_finds_every_checkpoint_consistent_with_the_last(self, reader, exported):
        from tlog_scales.tlog import Checkpoint

        last = reader.get_checkpoint()
        older = [Checkpoint.from_text(file.read_text()) for file in (exported / "checkpoints").iterdir()]
        assert sorted(one.size for one in older) == SIZES
        for one in older:
            if one.size < last.size:
                proof = reader.get_consistency_proof(one.size, last.size)
                proof.check(one.root_hash, last.root_hash)

    def test_verifies_signature_and_events_of_an_extract(self, reader, extract):
        from tlog_scales.tlog import Checkpoint, InclusionProof

        first, *events, _ = map(json.loads, extract.read_bytes().splitlines())
        assert signed(first["checkpoint"]).keys() == {(KEY.name, 1), (KEY.name, 4)}
        checkpoint = Checkpoint.from_text(first["checkpoint"])
        assert len(events) == len(test_extract.INDEXES)
        for line, event in zip(extract.read_bytes().splitlines()[1:-1], events, strict=True):
            logged = line[len(b'{"event":') : line.rindex(b',"index":')]
            assert json.loads(logged) == event["event"]
            proof = [base64.b64decode(step) for step in event["proof"]]
            InclusionProof(event["index"], checkpoint.size, proof).check(
                record_hash(logged), checkpoint.root_hash
            )

    def test_verifies_a_witness_s_cosignature(self, reader, exported, tmp_path):
        from tlog_scales.signing import Vkey, VkeySet
        from tlog_scales.tlog import Checkpoint

        note = (exported / "checkpoint").read_text()
        witness = open_key(tmp_path, "witness.example/w1")
        body = note.partition("\n\n")[0].encode() + b"\n"
        checkpoint = Checkpoint.from_text(note + witness.cosign(body, 1_772_443_800).line)
        keys = VkeySet(Vkey.from_string(witness.verifier.text))
        found = keys.verify(checkpoint.signatures, checkpoint)
        assert [key.get_verifier().get_timestamp(line.payload) for key, line in found] == [1_772_443_800]


class TestGosOwnReader:
    def test_reads_an_export_that_witnesses_cosigned(self, programs, exported, tmp_path):
        copy = shutil.copytree(exported, tmp_path / "copy")
        witness = open_key(tmp_path / "key", "witness.example/w1")
        for file in (copy / "checkpoint", *(copy / "checkpoints").iterdir()):
            body = file.read_text().partition("\n\n")[0].encode() + b"\n"
            file.write_text(file.read_text() + witness.cosign(body, 1_772_443_800).line)

        assert run(programs / "verify", copy).returncode == 0

    def test_verifies_signatures_tiles_events_and_consistency(self, programs, exported):
        told = run(programs / "verify", exported)

        _, size, root, *_ = (exported / "checkpoint").read_text().split("\n")
        assert told.returncode == 0
        assert told.stdout.split() == [size, root, str(len(SIZES))]

    @pytest.mark.parametrize(
        "name", ["checkpoint", "checkpoints/000002", "tile/0/000", "tile/entries/001.p/44"]
    )
    def test_refuses_what_was_changed(self, programs, exported, tmp_path, name):
        copy = shutil.copytree(exported, tmp_path / "copy")
        flip(copy / name, 20)

        assert run(programs / "verify", copy).returncode == 1

    def test_verifies_signature_and_events_of_an_extract(self, programs, extract):
        told = run(programs / "extract", extract)

        _, size, root, *_ = json.loads(extract.read_bytes().splitlines()[0])["checkpoint"].split("\n")
        assert told.returncode == 0
        assert told.stdout.split() == [size, root, str(len(test_extract.INDEXES))]

    def test_verifies_the_file_that_proves_one_grant(self, programs, bundle, tmp_path):
        story = Story(world_of(bundle))
        story.asks(ADA)
        story.approves(GRACE)
        log = test_proof.Log(story)
        file = tmp_path / "proof.jsonl"
        file.write_bytes(log.proof(list(log.mine)))
        told = run(programs / "extract", file)
        assert told.returncode == 0, told.stderr
        assert told.stdout.split()[::2] == [str(len(log.leaves)), str(len(log.mine))]
        flip(file, file.read_bytes().index(b'"actor":"') + 12)
        assert run(programs / "extract", file).returncode == 1

    @pytest.mark.parametrize("word", [b'"checkpoint":"daypass', b'"actor":"U0SCIENCE', b'"proof":["'])
    def test_refuses_an_extract_that_was_changed(self, programs, extract, word):
        flip(extract, extract.read_bytes().index(word) + len(word) + 2)

        assert run(programs / "extract", extract).returncode == 1


def run(program: Path, what: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, what, KEY.text], check=False, capture_output=True, text=True)


def flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)
