"""One file proves one grant: whoever changes it or leaves an event out of it is found, without Daypass's servers."""

import json
from pathlib import Path

import pytest

from bot.cli.commands import main
from bot.witness.key import open_key
from tests.access.story import SUBJECT, Story
from tests.audit.example_log import KEY, ORIGIN, OTHER_KEY, START, entry, leaf, sign
from tests.builders import BY_KIND, world_of
from tests.people import ADA, GRACE, RADIA
from workflows.access.events import Granted
from workflows.audit.export.extract import Proven, make_extract
from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.tlog.leaf import read_leaf
from workflows.audit.tlog.merkle import inclusion_proof, leaf_hash, levels_of, root_at
from workflows.audit.tlog.note import VerifierKey
from workflows.audit.tlog.typed_text import Text
from workflows.audit.verify.proof import ProofReport, proof_lines, verify_proof
from workflows.audit.witness.witness import WitnessPolicy

SECOND = int(START.timestamp())
OTHERS = [leaf(entry(number)) for number in range(3)]
"""Events of other subjects, which stand between those of the grant."""


class Log:
    """A signed log in which a grant's events stand among others."""

    def __init__(self, story: Story) -> None:
        pages = list(story.logged.pages())
        texts = [Text(**row) for page in pages for row in page.texts]
        self.leaves = [OTHERS[0], *(row["leaf"] for page in pages for row in page.events), *OTHERS[1:]]
        self.mine = range(1, len(self.leaves) - 2)
        self.texts = {
            index: tuple(one for one in texts if one.event == read_leaf(self.leaves[index]).id)
            for index in self.mine
        }
        self.levels = levels_of([leaf_hash(one) for one in self.leaves])
        size = len(self.leaves)
        self.note = sign(Checkpoint(ORIGIN, size, root_at(self.levels, size)), SECOND)

    def proof(self, indexes: list[int], about: dict[str, str] | None = None, cosignature: str = "") -> bytes:
        """A file as `daypass audit prove` writes it, of the events at these places."""
        size = len(self.leaves)
        proven = [
            Proven(at, self.leaves[at], self.texts.get(at, ()), inclusion_proof(self.levels, at, size))
            for at in indexes
        ]
        given = {"proves": SUBJECT} if about is None else about
        return make_extract(self.note + cosignature, given, proven, more=False, later=0).data

    def lying(self, indexes: list[int], cosignature: str = "") -> bytes:
        """The same with another text for the first event, and everything else made anew to match."""
        other = Log.__new__(Log)
        first = self.texts[indexes[0]]
        texts = {**self.texts, indexes[0]: (first[0]._replace(text="something else"), *first[1:])}
        other.__dict__ = {**self.__dict__, "texts": texts}
        return other.proof(indexes, cosignature=cosignature)

    def place_of(self, action: str) -> int:
        return next(at for at in self.mine if read_leaf(self.leaves[at]).action == action)


@pytest.fixture(scope="module")
def log(bundle) -> Log:
    story = Story(world_of(bundle))
    story.asks(ADA, "warehouse-write", ticket="DATA-42")
    story.approves(GRACE)
    story.approves(RADIA)
    story.gets_credentials(ADA)
    story.minted("crd_1")
    return Log(story)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "proof.jsonl"


def verified(
    file: Path, data: bytes, *keys: VerifierKey, witnesses: WitnessPolicy | None = None
) -> ProofReport:
    file.write_bytes(data)
    return verify_proof(file, keys or (KEY,), BY_KIND, witnesses)


def test_a_proof_is_verified_and_says_where_the_grant_stood(log, file):
    report = verified(file, log.proof(list(log.mine)))
    assert report.ok, report.problems
    assert (report.subject, report.status) == (SUBJECT, "active")
    told = "\n".join(proof_lines(report))
    last = f"event {log.mine[-1]} (access.credential-minted), under a checkpoint of {len(log.leaves)} events"
    assert f"everything about {SUBJECT} up to {last}" in told
    assert "whoever made the file could leave out the newest events" in told
    assert "No witness was checked" in told


