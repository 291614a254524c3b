"""Groups of thousands: members change by their ids as the standard says, and meanwhile Daypass goes on with its other work."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from tests.builders import fresh_sqlite
from tests.scim.conftest import PATH, TOKEN, Endpoint, Refusals, app_of
from workflows.database.store import opened
from workflows.database.stored_scim import Entry, Kind, StoredResource, StoredScim

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
Kept = TypeVar("Kept", bound=StoredScim)
_names: Iterator[str] = (f"large-{number}" for number in count(1))


def add(*ids: str, **more: str) -> dict[str, Any]:
    return {"op": "Add", "path": "members", "value": [{"value": id, **more} for id in ids]}


def remove(*ids: str) -> dict[str, Any]:
    return {"op": "remove", "path": "members", "value": [{"value": id} for id in ids]}


def remove_by_filter(id: str) -> dict[str, Any]:
    return {"op": "remove", "path": f'members[value eq "{id}"]'}


class Group:
    """A group with these members at the endpoint."""

    def __init__(self, endpoint: Endpoint, *members: str) -> None:
        self._http = endpoint.http
        given = {
            "schemas": [GROUP],
            "displayName": next(_names),
            "members": [{"value": one} for one in members],
        }
        self.path = f"Groups/{self._http.post('Groups', json=given).json()['id']}"

    def patch(self, *operations: Any, **asked: Any) -> int:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return int(self._http.patch(self.path, json=body, **asked).status_code)

    @property
    def now(self) -> tuple[set[str], str]:
        """Its members, and its version."""
        found = self._http.get(self.path)
        return {one["value"] for one in found.json().get("members", ())}, found.headers["etag"]


@pytest.mark.parametrize(
    "operations",
    [
        [add("new")],
        [add("new", display="Ada"), add("a")],
        [add("a")],
        [remove("a", "b")],
        [remove("nobody")],
        [remove_by_filter("a"), remove_by_filter("c")],
        [remove_by_filter("nobody")],
        [add("new"), remove("new")],
        [remove("a"), add("a", "new")],
        [remove("a", "b", "c")],
        [{**add("new"), "path": "Members"}, remove_by_filter("b")],
    ],
)
def test_members_change_as_the_library_would_change_them(
    endpoint: Endpoint, operations: list[dict[str, Any]]
) -> None:
    direct, by_library = Group(endpoint, "a", "b", "c"), Group(endpoint, "a", "b", "c")
    before = direct.now
    assert direct.patch(*operations) == 204
    assert by_library.patch(*operations, params={"attributes": "displayName"}) == 200
    after = direct.now
    assert after[0] == by_library.now[0]
    assert (after[1] == before[1]) == (after[0] == before[0])


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({**add("new"), "path": "nobody"}, 204),
        ({"op": "add", "path": "members", "value": []}, 204),
        ({"op": "add", "path": "members", "value": [{"value": "x" * 401}]}, 400),
        ({"op": "add", "path": "members", "value": "a"}, 400),
        ({"op": "grow", "path": "members", "value": [{"value": "a"}]}, 400),
        ({"op": "replace", "path": "displayName", "value": None}, 400),
        ("no operation", 400),
    ],
)
def test_what_isn_t_understood_is_left_to_the_library(
    endpoint: Endpoint, operation: Any, status: int
) -> None:
    group = Group(endpoint, "a")
    before = group.now
    assert group.patch(operation) == status
    assert group.now == before


def test_a_stale_change_and_one_of_an_unknown_group_are_refused(endpoint: Endpoint) -> None:
    group = Group(endpoint, "a")
    group.patch(add("b"))
    assert group.patch(add("c"), headers={"If-Match": 'W/"1"'}) == 412
    assert group.patch(add("c"), headers={"Content-Type": "text/plain"}) == 415
    assert group.now[0] == {"a", "b"}
    group.path = "Groups/unknown"
    assert group.patch(add("c")) == 404


@asynccontextmanager
async def served(
    migrated: Path, directory: Path, kept_by: type[Kept]
) -> AsyncIterator[tuple[Kept, AsyncClient]]:
    """The endpoint on the test's own loop, and its storage."""
    async with opened(fresh_sqlite(migrated, directory).url) as store:
        stored = kept_by(store)
        web = FastAPI()
        web.mount(PATH, app_of(stored, [TOKEN], Refusals()))
        url, headers = f"http://daypass{PATH}", {"Authorization": f"Bearer {TOKEN}"}
        async with AsyncClient(transport=ASGITransport(web), base_url=url, headers=headers) as http:
            yield stored, http


async def test_a_thousand_of_twenty_thousand_are_removed(migrated_sqlite: Path, tmp_path: Path) -> None:
    """Which the library would compute for hours."""
    async with served(migrated_sqlite, tmp_path, StoredScim) as (stored, http):
        members = [f"u{number:05}" for number in range(20_000)]
        await stored.create(
            "g1", Entry("Group", "large", "{}", members=frozenset(members)), datetime.now(UTC)
        )
        patch = {"schemas": [PATCH], "Operations": [remove_by_filter(one) for one in members[:1_000]]}
        assert (await http.patch("/Groups/g1", json=patch)).status_code == 204
        assert (await stored.get("Group", "g1")).entry.members == frozenset(members[1_000:])


class Watched(StoredScim):
    """Counts what the event loop does between reading a resource and writing it."""

    turns = 0

    async def get(self, kind: Kind, id: str) -> StoredResource:
        self.turns, self._writing = 0, False
        asyncio.get_running_loop().call_soon(self._turn)
        return await super().get(kind, id)

    async def replace(self, *given: Any) -> StoredResource:
        self._writing = True
        return await super().replace(*given)

    def _turn(self) -> None:
        if not self._writing:
            self.turns += 1
            asyncio.get_running_loop().call_soon(self._turn)


async def test_the_event_loop_goes_on_while_a_group_is_worked_on(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    async with served(migrated_sqlite, tmp_path, Watched) as (stored, http):
        members = frozenset(f"u{number}" for number in range(500))
        await stored.create("g1", Entry("Group", "large", "{}", members=members), datetime.now(UTC))
        answer = await http.put("/Groups/g1", json={"schemas": [GROUP], "displayName": "larger"})
        assert answer.status_code == 200
        assert stored.turns > 100
