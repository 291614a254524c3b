"""What `verify` says beyond hashes: stories that could not have happened, forks, what is sealed, and files of any size."""

import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.access.leave import DELEGATION, away
from tests.access.story import SUBJECT, Story
from tests.audit.example_log import KEY, ORIGIN, OTHER, checkpoints, export, leaves, sign, texts
from tests.audit.example_log import entry as example
from tests.builders import BY_KIND, changed_bundle, world_of
from tests.logged import Story as Told
from tests.logged import as_entry, renumbered
from tests.people import ADA, EDSGER, GRACE, MARGARET, RADIA
from workflows.audit.export.directory import write_export
from workflows.audit.export.extract import Proven, make_extract
from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.tlog.leaf import Leaf
from workflows.audit.tlog.merkle import inclusion_proof, leaf_hash, levels_of, root_at
from workflows.audit.tlog.note import NoteError
from workflows.audit.tlog.sealed_entry import seal_subjects
from workflows.audit.tlog.typed_text import Text
from workflows.audit.verify.directory import verify_export
from workflows.audit.verify.extract import verify_extract
from workflows.audit.verify.report import lines
from workflows.audit.verify.seen_checkpoints import Seen, read_seen
from workflows.audit.verify.size_limits import BUNDLE_BYTES, LINE_BYTES
from workflows.system.absences.commands import EndAbsence
from workflows.workflow import Actor


@pytest.fixture(scope="module")
def told(bundle) -> Told:
    story = Story(world_of(bundle))
    story.asks(ADA, "warehouse-write", ticket="DATA-42")
    story.approves(GRACE)
    story.approves(RADIA)
    story.gets_credentials(ADA)
    story.minted("crd_1")
    return story.logged.story()


def signed(target: Path, told: Told) -> Path:
    """The story as a log of its own, signed as it stands here."""
    written = [as_entry(leaf, typed) for leaf, typed in renumbered(told)]
    logged = [data for data, _ in written]
    said = [Text(**row) for _, rows in written for row in rows]
    write_export(target, logged, said, checkpoints(logged, [len(logged)]), [KEY])
    return target


def problems(path: Path, *seen: Seen, **more: object) -> str:
    return "\n".join(verify_export(path, [KEY], BY_KIND, seen, **more).problems)


class TestAStory:
    def test_that_happened_verifies(self, tmp_path, told):
        report = verify_export(signed(tmp_path / "log", told), [KEY], BY_KIND)
        assert report.ok, report.problems
        assert (report.stories.replayed, report.stories.left_out) == (1, 0)

    def test_from_request_to_minting_without_a_grant_is_named(self, tmp_path, told):
        """As the database login can write it, with every signature good."""
        left_out = ("access.reviewed", "access.approved", "access.granted")
        forged = [one for one in told if one[0].action not in left_out]
        path = signed(tmp_path / "log", forged)
        assert problems(path) == (
            f"The story of {SUBJECT} could not have happened: event 1 (access.credential-requested), for it had not been granted."
        )
        assert lines(verify_export(path, [KEY], BY_KIND))[0] == "The log does NOT verify."

    def test_whose_digest_isn_t_of_what_was_typed_is_named(self, tmp_path, told):
        leaf, typed = told[0]
        path = signed(
            tmp_path / "log", [(leaf, {**typed, "justification": "something else entirely"}), *told[1:]]
        )
        assert "its digest isn't that of what was requested" in problems(path)

    def test_in_an_extract_is_replayed_if_it_is_whole(self, tmp_path, told):
        for name, part, replayed in (("whole", told, 1), ("end", told[2:], 0)):
            report = verify_extract(extract(tmp_path / name, told, part), [KEY], None, BY_KIND)
            assert report.ok, report.problems
            assert (report.stories.replayed, report.stories.left_out) == (replayed, 1 - replayed)

    def test_in_an_extract_that_could_not_have_happened_is_named(self, tmp_path, told):
        forged = renumbered([one for one in told if one[0].action != "access.reviewed"])
        report = verify_extract(extract(tmp_path / "e", forged, forged), [KEY], None, BY_KIND)
        assert "could not have happened" in report.problems[0]


def extract(target: Path, told: Told, part: Told) -> Path:
    written = [as_entry(leaf, typed) for leaf, typed in told]
    levels = levels_of([leaf_hash(data) for data, _ in written])
    note = sign(Checkpoint(ORIGIN, len(written), root_at(levels, len(written))))
    first = len(told) - len(part)
    proven = [
        Proven(index, data, tuple(Text(**row) for row in rows), inclusion_proof(levels, index, len(written)))
        for index, (data, rows) in enumerate(written)
        if index >= first
    ]
    target.write_bytes(make_extract(note, {}, proven, False, 0).data)
    return target


