"""An export verifies offline with nothing but the public key, and anything that was done to it is named."""

import gc
import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.example_log import (
    KEY,
    ORIGIN,
    OTHER,
    OTHER_KEY,
    START,
    checkpoints,
    entry,
    export,
    leaf,
    leaves,
    salt,
    sign,
    texts,
)
from workflows.audit.export.directory import ExportError, write_export
from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.tlog.leaf import Entry
from workflows.audit.tlog.merkle import leaf_hash, levels_of, root_at
from workflows.audit.tlog.note import VerifierKey
from workflows.audit.tlog.sealed_entry import seal, seal_subjects
from workflows.audit.tlog.tiles import pack_entries
from workflows.audit.tlog.typed_text import Text, read_text
from workflows.audit.verify.directory import verify_export
from workflows.audit.verify.report import lines


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("small") / "log", 7, [3, 3, 7])


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Large enough for a full bundle, a full tile, and a second level."""
    return export(tmp_path_factory.mktemp("wide") / "log", 300, [1, 256, 300])


@pytest.fixture
def copy(small: Path, tmp_path: Path) -> Path:
    return shutil.copytree(small, tmp_path / "copy")


def test_verifying_leaves_the_collector_of_cycles_as_it_was(small):
    for turn in (gc.disable, gc.enable):
        turn()
        was = gc.isenabled()
        assert verify_export(small, [KEY]).ok
        assert gc.isenabled() is was


def problems(path: Path, keys: Sequence[VerifierKey] = (KEY,)) -> str:
    return "\n".join(verify_export(path, keys).problems)


def export_of(target: Path, entries: Sequence[Entry], typed: Sequence[Text] | None = None) -> Path:
    logged = [leaf(given) for given in entries]
    notes = checkpoints(logged, [len(logged)])
    write_export(target, logged, texts(entries) if typed is None else typed, notes, [KEY])
    return target


class TestAnExportAsItWasWritten:
    def test_verifies(self, small, wide):
        for path, size, count in ((small, 7, 3), (wide, 300, 3)):
            report = verify_export(path, [KEY])
            assert report.problems == ()
            assert report.ok
            assert (report.size, report.checkpoints, report.texts, report.erased) == (size, count, size, 0)
            assert report.root == root_at(levels_of([leaf_hash(leaf) for leaf in leaves(size)]), size)
            assert report.last_checkpoint_at == START + timedelta(minutes=count)

    def test_verifies_when_it_is_empty(self, tmp_path):
        report = verify_export(export(tmp_path / "log", 0, [0]), [KEY])

        assert report.ok and report.size == 0 and report.last_event_at is None

    def test_has_the_files_of_the_tile_layout(self, wide):
        assert sorted(file.relative_to(wide).as_posix() for file in wide.rglob("*") if file.is_file()) == [
            "README.txt",
            "checkpoint",
            "checkpoints/000001",
            "checkpoints/000002",
            "checkpoints/000003",
            "texts.jsonl",
            "tile/0/000",
            "tile/0/001.p/44",
            "tile/1/000.p/1",
            "tile/entries/000",
            "tile/entries/001.p/44",
            "vkeys",
        ]

    def test_is_told_to_a_person(self, small):
        report = verify_export(small, [KEY])

        assert lines(report) == [
            "The log is whole: it is what was signed.",
            f"7 events, last one at 2026-03-02 09:30:06+00:00; root {report.root.hex()}.",
            "3 checkpoints verified, last one signed at 2026-03-02 09:33:00+00:00.",
            "7 texts match their commitments, 0 were erased.",
            "0 stories replayed from the first event on, 3 not.",
            "No checkpoint seen elsewhere was given (--seen): another history could have been signed.",
        ]

    def test_may_lack_erased_texts(self, copy):
        file = copy / "texts.jsonl"
        file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[2:]))

        report = verify_export(copy, [KEY])

        assert report.ok and (report.texts, report.erased) == (5, 2)

    def test_verifies_across_a_rotation_of_keys(self, tmp_path):
        logged = leaves(5)
        levels = levels_of([leaf_hash(leaf) for leaf in logged])
        old, new = (Checkpoint(ORIGIN, size, root_at(levels, size)) for size in (2, 5))
        write_export(tmp_path / "log", logged, [], [sign(old), sign(new, private=OTHER)], [KEY, OTHER_KEY])

        assert verify_export(tmp_path / "log", [KEY, OTHER_KEY]).ok
        assert "checkpoints/000001 can't be trusted" in problems(tmp_path / "log", [OTHER_KEY])


class TestNothingCanBeChanged:
    @given(data=st.data())
    def test_not_one_bit_of_a_small_log(self, small, data):
        self.assert_a_flipped_bit_is_found(small, data)

    def test_not_one_bit_of_a_log_with_full_tiles(self, wide):
        for path in sorted(file for file in wide.rglob("*") if file.is_file() and file.name != "README.txt"):
            size = path.stat().st_size
            for at, bit in ((0, 0), (size // 3, 5), (size - 1, 7)):
                assert_found(wide, path, at, bit)

    def assert_a_flipped_bit_is_found(self, export: Path, data: st.DataObject) -> None:
        files = sorted(file for file in export.rglob("*") if file.is_file() and file.name != "README.txt")
        path = data.draw(st.sampled_from(files))
        assert_found(
            export, path, data.draw(st.integers(0, path.stat().st_size - 1)), data.draw(st.integers(0, 7))
        )

    def test_no_file_can_go(self, copy):
        for path in sorted(file for file in copy.rglob("*") if file.is_file() and file.name != "README.txt"):
            data = path.read_bytes()
            path.unlink()
            assert problems(copy) or path.name == "texts.jsonl"
            if path.name in ("checkpoint", "vkeys"):
                assert f"{path.name} is missing: the export isn't complete." in problems(copy)
            path.write_bytes(data)
        assert problems(copy) == ""

    def test_not_all_checkpoints_can_go_at_once(self, copy):
        for path in (copy / "checkpoints").iterdir():
            path.unlink()

        assert "checkpoint isn't the last one of checkpoints/" in problems(copy)

    @pytest.mark.parametrize(
        "name", ["extra", "tile/0/000.p/3", "tile/entries/000.p/3", "checkpoints/9", "tile/7/000"]
    )
    def test_no_file_can_come(self, copy, name):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_bytes(b"x")

        assert problems(copy)

    def test_a_link_is_no_file(self, copy):
        (copy / "vkeys").rename(copy.parent / "vkeys")
        (copy / "vkeys").symlink_to(copy.parent / "vkeys")

        assert "vkeys is a link" in problems(copy)

    def test_the_readme_is_not_evidence(self, copy):
        (copy / "README.txt").write_text("other words")

        assert problems(copy) == ""


def assert_found(export: Path, path: Path, at: int, bit: int) -> None:
    original = path.read_bytes()
    changed = bytearray(original)
    changed[at] ^= 1 << bit
    path.write_bytes(changed)
    try:
        assert not verify_export(export, [KEY]).ok, f"{path.name}, byte {at}, bit {bit}"
    finally:
        path.write_bytes(original)


class TestEachProblemSaysWhatItMeans:
    def test_a_changed_event(self, copy):
        bundle = next((copy / "tile/entries").rglob("7"))
        bundle.write_bytes(bundle.read_bytes().replace(b"U0SCIENCE", b"U0SOMEONE", 1))

        found = problems(copy)

        assert found.startswith("Event 0 (requested of acc_0) was changed")

    def test_a_log_that_was_cut(self, small, tmp_path):
        logged = leaves(7)
        shorter = export(tmp_path / "log", 3, [3])
        for name in ("checkpoint", "checkpoints/000001"):
            (shorter / name).write_text(checkpoints(logged, [7])[0])

        assert problems(shorter) == (
            "Events 3 to 6 are missing, after event 2 (requested of acc_2): removed or cut off."
        )

    def test_events_that_nobody_signed(self, copy):
        (copy / "tile/entries/000.p/7").rename(copy / "tile/entries/000.p/8")
        (copy / "tile/entries/000.p/8").write_bytes(pack_entries(leaves(8)))

        assert problems(copy) == (
            "Event 7 is after the last signed event (first, requested of acc_1): nothing proves it."
        )

    def test_a_history_that_was_rewritten_and_signed_again(self, tmp_path):
        rewritten = [entry(0), entry(1, actor="U0NOBODY"), *(entry(number) for number in range(2, 5))]
        logged = [leaf(given) for given in rewritten]
        notes = [checkpoints(leaves(3), [3])[0], *checkpoints(logged, [3, 5])[1:]]
        write_export(tmp_path / "log", logged, texts(rewritten), notes, [KEY])

        assert problems(tmp_path / "log") == (
            "checkpoints/000001 signs another history of the first 3 events: at least one of them was changed, "
            "added or removed after it was signed."
        )

    def test_another_key(self, small):
        found = problems(small, [OTHER_KEY])

        assert "checkpoints/000001 can't be trusted" in found
        assert "vkeys lists daypass.example/log+" in found

    def test_no_key(self, small):
        assert "can't be trusted" in problems(small, [])

    def test_a_text_that_was_changed(self, copy):
        edit(copy / "texts.jsonl", lambda data: data.replace(b"ticket 3", b"ticket 9"))

        assert problems(copy) == (
            "Line 4 of texts.jsonl isn't what was typed into justification of event evt00003: "
            "text or salt was changed."
        )

    def test_a_text_twice_or_for_nothing(self, copy):
        stray = Text("evt00009", "justification", "00" * 16, "x").line
        edit(copy / "texts.jsonl", lambda data: data + data.splitlines(keepends=True)[0] + stray)

        found = problems(copy)

        assert "Line 8 of texts.jsonl is a second text for justification of event evt00000." in found
        assert "Line 9 of texts.jsonl is for justification of event evt00009, which has no such text" in found

    def test_a_text_is_counted_once_be_its_first_line_or_its_second_the_right_one(self, copy):
        given = Text("evt00000", "justification", salt("evt00000").hex(), "because of ticket 0")
        right, wrong = given.line, given._replace(text="because").line
        for two in (right + wrong, wrong + right, wrong + wrong):
            edit(copy / "texts.jsonl", lambda data, two=two: two + b"".join(data.splitlines(True)[-6:]))

            report = verify_export(copy, [KEY])

            assert (report.texts, report.erased) == (7, 0)
            assert any(
                "is a second text for justification of event evt00000" in one for one in report.problems
            )

    def test_checkpoints_out_of_order(self, tmp_path):
        logged = leaves(5)
        one, two = checkpoints(logged, [2, 5])
        write_export(tmp_path / "log", logged, [], [two, one, two], [KEY])

        found = problems(tmp_path / "log")

        assert "checkpoints/000002 signs fewer events than the one before it" in found
        assert "checkpoints/000002 was signed before the one that precedes it" in found

    def test_a_checkpoint_without_its_time(self, tmp_path):
        logged = leaves(5)
        levels = levels_of([leaf_hash(leaf) for leaf in logged])
        bare = sign(Checkpoint(ORIGIN, 2, root_at(levels, 2)))
        write_export(tmp_path / "log", logged, [], [bare, *checkpoints(logged, [5])], [KEY])

        assert "checkpoints/000001 has no signed time" in problems(tmp_path / "log")

    def test_checkpoints_of_two_logs(self, tmp_path):
        logged = leaves(5)
        levels = levels_of([leaf_hash(leaf) for leaf in logged])
        other = VerifierKey("other.example", KEY.public)
        notes = [sign(Checkpoint(name, 5, root_at(levels, 5))) for name in (ORIGIN, "other.example")]
        write_export(tmp_path / "log", logged, [], notes, [KEY, other])

        assert "checkpoints/000002 is from another log" in problems(tmp_path / "log", [KEY, other])

    @pytest.mark.parametrize(
        ("entries", "sentence"),
        [
            ([entry(0), entry(9)], "something between them is missing"),
            ([entry(3)], "The first event of acc_0, at index 0, is version 1, position 1"),
            ([entry(0), entry(3, position=2)], "something between them is missing"),
            ([entry(0), entry(3), entry(6, version=3)], "something between them is missing"),
            ([entry(0), entry(1, id="evt00000")], "Events 0 and 1 have the same id, evt00000"),
            ([entry(0), entry(3, time=START - timedelta(seconds=1))], "before event 0"),
        ],
    )
    def test_a_gap_in_a_subjects_history(self, tmp_path, entries, sentence):
        found = problems(export_of(tmp_path / "log", entries, typed=[]))

        assert sentence in found

    def test_an_entry_that_is_no_event(self, tmp_path):
        logged = [b'{"hello":"world"}']
        write_export(tmp_path / "log", logged, [], checkpoints(logged, [1]), [KEY])

        assert "Event 0 isn't an audit event of Daypass." in problems(tmp_path / "log")

    @pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x05abc", pack_entries([b""] * 257)])
    def test_a_bundle_that_is_broken(self, copy, data):
        (copy / "tile/entries/000.p/7").write_bytes(data)

        assert problems(copy)

    def test_no_directory(self, tmp_path):
        assert "isn't a directory" in problems(tmp_path / "nowhere")

    def test_many_problems_are_counted_not_poured_out(self, tmp_path):
        entries = [entry(number, position=5) for number in range(60)]
        told = lines(verify_export(export_of(tmp_path / "log", entries), [KEY]))

        assert told[0] == "The log does NOT verify."
        assert sum(line.startswith("- ") for line in told) == 41
        assert "more of the kind" in "\n".join(told)


class TestWriting:
    def test_never_overwrites(self, tmp_path):
        (tmp_path / "log").mkdir()

        with pytest.raises(ExportError, match="already exists"):
            export(tmp_path / "log", 1, [1])

    def test_needs_a_checkpoint_of_exactly_these_events(self, tmp_path):
        with pytest.raises(ExportError, match="no checkpoint yet"):
            export(tmp_path / "log", 3, [])
        with pytest.raises(ExportError, match="signs 2 events, but 3 were given"):
            export(tmp_path / "log", 3, [2])

    def test_leaves_nothing_behind_when_it_fails(self, tmp_path):
        def broken():
            yield leaves(1)[0]
            raise RuntimeError("the database went away")

        with pytest.raises(RuntimeError):
            write_export(tmp_path / "log", broken(), [], checkpoints(leaves(1), [1]), [KEY])
        assert list(tmp_path.iterdir()) == []

    @given(
        field=st.text(st.characters(exclude_categories=["Cs"])),
        text=st.text(st.characters(exclude_categories=["Cs"])),
    )
    def test_a_text_reads_back_from_its_one_line(self, field, text):
        given_text = Text("evt1", field, "ab" * 32, text)

        assert given_text.line.count(b"\n") == 1
        assert read_text(given_text.line[:-1]) == given_text
        assert given_text._replace(text=text + "x").line != given_text.line


def edit(file: Path, change: Callable[[bytes], bytes]) -> None:
    file.write_bytes(change(file.read_bytes()))


class TestWhatIsSealed:
    """Subjects that not everybody may see stand in an export as their hashes alone."""

    @pytest.fixture
    def sealed(self, tmp_path: Path) -> Path:
        entries, said = seal_subjects(leaves(7), texts([entry(number) for number in range(7)]), {"acc_1"})
        target = tmp_path / "sealed"
        write_export(target, entries, said, checkpoints(leaves(7), [3, 7]), [KEY])
        return target

    def test_says_nothing_and_verifies(self, sealed, small):
        report = verify_export(sealed, [KEY])
        assert report.problems == ()
        assert (report.size, report.sealed, report.texts) == (7, 2, 5)
        assert report.root == verify_export(small, [KEY]).root
        assert "2 events are sealed" in "\n".join(lines(report))
        everything = b"".join(file.read_bytes() for file in sealed.rglob("*") if file.is_file())
        assert b"acc_1" not in everything
        assert b"because of ticket 1" not in everything
        assert b"because of ticket 0" in everything

    def test_can_t_stand_for_something_else(self, sealed):
        path = sealed / "tile/entries/000.p/7"
        hidden = seal(leaf(entry(1)))
        path.write_bytes(path.read_bytes().replace(hidden, seal(leaf(entry(2)))))
        assert problems(sealed).startswith("Event 1 is missing")

    def test_leaves_no_gap_in_a_subject_s_history(self, tmp_path):
        logged = leaves(9)
        entries = [seal(one) if number == 0 else one for number, one in enumerate(logged)]
        said = [text for text in texts([entry(number) for number in range(9)]) if text.event != entry(0).id]
        write_export(tmp_path / "log", entries, said, checkpoints(logged, [9]), [KEY])
        assert "its beginning is missing from the log" in problems(tmp_path / "log")
