"""Who made a version: all whom the registry names, the accounts that may be theirs, and whether everybody is known."""

import re
import unicodedata
from collections.abc import Iterator

from workflows.ports import MACHINE, Directory
from workflows.releases.evidence import Version


def author_names(version: Version | None) -> tuple[tuple[str, str], ...]:
    """Source and name of everybody whom the registry names as author, whatever the terms ask for."""
    return tuple((author.source, author.name) for author in version.authors) if version else ()


def authors(version: Version | None, requester: str, directory: Directory) -> frozenset[str]:
    """Every Slack account of everybody whom anything names as author: none of them approves it."""
    named = frozenset[str]().union(*(accounts_named(name, directory) for _, name in author_names(version)))
    return named | directory.may_be(requester)


def accounts_named(name: str, directory: Directory) -> frozenset[str]:
    """The accounts of whoever may be meant: rather one too many, for none of them approves."""
    found = frozenset[str]()
    for form in _forms(name):
        machine = f"{MACHINE}{form}"
        found |= directory.known_as(form)
        found |= directory.accounts_of(machine) if machine in directory.machines else frozenset()
    return found


def _forms(name: str) -> Iterator[str]:
    """As it stands, as one compares it by eye (NFKC, no spaces around), and the address in `Ada <ada@…>`."""
    yield name
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    yield plain
    yield from re.findall(r"[^\s<>]+@[^\s<>]+", plain)