@pytest.fixture(scope="module")
def delegated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Told]:
    """An absence that began and ended, and access that its delegate approved meanwhile."""
    target = tmp_path_factory.mktemp("delegation") / "bundle"
    story = Story(world_of(changed_bundle(target, files={"delegation.yaml": DELEGATION})))
    leave = away(story, GRACE, MARGARET)
    story.asks(ADA)
    story.approves(MARGARET)
    assert story.status == "active"
    leave.do(EndAbsence("away_1"), Actor(GRACE))
    return leave.logged.story(), story.logged.story()


class TestADelegatesVerdict:
    """An absence that was in force, by the same log, has to cover it."""

    def test_that_an_absence_covers_verifies(self, tmp_path: Path, delegated: tuple[Told, Told]) -> None:
        (began, ended), access = delegated
        report = verify_export(together(tmp_path / "log", [began, *access, ended]), [KEY], BY_KIND)
        assert report.ok, report.problems
        assert report.stories.replayed == 2

    @pytest.mark.parametrize(
        ("order", "changes", "why"),
        [
            ("access", {}, "this log has nothing of away_1"),
            ("access began", {}, "nobody had said by then that they are away"),
            ("began ended access", {}, "the absence away_1 was over by then"),
            ("began access", {"delegate": RADIA}, "someone else decides by the absence away_1"),
            ("began access", {"person": EDSGER, "actor": EDSGER}, "the absence away_1 is someone else's"),
            ("began access", {"until": "2026-12-24T09:00:00Z"}, "the absence away_1 has another end"),
            ("began access", {"groups": ["security"]}, "the absence away_1 is for other groups"),
        ],
    )
    def test_that_no_absence_covers_is_named(
        self,
        tmp_path: Path,
        delegated: tuple[Told, Told],
        order: str,
        changes: dict[str, Any],
        why: str,
    ) -> None:
        (began, ended), access = delegated
        actor = changes.get("actor", began[0].actor)
        facts = {**began[0].facts, **{name: one for name, one in changes.items() if name != "actor"}}
        parts = {
            "began": [(began[0]._replace(facts=facts, actor=actor), {})],
            "ended": [ended],
            "access": access,
        }
        told = [one for part in order.split() for one in parts[part]]
        event = next(index for index, (leaf, _) in enumerate(told) if leaf.action == "access.reviewed")
        assert (
            f"The story of {SUBJECT} could not have happened: event {event} (access.reviewed), for {why}."
            in problems(together(tmp_path / "log", told)).splitlines()
        )

    def test_of_a_new_delegate_whose_signal_is_missing_or_another_is_named(
        self, tmp_path: Path, delegated: tuple[Told, Told]
    ) -> None:
        (began, _), access = delegated
        kept = renumbered([one for one in access if one[0].action != "access.signals-raised"])
        unsaid = problems(together(tmp_path / "left-out", [began, *kept]))
        assert "a new delegate approved it, and its signals don't say so" in unsaid
        changed = [
            (_aged(leaf) if leaf.action == "access.signals-raised" else leaf, typed) for leaf, typed in access
        ]
        forged = problems(together(tmp_path / "another", [began, *changed]))
        assert "its signals give another time for which the delegate had been asked" in forged

    def test_whose_absence_is_sealed_or_outside_an_extract_isn_t_judged(
        self, tmp_path: Path, delegated: tuple[Told, Told]
    ) -> None:
        (began, _), access = delegated
        path = together(tmp_path / "log", [began, *access], sealed=frozenset({"away_1"}))
        assert verify_export(path, [KEY], BY_KIND, allow_sealed=True).ok
        report = verify_extract(extract(tmp_path / "e", [began, *access], access), [KEY], None, BY_KIND)
        assert report.ok, report.problems


def _aged(leaf: Leaf) -> Leaf:
    facts = deepcopy(dict(leaf.facts))
    facts["signals"]["inputs"]["new-delegate"]["delegations"][0]["seconds"] += 86_400
    return leaf._replace(facts=facts)


def together(target: Path, told: Told, sealed: frozenset[str] = frozenset()) -> Path:
    """Several stories as one log, in this order and signed as they stand here."""
    written = [as_entry(leaf, typed) for leaf, typed in told]
    logged = [data for data, _ in written]
    said = [Text(**row) for _, rows in written for row in rows]
    shown, said = seal_subjects(logged, said, sealed)
    write_export(target, shown, said, checkpoints(logged, [len(logged)]), [KEY])
    return target


