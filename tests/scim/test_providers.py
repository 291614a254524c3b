"""What Okta and Microsoft Entra send, by their documentation, and what neither should: each is understood or refused.

Okta: https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20/
Entra: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
"""

import itertools
from datetime import datetime
from typing import Any

import httpx2
import pytest

from bot.setting_scim import read_tokens
from tests.scim.conftest import NEXT_TOKEN, TOKEN, Endpoint, Refusals, app_of
from workflows.database.store import Store
from workflows.database.stored_scim import StoredScim
from workflows.ports import Retryable

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_numbers = itertools.count(1)


def okta_user(name: str) -> dict[str, Any]:
    return {
        "schemas": [USER],
        "userName": f"{name}@northwind.example",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": True, "value": f"{name}@northwind.example", "type": "work"}],
        "displayName": "Ada Lovelace",
        "locale": "en-US",
        "externalId": f"00u{name}",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
    }


def entra_user(name: str) -> dict[str, Any]:
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": name,
        "userName": f"{name}@northwind.example",
        "active": True,
        "emails": [{"primary": True, "type": "work", "value": f"{name}@northwind.example"}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName"},
        "roles": [],
    }


@pytest.fixture
def name() -> str:
    return f"person{next(_numbers)}"


def created(endpoint: Endpoint, where: str, what: dict[str, Any]) -> str:
    answer = endpoint.http.post(where, json=what)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def patched(endpoint: Endpoint, where: str, *operations: dict[str, Any]) -> dict[str, Any]:
    answer = endpoint.http.patch(where, json={"schemas": [PATCH], "Operations": list(operations)})
    assert answer.status_code == 204, answer.text
    return dict(endpoint.http.get(where).json())


def gone(endpoint: Endpoint) -> set[str]:
    return {one.address for one in endpoint.facts().leavers}


class TestOkta:
    def test_finds_creates_and_deactivates_a_user(self, endpoint: Endpoint, name: str) -> None:
        asked = {"filter": f'userName eq "{name}@northwind.example"', "startIndex": "1", "count": "100"}
        assert endpoint.http.get("Users", params=asked).json()["totalResults"] == 0
        id = created(endpoint, "Users", okta_user(name))
        found = endpoint.http.get(
            "Users", params=asked | {"filter": asked["filter"].upper()[:8] + asked["filter"][8:]}
        )
        assert [one["id"] for one in found.json()["Resources"]] == [id]
        assert "password" not in found.text and "locale" not in found.text

        answer = patched(endpoint, f"Users/{id}", {"op": "replace", "value": {"active": False}})
        assert answer["active"] is False
        assert f"{name}@northwind.example" in gone(endpoint)
        endpoint.http.put(f"Users/{id}", json=okta_user(name))
        assert f"{name}@northwind.example" not in gone(endpoint)

    def test_renames_a_group_with_its_own_id_among_the_values_and_replaces_its_members(
        self, endpoint: Endpoint, name: str
    ) -> None:
        person = created(endpoint, "Users", okta_user(name))
        id = created(endpoint, "Groups", {"schemas": [GROUP], "displayName": name, "members": []})
        renamed = {"op": "replace", "value": {"id": id, "displayName": f"Owners {name}"}}
        assert patched(endpoint, f"Groups/{id}", renamed)["displayName"] == f"Owners {name}"
        members = {"op": "replace", "path": "members", "value": [{"value": person, "display": "Ada"}]}
        patched(endpoint, f"Groups/{id}", members)
        assert endpoint.facts().groups[f"owners {name}"] == {f"{name}@northwind.example"}
        patched(endpoint, f"Groups/{id}", {"op": "remove", "path": f'members[value eq "{person}"]'})
        assert endpoint.facts().groups[f"owners {name}"] == frozenset()


