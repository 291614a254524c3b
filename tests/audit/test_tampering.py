"""Whatever is done to a whole export is found, and told by the event that it was done to, and by little else."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import pytest
import rfc8785
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.audit.example_log import KEY, ORIGIN, OTHER, checkpoints, entry, export, leaf, leaves, sign, texts
from tests.audit.test_extract import ANY_JSON, places, put
from tests.lanes import examples
from workflows.audit.export.directory import write_export
from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.tlog.merkle import levels_of, root_at
from workflows.audit.tlog.note import VerifierKey
from workflows.audit.tlog.sealed_entry import entry_hash, seal, seal_subjects
from workflows.audit.tlog.tiles import WIDTH, bundle_widths, entries_path, pack_entries, tile_bytes, tiles_of
from workflows.audit.verify.directory import verify_export
from workflows.audit.verify.report import lines

SIZE = 300
SIZES = [1, 100, 256, SIZE]
LEAVES = leaves(SIZE)
SEALED = {"acc_1"}
MANY = settings(max_examples=examples(15, 300), suppress_health_check=[HealthCheck.function_scoped_fixture])
INDEX = st.integers(0, SIZE - 1)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("plain") / "log", SIZE, SIZES)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an auditor gets who may not see a subject."""
    target = tmp_path_factory.mktemp("sealed") / "log"
    entries, said = seal_subjects(LEAVES, texts([entry(number) for number in range(SIZE)]), SEALED)
    write_export(target, entries, said, checkpoints(LEAVES, SIZES), [KEY])
    return target


@pytest.fixture(params=["plain", "sealed"])
def log(request: pytest.FixtureRequest) -> Iterator[Path]:
    """One of both; whole again after each test."""
    path: Path = request.getfixturevalue(request.param)
    yield path
    assert verify_export(path, [KEY], allow_sealed=True).ok


def problems(path: Path, keys: tuple[VerifierKey, ...] = (KEY,)) -> tuple[str, ...]:
    return verify_export(path, keys).problems


def entries_of(path: Path) -> list[bytes]:
    hidden = path.parent.name.startswith("sealed")
    return [
        seal(one) if hidden and f'"acc_{number % 3}"'.encode() == b'"acc_1"' else one
        for number, one in enumerate(LEAVES)
    ]


def evidence(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file() and file.name != "README.txt")


def after(file: Path, data: bytes, log: Path) -> tuple[str, ...]:
    """The problems with these bytes in the file, which gets its own back."""
    original = file.read_bytes()
    file.write_bytes(data)
    try:
        return problems(log)
    finally:
        file.write_bytes(original)


def with_entries(log: Path, entries: list[bytes]) -> tuple[str, ...]:
    """The problems with these entries in the bundles that there are, the last one taking what is too much."""
    files = [log / entries_path(index, width) for index, width in bundle_widths(SIZE)]
    originals = [file.read_bytes() for file in files]
    for number, file in enumerate(files):
        end = None if file is files[-1] else (number + 1) * WIDTH
        file.write_bytes(pack_entries(entries[number * WIDTH : end]))
    try:
        return problems(log)
    finally:
        for file, original in zip(files, originals, strict=True):
            file.write_bytes(original)


def names(problem: str, index: int) -> bool:
    return re.search(rf"\b[Ee]vents? {index}\b", problem) is not None


def about_events(problems: Sequence[str]) -> list[str]:
    return [one for one in problems if one.startswith(("Event", "The event at"))]


def told(index: int) -> str:
    """How an event is named as long as it can be read."""
    given = entry(index)
    return f"{given.action} of {given.subject}"