class TestACheckpointSeenElsewhere:
    @pytest.fixture
    def log(self, tmp_path: Path) -> Path:
        return export(tmp_path / "log", 7, [3, 7])

    def seen(self, size: int = 5, logged: list[bytes] | None = None, **more: object) -> Seen:
        levels = levels_of([leaf_hash(one) for one in logged or leaves(9)])
        return Seen("Slack", sign(Checkpoint(ORIGIN, size, root_at(levels, size)), **more).encode())  # type: ignore[arg-type]

    def test_of_this_history_verifies_though_the_export_lacks_it(self, log):
        report = verify_export(log, [KEY], seen=[self.seen(5), self.seen(7), self.seen(5)])
        assert report.ok
        assert "--seen" not in "\n".join(lines(report))

    @pytest.mark.parametrize("size", [3, 5, 7])
    def test_of_another_history_is_a_fork_and_named(self, log, size):
        another = [*leaves(2), *leaves(9)[3:]]
        assert f"FORK: The checkpoint from Slack signs {size} events" in problems(
            log, self.seen(size, another)
        )

    def test_of_more_events_than_are_here_says_that_the_log_was_cut(self, log):
        assert "signs 9 events, and only 7 are here" in problems(log, self.seen(9))

    def test_of_another_log_or_key_proves_nothing_and_says_so(self, log):
        other = Seen("Slack", sign(Checkpoint("other.example", 5, b"\0" * 32)).encode())
        assert "can't be trusted" in problems(log, other)
        assert "can't be trusted" in problems(log, self.seen(private=OTHER))

    def test_is_read_as_people_copy_it_out_of_slack(self, log, tmp_path):
        note = self.seen().note.decode()
        pasted = f"Checkpoint of the audit log: 5 events\r\n```{note.strip()}```\n\n".replace("\n", "\r\n")
        (tmp_path / "two.txt").write_text(f"{pasted}later that day\n{note}")
        found = [*read_seen(pasted), *read_seen(str(tmp_path / "two.txt"))]
        assert [one.note for one in found] == [note.encode()] * 3

    @pytest.mark.parametrize("given", ["nowhere.txt", "a\nb\n"])
    def test_that_is_none_is_one_sentence(self, given):
        with pytest.raises(NoteError, match="--seen"):
            read_seen(given)

    def test_of_another_size_can_t_be_compared_with_an_extract(self, tmp_path, told):
        path = extract(tmp_path / "e", told, told)
        report = verify_extract(path, [KEY], seen=[self.seen(5)])
        assert "can't be compared" in report.problems[0]
        assert "FORK" in verify_extract(path, [KEY], seen=[self.seen(len(told))]).problems[0]


class TestWhatIsSealed:
    @pytest.fixture
    def log(self, tmp_path: Path) -> Path:
        entries, said = seal_subjects(leaves(9), texts([example(number) for number in range(9)]), {"acc_1"})
        write_export(tmp_path / "log", entries, said, checkpoints(leaves(9), [9]), [KEY])
        return tmp_path / "log"

    def test_passes_only_when_it_is_allowed_and_is_counted_in_the_first_line(self, log):
        refused, allowed = verify_export(log, [KEY]), verify_export(log, [KEY], allow_sealed=True)
        assert (refused.ok, allowed.ok) == (False, True)
        assert lines(refused)[0] == (
            "The log is NOT verified in full: 3 of 9 events are sealed. If that was agreed, add --allow-sealed."
        )
        assert lines(allowed)[0] == (
            "The log is what was signed, but 3 of 9 events are sealed: nobody has checked what they say."
        )


class TestAFileOfAnySize:
    """Sparse, so that nothing of it is on the disk; to whoever reads it, it is as large as it says."""

    @pytest.fixture
    def log(self, tmp_path: Path) -> Path:
        return export(tmp_path / "log", 7, [3, 7])

    @pytest.mark.parametrize(
        "name",
        [
            "tile/entries/000.p/7",
            "tile/0/000.p/7",
            "checkpoint",
            "checkpoints/000001",
            "vkeys",
            "texts.jsonl",
        ],
    )
    def test_in_an_export_is_a_sentence(self, log, name):
        os.truncate(log / name, 40 * 2**30)
        assert f"{name} has 42,949,672,960 bytes, but can have at most" in problems(log)

    def test_that_no_export_has_is_named_and_not_read(self, log):
        (log / "tile/entries/evil").touch()
        os.truncate(log / "tile/entries/evil", 40 * 2**30)
        assert "tile/entries/evil doesn't belong" in problems(log)

    def test_together_says_what_it_takes(self, log):
        for number in range(1, 9):
            path = log / f"tile/entries/00{number}"
            path.touch()
            os.truncate(path, BUNDLE_BYTES)
        assert "more than 67,108,864 bytes" in problems(log, largest=2**26)

    def test_as_an_extract_is_a_sentence(self, tmp_path, told):
        path = extract(tmp_path / "e", told, told)
        os.truncate(path, 40 * 2**30)
        report = verify_extract(path, [KEY])
        assert f"is longer than {LINE_BYTES:,} bytes" in report.problems[0]
        empty = tmp_path / "zeros"
        empty.touch()
        os.truncate(empty, 40 * 2**30)
        assert "is longer than" in verify_extract(empty, [KEY]).problems[0]

    def test_as_an_extract_of_empty_lines_ends(self, tmp_path, told):
        path = extract(tmp_path / "e", told, told)
        with path.open("ab") as file:
            file.write(b"\n" * 100_000)
        assert len(verify_extract(path, [KEY]).problems) < 1_010