class TestEntra:
    def test_asks_by_the_work_address_and_disables_with_a_word(self, endpoint: Endpoint, name: str) -> None:
        id = created(endpoint, "Users", entra_user(name))
        address = f"{name}@northwind.example"
        by_address = endpoint.http.get(
            "Users", params={"filter": f'emails[type eq "work"].value eq "{address}"'}
        )
        assert [one["id"] for one in by_address.json()["Resources"]] == [id]
        answer = patched(endpoint, f"Users/{id}", {"op": "Replace", "path": "active", "value": "False"})
        assert answer["active"] is False and address in gone(endpoint)
        answer = patched(endpoint, f"Users/{id}", {"op": "Replace", "path": "active", "value": "True"})
        assert answer["active"] is True and address not in gone(endpoint)

    def test_updates_several_values_by_their_paths(self, endpoint: Endpoint, name: str) -> None:
        id = created(endpoint, "Users", entra_user(name))
        answer = patched(
            endpoint,
            f"Users/{id}",
            {
                "op": "Replace",
                "path": 'emails[type eq "work"].value',
                "value": f"new-{name}@northwind.example",
            },
            {"op": "Replace", "path": "name.familyName", "value": "updatedFamilyName"},
            {"op": "Add", "path": "nickName", "value": "dropped"},
        )
        assert answer["emails"][0]["value"] == f"new-{name}@northwind.example"
        assert answer["name"]["familyName"] == "updatedFamilyName"

    @pytest.mark.parametrize("value", [lambda id: id, lambda id: {"value": id}, lambda id: [{"value": id}]])
    def test_names_and_removes_a_manager(self, endpoint: Endpoint, name: str, value: Any) -> None:
        manager = created(endpoint, "Users", entra_user(f"boss-{name}"))
        id = created(endpoint, "Users", entra_user(name))
        path = f"{ENTERPRISE}:manager"
        patched(endpoint, f"Users/{id}", {"op": "Add", "path": path, "value": value(manager)})
        assert endpoint.facts().managers[f"{name}@northwind.example"] == f"boss-{name}@northwind.example"
        patched(endpoint, f"Users/{id}", {"op": "Remove", "path": path})
        assert f"{name}@northwind.example" not in endpoint.facts().managers

    def test_adds_and_removes_members_by_value(self, endpoint: Endpoint, name: str) -> None:
        one, other = (created(endpoint, "Users", entra_user(f"{n}-{name}")) for n in "ab")
        id = created(endpoint, "Groups", {"schemas": [GROUP], "externalId": name, "displayName": name})
        for person in (one, other):
            added = {"op": "Add", "path": "members", "value": [{"$ref": None, "value": person}]}
            patched(endpoint, f"Groups/{id}", added)
        removed = {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": one}]}
        patched(endpoint, f"Groups/{id}", removed)
        assert endpoint.facts().groups[name] == {f"b-{name}@northwind.example"}
        slim = endpoint.http.get(f"Groups/{id}", params={"excludedAttributes": "members"}).json()
        assert slim["displayName"] == name and "members" not in slim
        asked = {"filter": f'id eq "{id}" and members eq "{other}"'}
        assert endpoint.http.get("Groups", params=asked).json()["totalResults"] == 1


class TestWhoLeaves:
    def test_a_deleted_user_has_left_and_is_in_no_group(self, endpoint: Endpoint, name: str) -> None:
        id = created(endpoint, "Users", okta_user(name))
        created(endpoint, "Groups", {"schemas": [GROUP], "displayName": name, "members": [{"value": id}]})
        assert endpoint.http.delete(f"Users/{id}").status_code == 204
        assert f"{name}@northwind.example" in gone(endpoint)
        assert endpoint.facts().groups[name] == frozenset()
        created(endpoint, "Users", okta_user(name))
        assert f"{name}@northwind.example" not in gone(endpoint)

    def test_writing_over_the_address_of_who_leaves_hides_nobody(self, endpoint: Endpoint, name: str) -> None:
        id = created(endpoint, "Users", okta_user(name))
        over = okta_user(f"deleted-{name}") | {"active": False}
        assert endpoint.http.put(f"Users/{id}", json=over).status_code == 200
        assert f"{name}@northwind.example" in gone(endpoint)

    def test_an_address_that_another_active_user_has_stays(self, endpoint: Endpoint, name: str) -> None:
        first = created(endpoint, "Users", okta_user(name))
        created(endpoint, "Users", okta_user(name) | {"userName": f"again-{name}", "externalId": None})
        endpoint.http.delete(f"Users/{first}")
        assert f"{name}@northwind.example" not in gone(endpoint)


class TestWhatIsRefused:
    @pytest.mark.parametrize("token", ["none", "wrong", TOKEN[:-1], TOKEN + "c"])
    def test_without_a_token_nothing_is_answered(self, endpoint: Endpoint, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        answer = endpoint.http.get("Users", headers=headers)
        assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert "scim-token" in endpoint.refusals.seen

    def test_while_tokens_change_both_are_valid(self, endpoint: Endpoint) -> None:
        headers = {"Authorization": f"Bearer {NEXT_TOKEN}"}
        assert endpoint.http.get("Users", headers=headers).status_code == 200

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"{", 400),
            (b"[]", 400),
            (b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}', 400),
            (b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": 7}', 400),
            (
                b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "%s"}'
                % (b"x" * 401),
                400,
            ),
            (b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "\\u0000"}', 400),
            (b"x" * (8 * 1024 * 1024 + 1), 413),
        ],
    )
    def test_what_is_malformed_changes_nothing(self, endpoint: Endpoint, body: bytes, status: int) -> None:
        before = endpoint.http.get("Users").json()["totalResults"]
        headers = {"Content-Type": "application/scim+json"}
        answer = endpoint.http.post("Users", content=body, headers=headers)
        assert answer.status_code == status, answer.text
        assert answer.json()["status"] == str(status)
        assert endpoint.http.get("Users").json()["totalResults"] == before

    def test_a_second_user_or_group_of_the_same_name(self, endpoint: Endpoint, name: str) -> None:
        created(endpoint, "Users", okta_user(name))
        again = endpoint.http.post("Users", json=okta_user(name.upper()))
        assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
        created(endpoint, "Groups", {"schemas": [GROUP], "displayName": name})
        again = endpoint.http.post("Groups", json={"schemas": [GROUP], "displayName": name.upper()})
        assert again.status_code == 409

    def test_a_change_of_what_somebody_else_has_changed_meanwhile(
        self, endpoint: Endpoint, name: str
    ) -> None:
        id = created(endpoint, "Users", okta_user(name))
        read = endpoint.http.get(f"Users/{id}").headers["etag"]
        endpoint.http.put(f"Users/{id}", json=okta_user(name) | {"displayName": "Other"})
        stale = endpoint.http.put(f"Users/{id}", json=okta_user(name), headers={"If-Match": read})
        assert stale.status_code == 412

    @pytest.mark.parametrize(
        "asked", ['userName co "a"', 'name.givenName eq "a"', "userName pr", 'not (id eq "a")']
    )
    def test_a_filter_that_no_index_answers(self, endpoint: Endpoint, asked: str) -> None:
        answer = endpoint.http.get("Users", params={"filter": asked})
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidFilter")


