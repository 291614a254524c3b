"""Whom people mean when they type a mention, an id, an e-mail address or a name."""

import re

from workflows.ports import MACHINE, Directory

MAX_NAME_CHARS = 60
"""Of what was typed, in a sentence about it."""
MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>")


def person_called(name: str, directory: Directory) -> str | None:
    """Whom it means, as `human_called`, or which machine; None if it isn't exactly one person or machine."""
    bare = name.removeprefix("@").strip().casefold().removeprefix(MACHINE)
    return f"{MACHINE}{bare}" if f"{MACHINE}{bare}" in directory.machines else human_called(name, directory)


def human_called(name: str, directory: Directory) -> str | None:
    """Which person it means; None if it isn't exactly one.

    Part of a name will do: a window shows who is meant before anything comes of it.
    """
    if mentioned := MENTION.fullmatch(name):
        return mentioned[1]
    bare = name.removeprefix("@").strip()
    if account := directory.account_with(bare):
        return account
    folded = bare.casefold()
    people = directory.people.values()
    exactly = {one.id for one in people if folded in (one.id.casefold(), one.name.casefold())}
    found = exactly or {one.id for one in people if folded and folded in one.name.casefold()}
    return found.pop() if len(found) == 1 else None