def test_each_event_that_was_left_out_is_noticed(log, file):
    """Whichever it is, except the newest versions: nobody can know of them what no checkpoint in the file shows."""
    last = read_leaf(log.leaves[log.mine[-1]]).version
    for left_out in log.mine:
        rest = [index for index in log.mine if index != left_out]
        report = verified(file, log.proof(rest))
        newest = read_leaf(log.leaves[left_out])
        if newest.version < last or newest.of:
            assert any("left out" in one for one in report.problems), newest.action


def test_the_last_event_of_one_decision_can_t_be_left_out(log, file):
    """The grant that follows an approval at once: what comes after it looks complete without it."""
    granted = log.place_of(f"access.{Granted.action}")
    here = read_leaf(log.leaves[granted])
    assert here.of == here.position + 1
    assert read_leaf(log.leaves[granted + 1]).position == 0
    for rest in ([at for at in log.mine if at != granted], [at for at in log.mine if at < granted]):
        (problem, *_) = verified(file, log.proof(rest)).problems
        assert "left out" in problem


def test_events_of_something_else_are_named(log, file):
    report = verified(file, log.proof([0, *log.mine]))
    assert report.problems[0] == f"Event 0 is about acc_0, not about {SUBJECT}: it was added."


def test_all_of_it_can_t_be_left_out(log, file):
    assert "all of them were left out" in verified(file, log.proof([])).problems[0]


def test_an_extract_of_a_search_doesn_t_pass_as_a_proof(log, file):
    (problem,) = verified(file, log.proof(list(log.mine), {"wanted": "everything"})).problems
    assert "it is an extract" in problem


def test_a_changed_event_another_key_and_a_missing_witness_are_refused(log, file):
    good = log.proof(list(log.mine))
    assert "DATA-42" in good.decode()
    for data in (good.replace(b"DATA-42", b"DATA-43", 1), good.replace(ADA.encode(), GRACE.encode(), 1)):
        assert not verified(file, data).ok
    assert "can't be trusted" in verified(file, good, OTHER_KEY).problems[0]
    witness = WitnessPolicy((OTHER_KEY,), 1)
    assert "No checkpoint here is cosigned" in verified(file, good, witnesses=witness).problems[0]


def test_what_a_witness_cosigned_is_said(log, file, tmp_path):
    witness = open_key(tmp_path / "key", "witness.example/w1")
    cosigned = witness.cosign(log.note.partition("\n\n")[0].encode() + b"\n", SECOND).line
    policy = WitnessPolicy((witness.verifier,), 1)
    report = verified(file, log.proof(list(log.mine), cosignature=cosigned), witnesses=policy)
    assert report.ok, report.problems
    assert "cosigned by 1 of 1 witnesses (witness.example/w1)" in "\n".join(proof_lines(report))


def test_an_erased_text_leaves_the_proof_valid(log, file):
    first, *rest = log.proof(list(log.mine)).splitlines(keepends=True)
    assert b'"text"' in b"".join(rest)
    erased = Log.__new__(Log)
    erased.__dict__ = {**log.__dict__, "texts": {}}
    report = verified(file, erased.proof(list(log.mine)))
    assert report.ok, report.problems
    assert report.extract.erased > 0
    assert json.loads(first)["about"] == {"proves": SUBJECT}


def test_the_command_tells_each_event_and_ends_with_1_if_anything_is_wrong(log, file, capsys):
    file.write_bytes(log.proof(list(log.mine)))
    with pytest.raises(SystemExit) as ended:
        main(["audit", "verify-proof", str(file), "--key", KEY.text])
    printed = capsys.readouterr().out
    assert ended.value.code == 0, printed
    assert printed.count("✓") == len(log.mine)
    assert "DATA-42" in printed
    file.write_bytes(log.proof(list(log.mine)[1:]))
    with pytest.raises(SystemExit) as ended:
        main(["audit", "verify-proof", str(file), "--key", KEY.text])
    printed = capsys.readouterr().out
    assert ended.value.code == 1
    assert "✓" not in printed
    assert printed.startswith("The proof does NOT verify.")
