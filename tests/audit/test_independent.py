"""No code of ours can be trusted to check itself: others' readers of transparency logs read our exports.

`tlog-scales` is one in Python. The other is Go's own, golang.org/x/mod/sumdb: every Go toolchain carries
its source, so the verifier in `go/verify` builds offline wherever there is a `go`.
"""

import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audit.example_log import KEY, START, export, leaves
from workflows.audit.merkle import consistency_proof, inclusion_proof, leaf_hash, levels_of, root_at

SIZES = [1, 2, 255, 256, 300]
GO = shutil.which("go", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("export") / "log", 300, SIZES)


@pytest.fixture(scope="module")
def reader(exported: Path):
    pytest.importorskip("tlog_scales", reason="tlog-scales isn't installed: verification by it was left out")
    from tlog_scales.backend import LocalBackend
    from tlog_scales.reader import TilesReader

    return TilesReader(LocalBackend(exported))


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built offline: what the toolchain itself is built with is the whole of its GOPATH."""
    workspace = tmp_path_factory.mktemp("go")
    source = Path(go("env", "GOROOT").strip(), "src", "cmd", "vendor", "golang.org")
    shutil.copytree(source, workspace / "src" / "golang.org")
    shutil.copytree(Path(__file__).parent / "go" / "verify", workspace / "src" / "verify")
    go("build", "-o", str(workspace / "program"), "verify", GOPATH=str(workspace))
    return workspace / "program"


def go(*arguments: str, **environment: str) -> str:
    offline = {"GO111MODULE": "off", "GOPROXY": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    return subprocess.run(
        [str(GO), *arguments],
        env={**os.environ, **offline, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


class TestTlogScales:
    def test_verifies_signature_time_and_root(self, reader):
        from tlog_scales.signing import Vkey, VkeySet

        checkpoint = reader.get_checkpoint()
        keys = VkeySet(Vkey.from_string(KEY.text), Vkey.from_string(KEY.timed.text))

        assert checkpoint.size == 300
        assert reader.calculate_root_hash() == checkpoint.root_hash
        signed = keys.verify(checkpoint.signatures, checkpoint)
        assert {(key.name, key.sig_type) for key, _ in signed} == {(KEY.name, 1), (KEY.name, 4)}
        times = [key.get_verifier().get_timestamp(line.payload) for key, line in signed if key.sig_type == 4]
        assert times == [int(START.timestamp()) + 60 * len(SIZES)]

    def test_reads_the_events_and_makes_the_same_proofs(self, reader):
        checkpoint = reader.get_checkpoint()
        logged = leaves(300)
        levels = levels_of([leaf_hash(leaf) for leaf in logged])
        for index in range(0, 300, 13):
            assert reader.get_entry(index) == logged[index]
            proof = reader.get_inclusion_proof(index, 300)
            assert tuple(proof.node_hashes) == inclusion_proof(levels, index, 300)
            proof.check(leaf_hash(logged[index]), checkpoint.root_hash)

    def test_finds_every_size_consistent_and_makes_the_same_proofs(self, reader):
        checkpoint = reader.get_checkpoint()
        levels = levels_of([leaf_hash(leaf) for leaf in leaves(300)])
        for size in range(1, 300, 7):
            proof = reader.get_consistency_proof(size, 300)
            assert tuple(proof.node_hashes) == consistency_proof(levels, size, 300)
            proof.check(root_at(levels, size), checkpoint.root_hash)


@pytest.mark.skipif(GO is None, reason="no Go toolchain: verification by Go's own sumdb was left out")
class TestGosOwnReader:
    def test_verifies_signatures_tiles_events_and_consistency(self, verifier, exported):
        levels = levels_of([leaf_hash(leaf) for leaf in leaves(300)])

        answer = subprocess.run(
            [verifier, exported, KEY.text], check=True, capture_output=True, text=True
        ).stdout

        assert answer.split() == ["300", base64.b64encode(root_at(levels, 300)).decode(), str(len(SIZES))]

    @pytest.mark.parametrize(
        "name", ["checkpoint", "checkpoints/000002", "tile/0/000", "tile/entries/001.p/44"]
    )
    def test_refuses_what_was_changed(self, verifier, exported, tmp_path, name):
        copy = shutil.copytree(exported, tmp_path / "copy")
        data = bytearray((copy / name).read_bytes())
        data[20] ^= 1
        (copy / name).write_bytes(data)

        assert subprocess.run([verifier, copy, KEY.text], check=False, capture_output=True).returncode == 1
