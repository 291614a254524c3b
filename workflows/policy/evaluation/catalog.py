"""Finding an entitlement: what a person may ask for, and a search as they type."""

import difflib
import re
from collections.abc import Iterable

from workflows.policy.bundle import Bundle, Entitlement
from workflows.policy.schema.kits import Kit
from workflows.ports import Directory

MAX_UNLIKENESS = 0.3


def may_request(entitlement: Entitlement, groups: Iterable[str]) -> bool:
    """Whether members of these groups may ask for it."""
    return not frozenset(entitlement.rule.eligible).isdisjoint(groups)


def eligible(bundle: Bundle, directory: Directory, person_id: str) -> list[Entitlement]:
    """What this person may ask for, by title."""
    groups = directory.groups_of(person_id)
    allowed = [one for one in bundle.entitlements.values() if may_request(one, groups)]
    return sorted(allowed, key=lambda one: (one.title.casefold(), one.id))


def kits_of(bundle: Bundle, directory: Directory, person_id: str) -> list[tuple[str, Kit]]:
    """The kits of which this person may request at least one entitlement, each with its name, by title."""
    theirs = {one.id for one in eligible(bundle, directory, person_id)}
    found = [(name, kit) for name, kit in bundle.kits.items() if theirs.intersection(kit.entitlements)]
    return sorted(found, key=lambda pair: (pair[1].title.casefold(), pair[0]))


def search(entitlements: Iterable[Entitlement], query: str) -> list[Entitlement]:
    """Those that fit, best first; all of them, in their order, for an empty query."""
    wanted = " ".join(query.casefold().split())[:100]
    ranked = [(rank, one) for one in entitlements if (rank := _rank(one, wanted)) is not None]
    return [one for _, one in sorted(ranked, key=lambda pair: pair[0])]


def _rank(one: Entitlement, wanted: str) -> tuple[int, float] | None:
    """How it fits, least is best, and how unlike a misspelt name is; None when it doesn't fit."""
    names = [name.casefold() for name in (one.id, *one.aliases, one.title)]
    description = one.description.casefold()
    words = wanted.split()
    fits = (
        not wanted or wanted in names,
        any(name.startswith(wanted) for name in names),
        any(part.startswith(wanted) for name in names for part in re.split(r"[\s-]+", name)),
        any(wanted in name for name in names),
        all(word in " ".join((*names, description)) for word in words),
    )
    if any(fits):
        return fits.index(True), 0.0
    unlike = 1 - max(difflib.SequenceMatcher(None, wanted, name).ratio() for name in names)
    return (len(fits), unlike) if unlike <= MAX_UNLIKENESS else None
