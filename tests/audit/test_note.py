"""Checkpoints are signed notes: strict to read, and worth nothing without a given key."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.example_log import KEY, ORIGIN, OTHER, OTHER_KEY, PRIVATE, sign
from workflows.audit.tlog.checkpoint import Checkpoint, open_checkpoint, read_body
from workflows.audit.tlog.note import (
    NoteError,
    Signature,
    VerifierKey,
    assemble,
    plain_signature,
    read_note,
    read_verifier_key,
    timed_message,
    timed_signature,
    verify_note,
)

VECTOR = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
HEAD = Checkpoint(ORIGIN, 3, bytes(range(32)))


def test_the_verifier_key_of_the_specification_reads_and_writes():
    key = read_verifier_key(VECTOR)

    assert (key.name, key.id.hex(), key.text) == ("example.com/foo", "530d903a", VECTOR)


@given(st.integers(0, len(VECTOR) - 1), st.characters(max_codepoint=126))
def test_a_verifier_key_with_another_character_is_refused(at, character):
    changed = VECTOR[:at] + character + VECTOR[at + 1 :]
    if changed.strip("\n") != VECTOR:
        with pytest.raises(NoteError):
            read_verifier_key(changed)


def test_a_checkpoint_is_written_as_the_specification_shows():
    note = sign(HEAD)

    body, lines = note.split("\n\n")
    assert body == f"{ORIGIN}\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    assert lines.startswith(f"— {ORIGIN} ") and lines.endswith("\n")
    assert read_note(note.encode()).signatures[0].key_id == KEY.id


def test_a_signed_checkpoint_opens_with_its_key_and_says_when():
    opened = open_checkpoint(sign(HEAD, second=1_772_443_800).encode(), [KEY])

    assert opened.checkpoint == HEAD
    assert opened.signed_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert open_checkpoint(sign(HEAD).encode(), [KEY]).signed_at is None


def test_after_a_rotation_old_and_new_checkpoints_open_with_the_list_of_keys():
    for note in (sign(HEAD), sign(HEAD, private=OTHER)):
        assert open_checkpoint(note.encode(), [KEY, OTHER_KEY]).checkpoint == HEAD
    with pytest.raises(NoteError, match="any of the given keys"):
        open_checkpoint(sign(HEAD).encode(), [OTHER_KEY])


def test_a_witness_can_add_its_line_and_an_unknown_one_is_passed_over_by_name():
    witness = VerifierKey("witness.example", OTHER.public_key().public_bytes_raw())
    note = assemble(
        HEAD.body,
        plain_signature(KEY, PRIVATE.sign(HEAD.body)),
        timed_signature(witness, 9, OTHER.sign(timed_message(HEAD.body, 9))),
    ).encode()

    assert open_checkpoint(note, [KEY]).unknown == ("witness.example",)
    assert verify_note(note, [KEY, witness]).signed_by == (KEY, witness.timed)
    with pytest.raises(NoteError, match="no given key of that log"):
        open_checkpoint(note, [witness])


def test_a_timestamp_alone_does_not_make_a_checkpoint():
    note = assemble(HEAD.body, timed_signature(KEY, 9, PRIVATE.sign(timed_message(HEAD.body, 9))))

    with pytest.raises(NoteError, match="no given key of that log"):
        open_checkpoint(note.encode(), [KEY])


@given(st.data())
def test_no_bit_of_a_signed_checkpoint_can_change(data):
    note = bytearray(sign(HEAD).encode())
    note[data.draw(st.integers(0, len(note) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(NoteError):
        open_checkpoint(bytes(note), [KEY])


def test_a_false_signature_by_a_known_key_spoils_the_note():
    good, false = plain_signature(KEY, PRIVATE.sign(HEAD.body)), plain_signature(KEY, bytes(64))

    with pytest.raises(NoteError, match="is invalid"):
        verify_note(assemble(HEAD.body, good, false).encode(), [KEY])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"log\n3\n",
        b"log\n03\n" + HEAD.body.split(b"\n")[2] + b"\n",
        b"log\n-3\n" + HEAD.body.split(b"\n")[2] + b"\n",
        b"\n3\n" + HEAD.body.split(b"\n")[2] + b"\n",
        b"log\n3\nAAAA\n",
        b"log\n3\n" + HEAD.body.split(b"\n")[2][:-2] + b"9=\n",
        HEAD.body + b"extension\n",
        HEAD.body[:-1],
    ],
)
def test_a_body_that_is_not_exactly_a_checkpoint_is_refused(body):
    with pytest.raises(NoteError):
        read_body(body)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n- name c2lnbmF0dXJl\n",
        "text\n\n— name c2lnbmF0dXJl".encode(),
        "text\n\n— name c2lnbm\n".encode(),
        "text\n\n— na+me c2lnbmF0dXJl\n".encode(),
        "text\t\n\n— name c2lnbmF0dXJl\n".encode(),
        b"\xfftext\n\n",
        ("text\n\n" + "— name c2lnbmF0dXJl\n" * 65).encode(),
    ],
)
def test_what_is_not_a_signed_note_is_refused(note):
    with pytest.raises(NoteError):
        read_note(note)


def test_a_note_that_could_not_be_read_back_is_not_assembled():
    with pytest.raises(NoteError):
        assemble(b"no newline", Signature("name", b"1234", b"5"))


def test_a_key_with_a_name_that_no_note_can_carry_is_refused():
    for name in ("", "two words", "a+b"):
        with pytest.raises(NoteError):
            VerifierKey(name, bytes(32))