@pytest.mark.soak
class TestAnythingIsCaught:
    @MANY
    @given(data=st.data())
    def test_when_any_field_of_any_event_is_changed_which_is_named_alone(self, log, data):
        entries = entries_of(log)
        index = data.draw(INDEX)
        document = json.loads(entries[index])
        path = data.draw(st.sampled_from(list(places(document))))
        changed = put(document, path, data.draw(ANY_JSON))
        assume(rfc8785.dumps(changed) != entries[index])
        entries[index] = rfc8785.dumps(changed)

        found = with_entries(log, entries)

        assert len(found) == 1
        assert found[0].startswith(f"Event {index} (")

    @MANY
    @given(data=st.data())
    def test_when_any_bit_of_any_bundle_is_changed_and_its_event_comes_first(self, log, data):
        entries = entries_of(log)
        index = data.draw(INDEX)
        file = log / entries_path(*[(at, width) for at, width in bundle_widths(SIZE)][index // WIDTH])
        start = sum(2 + len(one) for one in entries[index // WIDTH * WIDTH : index])
        at = start + data.draw(st.integers(0, 1) | st.integers(0, 1 + len(entries[index])))
        flipped = bytearray(file.read_bytes())
        flipped[at] ^= 1 << data.draw(st.integers(0, 7))

        found = after(file, bytes(flipped), log)

        assert names(found[0], index)
        assert len(found) == 1

    @MANY
    @given(data=st.data())
    def test_when_a_length_is_changed_so_that_what_is_read_ends_like_an_event(self, log, data):
        entries = entries_of(log)[:WIDTH]
        index = data.draw(st.integers(0, WIDTH // 2))
        file = log / entries_path(0, WIDTH)
        start = sum(2 + len(one) for one in entries[:index])
        ends = set(accumulate(2 + len(one) for one in entries[index:]))
        raw = bytearray(file.read_bytes())
        inner = [at - 2 for at in range(3, 20_000) if raw[start + at - 1] == ord("}") and at not in ends]
        raw[start : start + 2] = data.draw(st.sampled_from(inner)).to_bytes(2, "big")

        found = after(file, bytes(raw), log)

        assert names(found[0], index)
        assert len(found) == 1

    @MANY
    @given(data=st.data())
    def test_when_any_bit_of_any_file_is_changed(self, log, data):
        file = data.draw(st.sampled_from(evidence(log)))
        flipped = bytearray(file.read_bytes())
        flipped[data.draw(st.integers(0, len(flipped) - 1))] ^= 1 << data.draw(st.integers(0, 7))

        assert 1 <= len(after(file, bytes(flipped), log)) <= 3

    @MANY
    @given(data=st.data())
    def test_when_any_file_is_cut_anywhere_and_the_first_event_that_is_gone_is_named(self, log, data):
        file = data.draw(
            st.sampled_from(evidence(log)) | st.sampled_from(list(log.glob("tile/entries/*"))[:1])
        )
        assume(file.is_file() and file.name != "texts.jsonl")
        whole = file.read_bytes()
        at = data.draw(st.integers(0, len(whole) - 1))

        found = after(file, whole[:at], log)

        assert found
        if "entries" in file.parts:
            first = 0 if file.name == "000" else WIDTH
            while (at := at - 2 - len(entries_of(log)[first])) >= 0:
                first += 1
            assert names(found[0], first)
            assert len(found) == 1

    @MANY
    @given(first=INDEX, second=INDEX)
    def test_when_two_events_are_swapped_and_both_are_named(self, log, first, second):
        assume(first != second)
        entries = entries_of(log)
        entries[first], entries[second] = entries[second], entries[first]

        found = with_entries(log, entries)

        assert sorted(found) == sorted(
            f"Event {one} ({name_in(log, one)}) is at place {other}: events were reordered."
            for one, other in ((first, second), (second, first))
        )

    @MANY
    @given(index=INDEX)
    def test_when_an_event_is_removed_which_is_named(self, log, index):
        entries = entries_of(log)
        del entries[index]

        found = with_entries(log, entries)

        assert names(found[0], index)
        assert "missing" in found[0]
        assert about_events(found) == [found[0]]

    @MANY
    @given(index=INDEX)
    def test_when_an_event_is_doubled_which_is_named(self, log, index):
        entries = entries_of(log)
        entries.insert(index, entries[index])

        found = with_entries(log, entries)

        assert found[0] == (
            f"Event {index} ({name_in(log, index)}) appears again at place {index + 1}: it was added."
        )
        assert about_events(found) == [found[0]]

    @MANY
    @given(index=INDEX)
    def test_when_an_event_is_added_which_is_named(self, log, index):
        entries = entries_of(log)
        entries.insert(index, leaf(entry(index, id="evtfalse", subject="acc_9")))

        found = with_entries(log, entries)

        assert found[0] == (
            f"The event at place {index} (requested of acc_9) was added: it was never logged."
        )
        assert about_events(found) == [found[0]]

    def test_when_a_whole_bundle_is_gone(self, log):
        for path, said in (
            ("tile/entries/000", "Events 0 to 255 are missing"),
            ("tile/entries/001.p/44", "Events 256 to 299 are missing, after event 255 ("),
        ):
            data = (log / path).read_bytes()
            (log / path).unlink()
            found = problems(log)
            (log / path).write_bytes(data)
            assert found[0].startswith(said)
            assert len(found) == 1


def name_in(log: Path, index: int) -> str:
    return "sealed" if entries_of(log)[index] != LEAVES[index] else told(index)


class TestWhatIsSaid:
    @pytest.fixture
    def copy(self, plain: Path, tmp_path: Path) -> Path:
        return shutil.copytree(plain, tmp_path / "copy")

    def change(self, copy: Path, index: int, change: Callable[[bytes], bytes]) -> bytes:
        """Change an event in its bundle; its new bytes."""
        return self.put(copy, {index: change(LEAVES[index])})

    def put(self, copy: Path, changed: dict[int, bytes]) -> bytes:
        entries = [changed.get(number, one) for number, one in enumerate(LEAVES)]
        for index, width in bundle_widths(SIZE):
            start = index * WIDTH
            (copy / entries_path(index, width)).write_bytes(pack_entries(entries[start : start + width]))
        return next(iter(changed.values()))

    def put_hash(self, copy: Path, index: int, hashed: bytes) -> None:
        tile = next(one for one in tiles_of(SIZE) if (one.level, one.index) == (0, index // WIDTH))
        data = bytearray((copy / tile.path).read_bytes())
        at = index % WIDTH * 32
        data[at : at + 32] = hashed
        (copy / tile.path).write_bytes(data)

    def test_of_a_changed_event(self, copy):
        self.change(copy, 100, lambda data: data.replace(b'"minutes":60', b'"minutes":90'))

        assert problems(copy) == (
            "Event 100 (requested of acc_1) was changed: it isn't what was signed there.",
        )

    def test_of_an_event_that_can_t_be_read_any_more(self, copy):
        self.change(copy, 100, lambda data: data.replace(b'"minutes":60', b'"minutes":6.0'))

        assert problems(copy)[0].startswith("Event 100 (requested of acc_1) was changed")

    @pytest.mark.parametrize("action", ["\x1b[2Jall is well", "a" * 99])
    def test_of_one_whose_name_was_chosen_to_deceive(self, copy, action):
        self.put(copy, {100: leaf(entry(100, action=action))})

        assert problems(copy)[0].startswith("Event 100 (of unknown kind) was changed")

    def test_of_a_length_that_was_changed(self, copy):
        file = copy / "tile/entries/000"
        data = bytearray(file.read_bytes())
        data[sum(2 + len(one) for one in LEAVES[:100])] ^= 64
        file.write_bytes(data)

        assert problems(copy) == (
            "Events 100 to 255 can't be read, after event 99 (requested of acc_0): tile/entries/000 was cut "
            "off there, or event 100 or its length was changed.",
        )

    def test_of_a_tile_that_was_changed(self, copy):
        self.put_hash(copy, 100, bytes(32))

        assert problems(copy) == (
            "tile/0/000 has the wrong hash for event 100 (requested of acc_1), which is as it was signed: the "
            "tile was changed.",
        )

    def test_of_an_event_and_its_hash_changed_differently(self, copy):
        self.change(copy, 100, lambda data: data.replace(b'"minutes":60', b'"minutes":90'))
        self.put_hash(copy, 100, bytes(32))

        assert problems(copy)[0] == (
            "Event 100 (requested of acc_1) doesn't match its hash in tile/0/000: the event, the tile or both were "
            "changed."
        )

    def test_of_an_event_whose_hash_was_rewritten_too(self, copy):
        changed = self.change(copy, 120, lambda data: data.replace(b'"minutes":60', b'"minutes":90'))
        self.put_hash(copy, 120, entry_hash(changed))

        assert problems(copy) == (
            "checkpoints/000003 signs another history of the first 256 events, while checkpoints/000002 signs the first "
            "100 as they are here: at least one of events 100 to 255 was changed, added or removed after it was signed. "
            "Their hashes in the tiles were rewritten too, so this export can't show which; compare it with another copy.",
            "tile/1/000.p/1 has the wrong hash over events 0 to 255 as they are here: the tile was changed, or one of "
            "them and its hash.",
        )

    def test_of_someone_who_rewrites_all_tiles(self, copy):
        logged = [*LEAVES]
        logged[120] = leaf(entry(120, actor="U0NOBODY"))
        self.put(copy, {120: logged[120]})
        levels = levels_of([entry_hash(one) for one in logged])
        for tile in tiles_of(SIZE):
            (copy / tile.path).write_bytes(tile_bytes(levels, tile))

        report = verify_export(copy, [KEY])

        assert len(report.problems) == 1
        assert "at least one of events 100 to 255 was changed" in report.problems[0]
        assert report.problems[0] in lines(report)[1]

    def test_of_someone_who_signs_again_with_another_key(self, copy):
        root = root_at(levels_of([entry_hash(one) for one in LEAVES]), SIZE)
        note = sign(Checkpoint(ORIGIN, SIZE, root), private=OTHER)
        for name in ("checkpoint", "checkpoints/000004"):
            (copy / name).write_text(note)

        (problem,) = problems(copy)
        assert problem.startswith("checkpoints/000004 can't be trusted")

    def test_of_many_changed_events_each(self, copy):
        self.put(copy, {number: leaf(entry(number, actor="U0NOBODY")) for number in range(50, 60)})

        assert [one.split(" (")[0] for one in problems(copy)] == [
            f"Event {number}" for number in range(50, 60)
        ]

    def test_of_events_that_were_moved_together(self, copy):
        moved = [*LEAVES[:10], *LEAVES[20:100], *LEAVES[10:20], *LEAVES[100:]]
        self.put(copy, dict(enumerate(moved)))

        assert problems(copy) == (
            "Events 20 (requested of acc_2) to 99 (requested of acc_0) are at places 10 to 89: events were "
            "reordered.",
            "Events 10 (requested of acc_1) to 19 (requested of acc_1) are at places 90 to 99: events were "
            "reordered.",
        )

    def test_of_an_event_put_in_the_place_of_another(self, copy):
        self.put(copy, {11: LEAVES[10]})

        assert problems(copy) == (
            "Event 11 is missing: it was replaced by a copy of event 10 (requested of acc_1).",
        )

    def test_of_bundles_whose_border_was_moved(self, copy):
        (copy / "tile/entries/000").write_bytes(pack_entries(LEAVES[:250]))
        (copy / "tile/entries/001.p/44").write_bytes(pack_entries(LEAVES[250:]))

        assert problems(copy)[0] == "tile/entries/000 has 250 events, not as many as its name says."

    def test_of_what_goes_on_behind_the_last_event(self, copy):
        file = copy / "tile/entries/001.p/44"
        file.write_bytes(file.read_bytes() + b"\xff")

        assert problems(copy) == (
            "tile/entries/001.p/44 has extra bytes after its last event: something was added.",
        )