def test_pages_have_every_user_once(endpoint: Endpoint, name: str) -> None:
    made = {created(endpoint, "Users", okta_user(f"page{n}-{name}")) for n in range(5)}
    seen: list[str] = []
    while True:
        asked = {"startIndex": str(len(seen) + 1), "count": "2"}
        page = endpoint.http.get("Users", params=asked).json()
        seen += [one["id"] for one in page.get("Resources", ())]
        if len(seen) >= page["totalResults"]:
            break
    assert made <= set(seen) and len(seen) == len(set(seen))


class TestTheSettings:
    @pytest.mark.parametrize(
        ("given", "what"),
        [
            ("short", "fewer than 32 characters"),
            (" ".join("abc"[n] * 40 for n in range(3)), "at most two tokens"),
        ],
    )
    def test_refuse_tokens_that_can_be_guessed_or_are_too_many(self, given: str, what: str) -> None:
        with pytest.raises(ValueError, match=what):
            read_tokens(given)

    def test_take_the_old_token_and_the_new_one(self) -> None:
        assert read_tokens(f"{TOKEN} {NEXT_TOKEN}") == (TOKEN, NEXT_TOKEN)


class Unheard(StoredScim):
    """The tables, where that the provider has called can't be noted."""

    async def heard(self, now: datetime) -> None:
        raise Retryable("The database can't be reached.")


async def test_what_cant_be_noted_isnt_carried_out(store: Store) -> None:
    """A provider that is told to come later sends it again, and would be told that it exists."""
    stored, refusals = Unheard(store), Refusals()
    app = app_of(stored, [TOKEN], refusals, "http://daypass")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://daypass", headers=headers) as http:
        answer = await http.post("/Users", json=okta_user("ada"))
    assert answer.status_code == 503
    assert (await stored.counts())["users"] == 0
