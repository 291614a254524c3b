"""An event's bytes are made once, canonically, hold no text typed by people, and read back as they were."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.example_log import entry, leaf, salt
from workflows.audit.replay import follows
from workflows.audit.tlog.canonical import LeafError, at_first_sight, read_canonical, read_strictly
from workflows.audit.tlog.leaf import MAX_LEAF_BYTES, commitment, encode_leaf, read_leaf

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
integers = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | integers | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(
    facts=st.dictionaries(words, values, max_size=5),
    texts=st.dictionaries(words, words, max_size=3),
    time=st.datetimes(timezones=st.just(UTC)),
    policy=st.none() | words,
)
def test_what_is_encoded_reads_back_with_commitments_in_place_of_texts(facts, texts, time, policy):
    given_entry = entry(7, facts=facts, texts=texts, time=time, policy=policy)

    read = read_leaf(leaf(given_entry))

    assert read.facts == facts
    assert read.time == time
    assert read.policy == policy
    assert read.texts == {field: commitment(salt(given_entry.id), text) for field, text in texts.items()}
    assert (read.id, read.subject, read.version, read.position) == ("evt00007", "acc_1", 2, 0)


def test_the_bytes_are_rfc_8785_and_name_their_format():
    data = leaf(entry(0, facts={"b": 1, "a": "é€😀"}))

    assert data.startswith(b'{"action":"requested","actor":"U0SCIENCE","facts":{"a":"\xc3\xa9')
    assert json.loads(data)["format"] == "daypass/event/v1"
    assert json.loads(data)["time"] == "2026-03-02T09:30:00.000000Z"


ascii_words = st.text(st.characters(max_codepoint=127), max_size=20)


@given(st.dictionaries(words | ascii_words, values | ascii_words, max_size=5))
def test_they_are_what_a_library_for_rfc_8785_writes_and_nothing_else_is_read(facts):
    written = rfc8785.dumps(facts)
    assert leaf(entry(0, facts=facts)).partition(b'"facts":')[2].startswith(written)
    assert read_canonical(written) == facts


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        rb'{"a":"\u00e9"}',
        rb'{"a":"\u001F"}',
        rb'{"a":"\/"}',
        b'{"a":-0}',
        b'{"a":9007199254740992}',
        b'{"a":1.0}',
        b'{"a":NaN}',
        b'{"a":"' + b"9" * 5_000 + b'"} ',
        b"[" * 100_000,
        rb'{"a":"\ud800"}',
    ],
)
def test_what_isnt_canonical_is_refused(data):
    with pytest.raises(LeafError):
        read_canonical(data)


@given(
    st.dictionaries(words, values | st.floats() | st.integers(), max_size=4),
    st.integers(0, 300),
    st.binary(max_size=2),
)
def test_what_is_read_at_first_sight_is_what_isread_strictly(value, place, other):
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    for written in (data, data[:place] + other + data[place + 1 :], rfc8785_or(value, data)):
        try:
            strictly = read_strictly(written)
        except LeafError:
            with pytest.raises(LeafError):
                read_canonical(written)
        else:
            assert read_canonical(written) == strictly
            assert at_first_sight(written) in (strictly, None)


def rfc8785_or(value, data):
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        return data


def test_the_typed_text_is_not_in_the_bytes():
    assert b"because of ticket" not in leaf(entry(0))


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"seconds": 1.5}, r"facts\.seconds is the float 1\.5"),
        ({"runs": [{"score": float("nan")}]}, r"facts\.runs\[0\]\.score is the float nan"),
        ({"size": 2**53}, "give it as a string"),
        ({"when": datetime(2026, 1, 1, tzinfo=UTC)}, "facts.when is a datetime"),
        ({1: "a"}, "isn't a string"),
        ({"half": "\ud800"}, "canonical JSON"),
    ],
)
def test_what_json_readers_may_read_differently_is_refused_by_name(facts, named):
    with pytest.raises(LeafError, match=named):
        leaf(entry(0, facts=facts))


def test_an_event_of_65535_bytes_is_the_largest():
    room = MAX_LEAF_BYTES - len(leaf(entry(0, facts={"evidence": ""})))

    assert len(leaf(entry(0, facts={"evidence": "x" * room}))) == MAX_LEAF_BYTES
    with pytest.raises(LeafError, match="65,536 bytes long"):
        leaf(entry(0, facts={"evidence": "x" * (room + 1)}))


def test_a_time_that_is_not_utc_is_refused():
    for moment in (datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))):
        with pytest.raises(LeafError, match="UTC"):
            leaf(entry(0, time=moment))


def test_each_text_needs_its_own_salt():
    with pytest.raises(LeafError, match="justification"):
        encode_leaf(entry(0), {})


def test_a_salt_shorter_than_16_bytes_is_refused():
    with pytest.raises(LeafError, match="15"):
        commitment(b"x" * 15, "text")


@given(salt=st.binary(min_size=17, max_size=40), text=st.text(max_size=20))
def test_no_byte_can_move_from_the_salt_to_the_text(salt, text):
    moved = bytes([salt[-1] & 0x7F])

    assert commitment(salt[:-1] + moved, text) != commitment(salt[:-1], moved.decode() + text)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b'":', b'": ', 1),
        lambda data: data.replace(b'"position":0', b'"position":-0'),
        lambda data: data.replace(b'"position":0', b'"position":0.0'),
        lambda data: data.replace(b'"position":0', b'"position":true'),
        lambda data: data.replace(b'"version":1', b'"version":0'),
        lambda data: data.replace(b"event/v1", b"event/v2"),
        lambda data: data.replace(b'"policy":', b'"polity":'),
        lambda data: data.replace(b".000000Z", b".0Z"),
        lambda data: data.replace(b"2026-03-02", b"2026-02-30"),
        lambda data: data[:-1] + b',"zeal":1}',
        lambda data: data.replace(b'"policy":', b'"of":1,"policy":'),
        lambda data: data[:-1],
        lambda data: data + b"\n",
        lambda data: b"[" * 40_000,
        lambda data: b"\xff",
        lambda data: b"[]",
    ],
)
def test_other_bytes_do_not_read_as_an_event(change):
    data = leaf(entry(0))
    changed = change(data)

    assert changed != data
    with pytest.raises(LeafError):
        read_leaf(changed)


NOT_THERE = object()
WORDS = ["x", "daypass/event/v1", "2026-03-02T09:30:00.000000Z"]
COMMITTED = {"field": "0" * 64}
VALUES = [None, True, 0, 1, 2, -1, "", *WORDS, [], {}, {"field": "x"}, {"field": 1}, COMMITTED, NOT_THERE]
RIGHT = {
    **dict.fromkeys(("id", "subject", "actor", "surface", "action"), WORDS),
    "format": WORDS[1:2],
    "version": [1, 2],
    "position": [0, 1, 2],
    "time": WORDS[2:],
    "facts": [{}, {"field": "x"}, {"field": 1}, COMMITTED],
    "policy": [None, *WORDS],
    "texts": [{}, COMMITTED],
    "of": [2, NOT_THERE],
}


@pytest.mark.parametrize("field", RIGHT)
def test_each_field_takes_only_what_it_may_be_read_fast_or_strictly(field):
    for value in VALUES:
        right = any(type(value) is type(one) and value == one for one in RIGHT[field])
        for typed in ("in ASCII", "nicht in ASCII: é"):
            event = {**json.loads(leaf(entry(0))), "actor": typed, field: value}
            data = rfc8785.dumps({name: given for name, given in event.items() if given is not NOT_THERE})
            if right:
                read_leaf(data)
            else:
                with pytest.raises(LeafError):
                    read_leaf(data)


def test_an_event_says_how_many_there_are_at_its_version_only_if_there_are_others():
    several, alone = leaf(entry(0, of=2)), leaf(entry(0))
    assert (read_leaf(several).of, read_leaf(alone).of) == (2, None)
    assert b'"of":2,"policy"' in several
    assert b'"of"' not in alone
    first, second = read_leaf(several), read_leaf(leaf(entry(3, of=2)))
    following = read_leaf(leaf(entry(6)))
    assert follows(first, second)
    assert follows(second, following)
    assert not follows(first, following)
    assert follows(read_leaf(alone), following)
