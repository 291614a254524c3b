"""An extract proves itself: what is changed, cut, moved or added in it is found, and the event is named."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import rfc8785
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.audit.example_log import KEY, ORIGIN, OTHER, OTHER_KEY, PRIVATE, START, entry, leaves, salt, sign
from tests.lanes import examples
from tests.spine.test_sequence import Key
from workflows.audit.export.extract import END, Proven, make_extract
from workflows.audit.log import Log
from workflows.audit.sequencer import checkpoint, sequence
from workflows.audit.tlog.canonical import canonical, read_canonical
from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.tlog.merkle import inclusion_proof, leaf_hash, levels_of, root_at
from workflows.audit.tlog.note import VerifierKey, assemble, plain_signature
from workflows.audit.tlog.typed_text import Text
from workflows.audit.verify.extract import ExtractReport, extract_lines, verify_extract
from workflows.ledger.repository import Logged
from workflows.queries.extract import newest_within, take
from workflows.system.alarms import RaiseAlarm, alarm_id
from workflows.workflow import Actor

SIZE = 300
LEVELS = levels_of([leaf_hash(leaf) for leaf in leaves(SIZE)])
HEAD = Checkpoint(ORIGIN, SIZE, root_at(LEVELS, SIZE))
NOTE = sign(HEAD, int(START.timestamp()))
INDEXES = (0, 3, 7, 100, 255, 256, 299)
ANY_JSON = st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=9) | st.just([]) | st.just({})


def proven(index: int) -> Proven:
    given = entry(index)
    texts = tuple(
        Text(given.id, field, salt(given.id).hex(), text) for field, text in sorted(given.texts.items())
    )
    return Proven(index, leaves(SIZE)[index], texts, inclusion_proof(LEVELS, index, SIZE))


WHOLE = make_extract(NOTE, {"by": "UBARBARA"}, [proven(index) for index in INDEXES], more=False, later=0)
LINES = WHOLE.data.splitlines(keepends=True)


def kept(path: Path, data: bytes) -> Path:
    file = path / "extract.jsonl"
    file.write_bytes(data)
    return file


def verified(path: Path, data: bytes, keys: tuple[VerifierKey, ...] = (KEY,)) -> ExtractReport:
    return verify_extract(kept(path, data), keys)


def places(value, path=()):
    """The path to every value in a JSON document."""
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else [])
    )
    for name, child in children:
        yield from places(child, (*path, name))


def put(value, path, new):
    """The document with what stands at the path replaced."""
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = put(value[path[0]], path[1:], new)
    return copied


class TestAnExtract:
    def test_verifies_as_it_was_taken(self, tmp_path):
        report = verified(tmp_path, WHOLE.data)
        assert report.ok, report.problems
        assert (report.events, report.size, report.texts, report.erased) == (len(INDEXES), SIZE, 7, 0)
        assert report.digest == WHOLE.digest
        assert report.complete
        assert extract_lines(report)[0] == "Every event in it is as it was signed."

    def test_says_that_there_was_more(self, tmp_path):
        for more, later in ((True, 0), (False, 3)):
            cut = make_extract(NOTE, {}, [proven(3)], more=more, later=later)
            report = verified(tmp_path, cut.data)
            assert report.ok
            assert not report.complete
            assert "Incomplete" in extract_lines(report)[-1]

    def test_of_nothing_verifies_too(self, tmp_path):
        assert verified(tmp_path, make_extract(NOTE, {}, [], more=False, later=0).data).ok

    def test_an_erased_text_is_no_fault(self, tmp_path):
        one = proven(7)
        report = verified(
            tmp_path, make_extract(NOTE, {}, [Proven(7, one.leaf, (), one.proof)], more=False, later=0).data
        )
        assert report.ok
        assert report.erased == 1

    def test_has_every_line_in_canonical_form(self):
        for line in LINES:
            assert canonical(read_canonical(line.removesuffix(b"\n"))) + b"\n" == line

    @given(text=st.text(), erased=st.booleans())
    def test_has_the_bytes_that_were_logged_whatever_was_typed(self, text, erased):
        one = proven(7)
        said = () if erased else (Text("evt00007", "justification", "00" * 16, text),)
        made = make_extract(NOTE, {}, [Proven(7, one.leaf, said, one.proof)], more=False, later=0)
        line = made.data.split(b"\n")[1]
        assert line.startswith(b'{"event":' + one.leaf + b',"index":7,')
        assert canonical(read_canonical(line)) == line


class TestTaking:
    async def test_is_done_beside_the_event_loop_and_counts_what_no_checkpoint_signs_yet(self, store, ledger):
        await ledger.handle(
            RaiseAlarm(alarm_id("key"), "key", "A thing."), Actor("daypass:clockwork"), "clockwork"
        )
        await sequence(store)
        await checkpoint(store, Key(), ORIGIN, START)
        found = [Logged(0, leaves(1)[0], ()), Logged(1, leaves(2)[1], ())]
        about = Watched()
        taken = await take(Log(store), found, more=True, about=about)
        assert (taken.events, taken.more, taken.later) == (1, True, 1)
        assert about.read_in
        assert threading.main_thread() not in about.read_in

    def test_keeps_the_newest_that_are_not_too_large_together(self):
        found = [Logged(n, bytes(100), (Text("e", "f", "", "é" * 50),)) for n in range(10)]
        for most, first in ((10**9, 0), (2_000, 0), (1_999, 1), (600, 7), (200, 9)):
            assert newest_within(found, most) == found[first:]


class Watched(Mapping[str, str]):
    """Who took what; and in which threads that was read."""

    def __init__(self) -> None:
        self.read_in: set[threading.Thread] = set()

    def __getitem__(self, name: str) -> str:
        return "UBARBARA"

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        self.read_in.add(threading.current_thread())
        return iter(["taken_by"])


@pytest.mark.soak
class TestNothingCanBeChanged:
    @settings(max_examples=examples(80, 2_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_in_any_field_of_any_event_even_by_who_writes_the_digest_anew(self, tmp_path, data):
        which = data.draw(st.integers(0, len(INDEXES) - 1))
        line = json.loads(LINES[1 + which])
        path = data.draw(st.sampled_from([one for one in places(line) if one]))
        new = data.draw(ANY_JSON)
        changed = put(line, path, new)
        assume(changed != line)
        # to leave a text out is to erase it, which may be
        assume(not (path == ("texts",) and new == []))
        forged = [*LINES[: 1 + which], rfc8785.dumps(changed) + b"\n", *LINES[2 + which : -1]]

        report = verified(tmp_path, b"".join(forged) + ended(forged))

        assert not report.ok
        index = changed.get("index")
        named = index if type(index) is int else INDEXES[which - 1]
        assert any(f"vent {named}" in problem or "line 2" in problem.lower() for problem in report.problems)

    @settings(max_examples=examples(60, 1_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_in_any_byte(self, tmp_path, data):
        at = data.draw(st.integers(0, len(WHOLE.data) - 1))
        bit = data.draw(st.integers(0, 7))
        flipped = bytearray(WHOLE.data)
        flipped[at] ^= 1 << bit
        assert not verified(tmp_path, bytes(flipped)).ok

    @settings(max_examples=examples(40, 500), suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(at=st.integers(0, len(WHOLE.data) - 1))
    def test_nor_cut_anywhere(self, tmp_path, at):
        assert not verified(tmp_path, WHOLE.data[:at]).ok

    def test_a_cut_names_the_last_event_that_is_there(self, tmp_path):
        report = verified(tmp_path, b"".join(LINES[:4]))
        assert report.problems == (
            "The line that ends an extract is missing: everything after event 7 was cut off.",
        )

    def test_nor_an_event_left_out_where_the_log_s_digest_is_known(self, tmp_path):
        assert verify_extract(kept(tmp_path, WHOLE.data), [KEY], WHOLE.digest).ok
        left = b"".join((*LINES[:3], *LINES[4:-1]))
        digest = hashlib.sha256(left).hexdigest()
        end = {"format": END, "events": len(LINES) - 3, "digest": digest}
        file = kept(tmp_path, left + canonical(end) + b"\n")
        assert verify_extract(file, [KEY]).ok, "by itself it can't be seen"
        (problem,) = verify_extract(file, [KEY], WHOLE.digest).problems
        assert "an event was left out" in problem

    @pytest.mark.parametrize("first", range(1, len(INDEXES)))
    def test_nor_reordered_and_the_event_is_named(self, tmp_path, first):
        moved = [*LINES[:-1]]
        moved[first], moved[first + 1] = moved[first + 1], moved[first]
        report = verified(tmp_path, b"".join(moved) + ended(moved))
        assert report.problems == (
            f"Event {INDEXES[first - 1]}, in line {first + 2}, comes after event {INDEXES[first]}: "
            "lines were reordered or duplicated.",
        )

    def test_nor_shortened_by_an_event(self, tmp_path):
        report = verified(tmp_path, b"".join(LINES[:3] + LINES[4:]))
        assert any("counts 7 events, but it has 6" in problem for problem in report.problems)

    def test_nor_taken_from_another_log(self, tmp_path):
        other = VerifierKey(KEY.name, bytes(32))
        report = verified(tmp_path, WHOLE.data, (other,))
        assert "can't be trusted" in report.problems[0]

    def test_nor_is_a_second_key_of_the_log_passed_over(self, tmp_path):
        by_both = [
            plain_signature(key, private.sign(HEAD.body))
            for key, private in ((KEY, PRIVATE), (OTHER_KEY, OTHER))
        ]
        note = assemble(HEAD.body, *by_both)
        data = make_extract(note, {"by": "UBARBARA"}, [proven(0)], more=False, later=0).data
        (problem,) = verified(tmp_path, data).problems
        assert problem.startswith("Its checkpoint is also signed by a key of the log that you didn't give.")
        assert verified(tmp_path, data, (KEY, OTHER_KEY)).ok

    @pytest.mark.parametrize(
        "data", [b"", b"\n", b"{}\n", b"\xff\n", LINES[1], LINES[-1], b"[" * 100_000 + b"\n"]
    )
    def test_what_is_no_extract_is_said_to_be_none(self, tmp_path, data):
        assert not verified(tmp_path, data).ok


def ended(lines: list[bytes]) -> bytes:
    """The line that would end these, as a forger can write it too."""
    from hashlib import sha256

    end = {
        "format": "daypass/extract-end/v1",
        "events": len(lines) - 1,
        "digest": sha256(b"".join(lines)).hexdigest(),
    }
    return rfc8785.dumps(end) + b"\n"
