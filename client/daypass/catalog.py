"""Finds what can be requested, and what of it the caller has or has requested already."""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from daypass.accepting import waits_for_caller
from daypass.api import Daypass
from daypass.connect import Recipe, read_recipe
from daypass.errors import Refused
from daypass.text import one_line, parsed

_PAGE = "200"
_IS_ID = "acc_"
_KIT_SECONDS, _LOOK_SECONDS = 5.0, 0.25
"""For which all requests of a kit are waited for, and between two looks."""


@dataclass(frozen=True)
class Offer:
    """Something that can be requested."""

    id: str
    name: str
    recipe: Recipe
    default_duration: str | None = None


def offers(api: Daypass) -> list[dict[str, Any]]:
    """Return what the caller may request, as the API tells it. Raises DaypassError."""
    return list(_pages(api, "entitlements"))


def find_offer(api: Daypass, entitlement: str) -> Offer:
    """Return what has this id or alias. Raises Refused with the nearest name if nothing has."""
    found = {name: one for one in offers(api) for name in (*one["aliases"], one["id"])}
    if (one := found.get(entitlement)) is not None:
        return Offer(one["id"], one["name"], read_recipe(one["connect"]), one["default_duration"])
    near = get_close_matches(entitlement, found, n=1)
    hint = f"Did you mean {near[0]}?" if near else "See what you can request: daypass access available"
    raise Refused(f"There's no “{one_line(entitlement, 60)}” that you can request. {hint}", "not-found", 404)


def whoami(api: Daypass) -> dict[str, Any]:
    """Return the caller: `id` and `name`. Raises DaypassError."""
    if api.is_machine:
        found = api.get("me")
        return {**found, "name": found.get("title", found["id"])}
    found = api.get("whoami")
    return {**found["person"], "expires_at": found["expires_at"]}


def mine(api: Daypass, *statuses: str) -> list[dict[str, Any]]:
    """Return the caller's own requests in these statuses, newest first. Raises DaypassError.

    Whoever reads for others, such as an auditor, sees more; nobody uses or ends that by mistake.
    """
    me = whoami(api)["id"]
    found = [one for status in statuses for one in _pages(api, "requests", mine="true", status=status)]
    own = [one for one in found if one["requester"] == me]
    return sorted(own, key=lambda one: str(one["asked_at"]), reverse=True)


def proposed_for_caller(api: Daypass) -> list[dict[str, Any]]:
    """Return what others requested for the caller, who has to accept it. Raises DaypassError."""
    me = whoami(api)["id"]
    return [one for one in _pages(api, "requests", status="proposed") if one["requester"] == me]


def to_accept(api: Daypass, name: str) -> dict[str, Any]:
    """Return what of this id, or of this entitlement, waits for the caller to accept it. Raises DaypassError."""
    if name.startswith(_IS_ID):
        found = [api.get(f"requests/{quote(name, safe='')}")]
    else:
        wanted = id_of(api, name)
        found = [
            one for one in (*mine(api, "pending"), *proposed_for_caller(api)) if one["entitlement"] == wanted
        ]
    waiting = next((one for one in found if waits_for_caller(one)), None)
    if waiting is None:
        sentence = f"Nothing of {one_line(name, 60)} waits for you to accept it. See: daypass access list"
        raise Refused(sentence, "not-found", 404)
    return waiting


def live(requests: list[dict[str, Any]], entitlement: str) -> dict[str, Any] | None:
    """Return the active one for this entitlement that ends last."""
    active = [one for one in requests if one["status"] == "active" and one["entitlement"] == entitlement]
    return max(active, key=lambda one: parsed(one["grant"]["ends_at"]), default=None)


def pending(requests: list[dict[str, Any]], entitlement: str) -> dict[str, Any] | None:
    """Return the newest one for this entitlement that waits for a decision and extends nothing."""
    waits = (one for one in requests if one["status"] == "pending" and one["entitlement"] == entitlement)
    return next((one for one in waits if not one.get("extends")), None)


def id_of(api: Daypass, name: str) -> str:
    """Return the id of what has this alias, or the name itself: Daypass says what is wrong with that."""
    with suppress(Refused):  # it lists nothing to this caller, who may still know an id
        return next((str(one["id"]) for one in offers(api) if name in one["aliases"]), name)
    return name


def named(api: Daypass, name: str, status: str) -> dict[str, Any]:
    """Return the caller's request by its id, or by the entitlement of one in this status. Raises DaypassError."""
    if name.startswith(_IS_ID):
        return api.get(f"requests/{quote(name, safe='')}")
    name = id_of(api, name)
    found = [one for one in mine(api, status) if one["entitlement"] == name]
    if not found:
        is_it = "active access to" if status == "active" else "pending request for"
        raise Refused(
            f"You have no {is_it} {one_line(name, 60)}. See what you have: daypass access list",
            "not-found",
            404,
        )
    return live(found, name) or found[0]


def kit_requests(api: Daypass, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Request a kit, and return it with its requests once all of them are there. Raises DaypassError."""
    found = api.post("kit-requests", asked)
    wanted = len(asked.get("entitlements") or _kit(api, str(asked["kit"])))
    until = time.monotonic() + _KIT_SECONDS
    while len(found["requests"]) + len(found["refused"]) < wanted and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
        found = api.get(f"kit-requests/{quote(str(found['id']), safe='')}")
    return found


def _kit(api: Daypass, kit: str) -> list[Any]:
    return next((list(one["entitlements"]) for one in _pages(api, "kits") if one["id"] == kit), [])


def _pages(api: Daypass, path: str, **query: str) -> Iterator[dict[str, Any]]:
    before: dict[str, str] = {}
    limit = {"limit": _PAGE} if path == "requests" else {}
    while True:
        page = api.get(path, **query, **limit, **before)
        yield from page["items"]
        if not page.get("next"):
            return
        before = {"before": str(page["next"])}
