"""A model's signature, as model-signing 1.1 wrote it: what it is worth, and what is refused."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import MONDAY
from tests.releases.attester import KeyAttester
from tests.releases.gates import result
from tests.releases.test_gate_kinds import NOTHING, facts, gate, version
from workflows.releases.attestation.model_signature import verify_model_signature
from workflows.releases.attestation.tree import file_digests
from workflows.releases.gates import GATE_KINDS

SIGNED = Path(__file__).parent / "signed_model"
"""Signed by `model_signing sign key --signature model.sig`, and verified by it."""
KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESjYmOW/poQHP/CgEJPor0NFdIpyg"
    "1eR/7cxa8WbTFgV3YGrBV1Pn45rITf/4YYAswMCGV/V8ij8H0Ho7NSHnWA=="
)
OTHER = base64.b64encode(
    b"".join(base64.b64decode(line) for line in KeyAttester().pem.decode().splitlines()[1:-1])
).decode()
SIGNATURE = "model.sig"


def verified(files: dict[str, str] | None = None, data: bytes | None = None, keys=(KEY,)):
    files = file_digests(SIGNED) if files is None else files
    return verify_model_signature(SIGNATURE, data or (SIGNED / SIGNATURE).read_bytes(), files, keys)


def verdict(signature, keys=({"key": KEY},), now=MONDAY):
    terms = gate("signature", {"signature": SIGNATURE, "keys": list(keys)})
    made = version()
    artifact = made.artifact.model_copy(update={"signatures": (signature,)})
    seen = replace(facts(made.model_copy(update={"artifact": artifact})), now=now)
    found = GATE_KINDS["signature"].evaluate(terms, seen)
    return found.verdict, found.sentence


class TestASignatureThatModelSigningWrote:
    def test_passes(self):
        assert verdict(verified()) == ("passed", "model.sig signs every file, with a key of the policy.")

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"data/weights.bin": "0" * 64}, "Changed: data/weights.bin."),
            ({"data/weights.bin": None}, "Missing: data/weights.bin."),
            ({"code.py": "0" * 64}, "Not signed: code.py."),
            ({".git/hooks": "0" * 64}, "Not signed: .git/hooks."),
        ],
    )
    def test_names_what_was_tampered_with(self, change, said):
        files = {**file_digests(SIGNED), **change}
        found = verified({name: digest for name, digest in files.items() if digest})
        assert verdict(found) == ("failed", f"The files aren't those that were signed. {said}")

    def test_fails_by_a_key_that_the_policy_doesn_t_name(self):
        assert verdict(verified(keys=(OTHER,)), [{"key": OTHER}])[0] == "failed"
        assert verdict(verified(keys=(OTHER, KEY)), [{"key": OTHER}, {"key": KEY}])[0] == "passed"

    def test_fails_once_its_key_is_past_its_end(self):
        keys = [{"key": KEY, "until": "2026-03-02T10:00:00Z"}]
        assert verdict(verified(), keys, MONDAY.replace(hour=9, minute=59))[0] == "passed"
        failed = verdict(verified(), keys, MONDAY.replace(hour=10, minute=0))
        assert failed == ("failed", "model.sig is signed with a key that counted until 2026-03-02 10:00 UTC.")

    def test_fails_where_it_isn_t_there(self):
        absent = verified().model_copy(update={"absent": True})
        assert verdict(absent) == ("failed", "The artifact has no model.sig.")


def changed(**statement) -> bytes:
    """The signature with another statement in it, as somebody without the key can write it."""
    bundle = json.loads((SIGNED / SIGNATURE).read_bytes())
    payload = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    for name, value in statement.items():
        payload["predicate"][name] = value
    bundle["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
    return json.dumps(bundle).encode()


class TestASignatureOfSomebodyElse:
    def test_that_lists_other_files_fails(self):
        listed = [{"name": "MLmodel", "algorithm": "sha256", "digest": "0" * 64}]
        found = verified({"MLmodel": "0" * 64, SIGNATURE: "1" * 64}, changed(resources=listed))
        assert (found.changed, found.missing, found.added) == ((), (), ())
        assert verdict(found) == ("failed", "model.sig isn't signed with a key of the policy.")

    @pytest.mark.parametrize(
        "data",
        [
            b"{}",
            b"[",
            b"\xff",
            b"[" * 100_000,
            b'{"dsseEnvelope": {}}',
            changed(resources=[]),
            changed(resources=[{"name": "a", "algorithm": "sha256", "digest": "0"}] * 2),
            changed(resources=[{"name": "a", "algorithm": "blake2", "digest": "0"}]),
            changed(serialization={"method": "shards", "hash_type": "sha256"}),
        ],
    )
    def test_that_can_t_be_read_isn_t_a_verdict(self, data):
        said, sentence = verdict(verified(data=data))
        assert said == "unknown"
        assert sentence.startswith("model.sig can't be read: ")


@pytest.mark.parametrize("key", ["", "MFkw", "?", base64.b64encode(b"x" * 91).decode()])
def test_what_isn_t_a_key_is_refused_in_the_bundle(key):
    with pytest.raises(ValueError, match="isn't a public key on P-256"):
        gate("signature", {"signature": SIGNATURE, "keys": [{"key": key}]})


def test_a_gate_that_read_nothing_can_t_tell():
    terms = gate("signature", {"signature": SIGNATURE, "keys": [{"key": KEY}]})
    assert GATE_KINDS["signature"].evaluate(terms, NOTHING).verdict == "unknown"
    assert (
        GATE_KINDS["signature"].evaluate(terms, facts()).sentence == "The artifact's bytes weren't read yet."
    )


@pytest.mark.server
class TestOnMLflow:
    async def test_the_files_are_those_that_were_signed_until_one_is_swapped(self, lab, client, terms):
        version = lab.trained(files=())
        for name in (*file_digests(SIGNED),):
            lab.put(version, name, (SIGNED / name).read_bytes())
        asked = {"kind": "signature", "signature": SIGNATURE, "keys": ({"key": KEY},)}
        assert (await result(client, terms, version, **asked)).verdict == "passed"
        missing = await result(client, terms, version, **{**asked, "signature": "other.sig"})
        assert (missing.verdict, missing.sentence) == ("failed", "The artifact has no other.sig.")
        lab.put(version, "data/weights.bin", b"WEIGHTS")
        found = await result(client, terms, version, **asked)
        assert found.sentence == "The files aren't those that were signed. Changed: data/weights.bin."

    async def test_a_signature_that_isn_t_one_can_t_be_told(self, lab, client, terms):
        version = lab.trained(files=("MLmodel", SIGNATURE))
        asked = {"kind": "signature", "signature": SIGNATURE, "keys": ({"key": KEY},)}
        found = await result(client, terms, version, **asked)
        assert (found.verdict, found.sentence[:25]) == ("unknown", "model.sig can't be read: ")
