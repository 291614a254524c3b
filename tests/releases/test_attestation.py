"""The signed verdict: what it says, that tools of others verify it, and that it stops what wasn't approved."""

import asyncio
import base64
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.commands import main
from tests.people import ADA, GRACE
from tests.releases.attester import VERIFIER, KeyAttester
from workflows.releases.attestation.dsse import AttestationError, Envelope, read_envelope
from workflows.releases.attestation.statement import PAYLOAD_TYPE, attest, attests, statement_of
from workflows.releases.attestation.tree import file_digests, tree_digest
from workflows.releases.commands import ReportAttested
from workflows.workflow import OUTBOX, NoChange

FILES = {
    "MLmodel": b"flavors: {}",
    "model/weights.bin": b"\x00weights",
    "Zebra.txt": b"z",
    "\u00e9tude.txt": b"e",
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    root = tmp_path / "model"
    for name, data in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


@pytest.fixture
def attester() -> KeyAttester:
    return KeyAttester()


@pytest.fixture
def approved(story, model):
    """A release of exactly these files, which a non-author approved."""
    story.registry = replace(story.registry, artifact=tree_digest(file_digests(model)))
    story.is_live(ADA, GRACE)
    return story


def envelope_of(story, attester) -> Envelope:
    found = asyncio.run(attest(story.now, attester))
    assert found
    return found


@pytest.fixture
def envelope(approved, attester) -> Envelope:
    return envelope_of(approved, attester)


def signed(attester: KeyAttester, statement: dict) -> Envelope:
    payload = json.dumps(statement).encode()
    unsigned = Envelope(PAYLOAD_TYPE, payload, ())
    from workflows.releases.attestation.dsse import signed_message

    pair = asyncio.run(attester.sign(signed_message(PAYLOAD_TYPE, payload)))
    return replace(unsigned, signatures=(pair,))


class TestTheDigestOfATree:
    def test_is_the_one_that_sha256sum_gives(self, model):
        """The command is in-toto's definition of dirHash; this machine's own tools carry it out."""
        command = "find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum | sha256sum | cut -f1 -d' '"
        said = subprocess.run(["sh", "-c", command], cwd=model, capture_output=True, text=True, check=True)
        assert tree_digest(file_digests(model)) == said.stdout.strip()

    def test_is_the_published_one_of_go_s_example(self):
        """https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md"""
        at = "github.com/marklodato/go-hello-world@v0.0.1"
        files = {
            f"{at}/README.md": "3a137eef6458bfb76bb2c63fc29ffc7166604d2d2e09ed9d8250a534122a8364",
            f"{at}/go.mod": "28e7c942a036902d981759d0bf5704d2bfc7cb500caf68b84711b234af01c6a5",
            f"{at}/main.go": "ddc4da627d9a9f45fb29641a1b185d6f53287ecfd921aacbf4fe54b7a86fe8d1",
        }
        assert tree_digest(files) == "2a1bb6127fb481c60f67692e22285fb306f3c6ffe62075e0ccf674d7c3adcb8f"

    def test_isn_t_given_for_a_tree_with_a_link(self, model):
        (model / "link").symlink_to(model / "MLmodel")
        with pytest.raises(AttestationError, match="is a link"):
            file_digests(model)


class TestARelease:
    def test_is_attested_once_it_was_confirmed_and_not_before(self, story, attester):
        kinds = lambda: [one.kind for one in story.effects]  # noqa: E731
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        assert (statement_of(story.now, VERIFIER), "attest" in kinds()) == (None, False)
        story.is_read_before_going_live()
        assert kinds().count("attest") == 1
        assert statement_of(story.now, VERIFIER)

    def test_keeps_its_attestation_and_no_other(self, approved, attester, envelope):
        subject = approved.now.id
        said = json.loads(envelope.payload)
        said["predicate"]["verificationResult"] = "FAILED"
        for other in ("{}", "", signed(attester, said).text, replace(envelope, signatures=()).text):
            assert approved.handle(ReportAttested(subject, other), OUTBOX) == NoChange()
        approved.handle(ReportAttested(subject, envelope.text), OUTBOX)
        assert approved.now.attestation == envelope.text
        assert approved.handle(ReportAttested(subject, envelope.text), OUTBOX) == NoChange()

    def test_keeps_it_when_it_is_rolled_back(self, approved, attester, envelope):
        approved.handle(ReportAttested(approved.now.id, envelope.text), OUTBOX)
        approved.rolls_back(GRACE)
        approved.moved()
        assert approved.status == "rolled back"
        assert attests(approved.now.attestation, approved.now)
        assert [one.kind for one in approved.effects].count("attest") == 1

    def test_isn_t_attested_whose_bytes_nobody_knows(self, story):
        story.registry = replace(story.registry, artifact="")
        story.is_live(ADA, GRACE)
        assert statement_of(story.now, VERIFIER) is None

    def test_of_a_commit_that_github_deploys_there_is_none(self, approved):
        terms = approved.now.terms.model_copy(update={"source": "github"})
        assert statement_of(approved.now, VERIFIER)
        assert statement_of(approved.now.model_copy(update={"terms": terms}), VERIFIER) is None


class TestToolsOfOthers:
    """securesystemslib and openssl weren't written here."""

    def test_verify_the_envelope(self, envelope, attester):
        from securesystemslib.dsse import Envelope as Foreign
        from securesystemslib.exceptions import VerificationError
        from securesystemslib.signer import SSlibKey

        key = SSlibKey.from_crypto(attester.public, keyid=envelope.signatures[0][0])
        found = Foreign.from_dict(json.loads(envelope.text))
        assert list(found.verify([key], 1)) == [key.keyid]
        found.payload = found.payload.replace(b"PASSED", b"passed")
        with pytest.raises(VerificationError):
            found.verify([key], 1)

    def test_name_the_key_alike(self, envelope, attester):
        command = "openssl pkey -pubin -outform der | sha256sum | cut -f1 -d' '"
        said = subprocess.run(["sh", "-c", command], input=attester.pem, capture_output=True, check=True)
        assert said.stdout.decode().strip() == envelope.signatures[0][0]

    def test_sign_what_is_read_here(self, attester):
        """An envelope as another signer writes it: other order, URL-safe base64, two signatures."""
        from securesystemslib.dsse import Envelope as Foreign
        from securesystemslib.signer import CryptoSigner

        other = Foreign(b"{\xff}", "text/plain", {})
        other.sign(CryptoSigner.generate_ecdsa())
        other.sign(CryptoSigner.generate_ed25519())
        text = json.dumps(other.to_dict())
        found = read_envelope(text)
        assert (found.payload, found.payload_type, len(found.signatures)) == (b"{\xff}", "text/plain", 2)
        urlsafe = base64.urlsafe_b64encode(b"{\xff}").decode()
        assert read_envelope(json.dumps({**json.loads(text), "payload": urlsafe})).payload == found.payload


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", "[" * 100_000, '{"payload": 1}', '{"payload": "?", "payloadType": "a", "signatures": []}']
)  # fmt: skip
def test_what_isn_t_an_envelope_is_an_error_with_a_sentence(text):
    with pytest.raises(AttestationError, match="isn't a DSSE envelope"):
        read_envelope(text)


class TestAnAdmissionController:
    """Plays whoever lets models in: nothing but the files, the attestation, the public key and this command."""

    @pytest.fixture(autouse=True)
    def arrived(self, tmp_path, model, envelope, attester):
        self.model, self.file, self.key = model, tmp_path / "release.dsse.json", tmp_path / "release.pem"
        self.file.write_text(envelope.text)
        self.key.write_bytes(attester.pem)

    def admitted(self, capsys, *wanted: str, key: Path | None = None) -> tuple[bool, str]:
        arguments = ["release", "verify", str(self.file), str(self.model), "--key", str(key or self.key)]
        with pytest.raises(SystemExit) as ended:
            main([*arguments, *wanted])
        said = capsys.readouterr()
        return ended.value.code == 0, said.out + said.err

    def test_admits_what_was_approved(self, capsys):
        wanted = ("--service", "ranking-model", "--environment", "production")
        admitted, said = self.admitted(capsys, *wanted)
        assert admitted, said
        assert "models:/ranking-model/2 is approved for production" in said

    @pytest.mark.parametrize(
        ("wanted", "why"),
        [
            (("--service", "other"), "for the service other"),
            (("--environment", "staging"), "for staging"),
            (("--policy", "0" * 64), "another policy"),
        ],
    )
    def test_refuses_what_was_approved_for_something_else(self, capsys, wanted, why):
        admitted, said = self.admitted(capsys, *wanted)
        assert not admitted
        assert why in said

    @pytest.mark.parametrize("tampered", ["changed", "missing", "added", "renamed", "linked"])
    def test_refuses_tampered_files(self, capsys, tampered):
        weights = self.model / "model" / "weights.bin"
        match tampered:
            case "changed":
                weights.write_bytes(b"\x01weights")
            case "missing":
                weights.unlink()
            case "added":
                (self.model / "code.py").write_text("import os")
            case "renamed":
                weights.rename(self.model / "weights.bin")
            case "linked":
                weights.rename(self.model.parent / "kept.bin")
                weights.symlink_to(self.model.parent / "kept.bin")
        assert not self.admitted(capsys)[0]

    def test_refuses_what_nobody_approved(self, capsys, approved):
        """Signed by somebody else, or by nobody; or a verdict that another tool signed with the same key."""
        said = json.loads(self.file.read_text())
        for signatures in ([], [{"keyid": said["signatures"][0]["keyid"], "sig": "AAAA"}]):
            self.file.write_text(json.dumps({**said, "signatures": signatures}))
            assert self.admitted(capsys) == (False, "It isn't signed with a key that was given.\n")
        self.file.write_text(envelope_of(approved, KeyAttester()).text)
        assert not self.admitted(capsys)[0]

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"verificationResult": "FAILED"}, "FAILED, not PASSED"),
            ({"verifiedLevels": ["SLSA_BUILD_LEVEL_3"]}, "doesn't say that anything was approved"),
            ({"verifiedLevels": "DAYPASS_APPROVED_FOR_production"}, "isn't a verification summary"),
            ({"policy": {}}, "isn't a verification summary"),
        ],
    )
    def test_refuses_another_verdict_under_the_same_key(self, capsys, attester, change, why):
        statement = json.loads(read_envelope(self.file.read_text()).payload)
        statement["predicate"] |= change
        self.file.write_text(signed(attester, statement).text)
        admitted, said = self.admitted(capsys)
        assert not admitted
        assert why in said

    def test_refuses_another_kind_of_statement_under_the_same_key(self, capsys, attester):
        statement = json.loads(read_envelope(self.file.read_text()).payload)
        statement["predicateType"] = "https://slsa.dev/provenance/v1"
        self.file.write_text(signed(attester, statement).text)
        assert "isn't a verification summary" in self.admitted(capsys)[1]

    def test_says_which_file_or_key_it_can_t_read(self, capsys, tmp_path):
        rsa = tmp_path / "other.pem"
        rsa.write_text("-----BEGIN PUBLIC KEY-----")
        assert "isn't a public key in PEM" in self.admitted(capsys, key=rsa)[1]
        assert "can't be read" in self.admitted(capsys, key=tmp_path / "none")[1]
