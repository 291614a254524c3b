"""What buttons carry comes back as it went out, and nothing else is taken for it."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.button_values import (
    MAX_VALUE_CHARS,
    About,
    DuplicateOf,
    FollowUpOf,
    Page,
    RoleOf,
    Shown,
    StepOf,
    read_value,
    subject_of,
)
from bot.slack.message import Message
from bot.wiring.slack import PRESENTERS
from tests.slack import extremes
from tests.slack.controls import controls
from tests.slack.extremes import MARKS, Maker
from workflows.workflow import World

KINDS = (About, Shown, RoleOf, StepOf, FollowUpOf, DuplicateOf, Page)
DRAWN = {"acc": extremes.access, "rel": extremes.release, "inc": extremes.incident}
SUBJECT = "inc_01KJ4M3Z00000000000000000A"
WORDS = st.text(max_size=60)
VALUES = st.one_of(
    *(st.builds(kind, *(WORDS for _ in fields(kind))) for kind in KINDS if kind is not Page),
    st.builds(Page, WORDS, WORDS, st.integers(0, 1_000)),
)
GARBAGE = st.one_of(
    st.text(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["subject", "digest", "role"]), inner)
        ),
    ).map(json.dumps),
)


@given(VALUES)
def test_what_went_out_comes_back(value: About) -> None:
    assert read_value(type(value), value.value) == value
    assert subject_of(value.value) == value.subject


@given(VALUES, st.sampled_from(KINDS))
def test_a_button_s_value_is_not_taken_for_another_s(value: About, kind: type[About]) -> None:
    read = read_value(kind, value.value)
    assert (read is not None) == (type(value) is kind)


@given(GARBAGE, st.sampled_from(KINDS))
def test_garbage_is_nothing_and_never_raises(carried: str, kind: type[About]) -> None:
    read = read_value(kind, carried)
    assert read is None or read_value(kind, read.value) == read
    subject_of(carried)


@pytest.mark.parametrize(
    "carried",
    [
        "",
        "[" * MAX_VALUE_CHARS,
        '{"subject":"' + "x" * MAX_VALUE_CHARS + '"}',
        '{"subject":7}',
        "[7]",
        '"\\ud800"',
        "NaN",
    ],
)
def test_what_names_no_subject_is_about_none(carried: str) -> None:
    assert subject_of(carried) is None


@pytest.mark.parametrize(
    "carried", [json.dumps([SUBJECT, "d", "p"]), json.dumps({"subject": SUBJECT, "new": 1})]
)
def test_another_release_s_value_still_says_what_it_is_about(carried: str) -> None:
    assert subject_of(carried) == SUBJECT
    assert [read_value(kind, carried) for kind in KINDS] == [None] * len(KINDS)


def buttons_of(message: Message) -> Iterator[dict[str, Any]]:
    """Every button of the message, wherever it stands."""
    for block in message.payload:
        for element in (*(block.get("elements") or ()), block.get("accessory") or {}):
            if element.get("type") == "button":
                yield element


@pytest.mark.parametrize(
    "presenter", [one for one in PRESENTERS if one.kind in DRAWN], ids=lambda one: one.kind
)
@settings(max_examples=8, deadline=None)
@given(maker=st.builds(Maker, st.integers(0, 2**32), st.sampled_from(MARKS), st.sampled_from((0.3, 0.95))))
def test_every_button_that_is_drawn_carries_what_its_listener_reads(
    presenter: Any, world: World, maker: Maker
) -> None:
    state = DRAWN[presenter.kind](maker)
    drawn = [
        *presenter.cards(state, world, []).values(),
        *(presenter.note(state, one) for one in presenter.notes),
    ]
    for pressed in (one for message in drawn for one in buttons_of(message)):
        control = controls()[pressed["action_id"]]
        value = read_value(control.carries, pressed["value"])
        assert value is not None and value.subject == state.id, pressed
