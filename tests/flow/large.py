"""A workspace of a large company: the demo's people and channels somewhere among thousands of others."""

from typing import Any

from bot.demo.cast import workspace

PEOPLE = 12_000
CHANNELS = 6_000
Json = dict[str, Any]

KINDS: tuple[tuple[int, Json], ...] = (
    (4, {"deleted": True}),
    (15, {"is_bot": True, "profile": {"bot_id": "B0LARGE", "email": None}}),
    (17, {"is_restricted": True}),
    (29, {"is_restricted": True, "is_ultra_restricted": True}),
    (101, {"is_invited_user": True}),
    (103, {"is_stranger": True, "team_id": "T0ELSEWHERE"}),
    (211, {"is_workflow_bot": True}),
    (307, {"is_email_confirmed": False}),
)
"""Every how manyth is no ordinary member, and what their record says; the first that fits counts."""
ARCHIVED, PRIVATE, JOINED = 3, 7, 50
"""Every how manyth channel is archived, private, has the app in it."""


def large_workspace(people: int = PEOPLE, channels: int = CHANNELS) -> Json:
    """The demo's workspace among so many people and channels in all: the same each time.

    Those whom tests know stand three quarters down the lists, so a reader who gives up early misses them.
    """
    found = workspace()
    found["users"] = _among(
        [_person(number) for number in range(people - len(found["users"]))], found["users"]
    )
    others = [_channel(number) for number in range(channels - len(found["channels"]))]
    found["channels"] = _among(others, found["channels"])
    return found


def _among(many: list[Json], few: list[Json]) -> list[Json]:
    at = len(many) * 3 // 4
    return [*many[:at], *few, *many[at:]]


def _person(number: int) -> Json:
    record = next((told for every, told in KINDS if number % every == every - 1), {})
    name = f"person{number}"
    return {
        "id": f"U1{number:08d}",
        "name": name,
        "real_name": f"Person {number}",
        "email": f"{name}@northwind.example",
        "record": record,
    }


def _channel(number: int) -> Json:
    joined = ["U00DAYPASS"] if number % JOINED == 0 else []
    return {
        "id": f"C1{number:08d}",
        "name": f"channel-{number}",
        "private": number % PRIVATE == 0,
        "archived": number % ARCHIVED == 0,
        "members": [f"U1{number:08d}", *joined],
    }
