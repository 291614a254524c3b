"""The people of the example bundle, by their Slack ids, and what each of them is in it."""

from dataclasses import replace

from workflows.ports import Person
from workflows.workflow import World

ADA = "UADA"
"""A scientist: she asks."""
GRACE = "UGRACE"
"""A data owner: she may ask and decide."""
EDSGER = "UEDSGER"
"""The other data owner."""
RADIA = "URADIA"
"""Security: the second stage of what is risky."""
MARGARET = "UMARGARET"
"""Incident command: a request is escalated to her."""
BARBARA = "UBARBARA"
"""An auditor: she may neither ask nor decide."""

EVERYBODY = (ADA, GRACE, EDSGER, RADIA, MARGARET, BARBARA)


def person(id: str) -> Person:
    """Somebody whose id is U and their name in capitals."""
    name = id.removeprefix("U").lower()
    return Person(id, name.title(), f"{name}@northwind.example")


def with_two_accounts(world: World, one: str, other: str) -> World:
    """The same world, in which one human being is behind both accounts."""
    identities = {**world.directory.identities, one: "the same", other: "the same"}
    return replace(world, directory=replace(world.directory, identities=identities))


PEOPLE = tuple(person(id) for id in EVERYBODY)
