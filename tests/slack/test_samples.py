"""The comparison with recorded samples can fail."""

import pytest

from tests.slack.shapes import has, sample, unlike

RECORDED = {
    "ok": False,
    "user": {"id": "", "age": 1, "tags": [""], "open": {}},
    "items": [{"type": "a", "x": ""}],
}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"ok": True, "user": None},
        {"user": {"id": "U1", "age": 2, "tags": ["a", "b"], "open": {"anything": 1}}},
        {"items": [{"type": "a", "x": "y"}]},
    ],
)
def test_what_was_recorded_is_alike(sent: dict[str, object]) -> None:
    assert list(unlike(RECORDED, sent)) == []


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"okay": True}, "okay: never recorded"),
        ({"ok": "true"}, "ok: recorded bool, sent str"),
        ({"user": {"age": "2"}}, "user.age: recorded int, sent str"),
        ({"user": {"id": "", "name": ""}}, "user.name: never recorded"),
        ({"user": {"tags": [1]}}, "user.tags[]: recorded str, sent int"),
        ({"items": [{"type": "a", "y": ""}]}, "items[].y: never recorded"),
        ({"items": {}}, "items: recorded list, sent dict"),
    ],
)
def test_what_was_not_is_named(sent: dict[str, object], fault: str) -> None:
    assert list(unlike(RECORDED, sent)) == [fault]


def test_a_path_leads_through_lists() -> None:
    listed = sample("api/users.list")
    assert has(listed, ("members", "profile", "email"))
    assert not has(listed, ("members", "profile", "e-mail"))
