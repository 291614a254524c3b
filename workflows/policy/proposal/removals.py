"""Proposes what to change in a bundle so that people can't request what was removed from them, and nobody loses more.

Who may request comes from groups. So a person leaves a group only if it gives them nothing else: no entitlement that they
keep, no approving, no reading. Whatever isn't that simple is said in a sentence, for a person to decide.
"""

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workflows.policy.accounts import account_of
from workflows.policy.bundle import Bundle
from workflows.policy.document import Document, Path, Plain, read_document
from workflows.policy.groups import source_of
from workflows.policy.proposal.edit import without_entries
from workflows.ports import MACHINE, Directory

GROUPS, MACHINES = "groups.yaml", "machines.yaml"
USES_TOLD = 3


@dataclass(frozen=True)
class Proposal:
    """Each changed file's text before and after, and what only a person can change."""

    changed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    by_hand: tuple[str, ...] = ()

    @property
    def diff(self) -> str:
        """A unified diff, as `git apply` takes it in the bundle's directory; empty if nothing is to be changed."""
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for name, (before, after) in sorted(self.changed.items())
            for line in difflib.unified_diff(
                before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
            )
        )


@dataclass(frozen=True)
class _Policy:
    """A bundle as it is written and as it was loaded, with its people."""

    documents: Mapping[str, Document]
    bundle: Bundle
    directory: Directory

    @cached_property
    def gives(self) -> Mapping[str, frozenset[str]]:
        """Group → what its members can request."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self.bundle.entitlements.values():
            for group in one.rule.eligible:
                found[group].add(one.id)
        return {group: frozenset(some) for group, some in found.items()}

    @cached_property
    def uses(self) -> Mapping[str, list[str]]:
        """Group → where the bundle names it for anything but requesting, as `file:line` in order.

        Machines are members of their own.
        """
        found: dict[str, list[str]] = defaultdict(list)
        for name, document in self.documents.items():
            if name == MACHINES or name.startswith("tests/"):
                continue
            for path, value in _leaves(document.data, ()):
                named = path[-2] if isinstance(path[-1], int) else path[-1]
                if value in self.bundle.groups and named != "eligible" and path[:1] != ("groups",):
                    found[str(value)].append(document.at(path))
        return {group: sorted(places) for group, places in found.items()}


def propose(
    files: Mapping[str, bytes], bundle: Bundle, directory: Directory, removed: Collection[tuple[str, str]]
) -> Proposal:
    """What to change for these, person and entitlement each, in a bundle of these files that was loaded as this one."""
    documents = {name: read_document(name, raw) for name, raw in files.items()}
    policy = _Policy(documents, bundle, directory)
    entries: dict[str, set[Path]] = defaultdict(set)
    sentences: list[str] = []
    for person, entitlements in sorted(_by_person(removed).items()):
        for group in _groups_to_leave(person, entitlements, policy):
            found = _leave(person, group, entitlements, policy)
            if isinstance(found, str):
                sentences.append(found)
            else:
                entries[found[0]] |= found[1]
    sentences += _emptied(entries, documents)
    changed: dict[str, tuple[str, str]] = {}
    for name, paths in entries.items():
        after = without_entries(documents[name], paths) if paths else documents[name].text
        if after is None:
            spelt = ", ".join(sorted(documents[name].at(path) for path in paths))
            sentences.append(f"Remove by hand, in {name}: {spelt}.")
        elif after != documents[name].text:
            changed[name] = (documents[name].text, after)
    return Proposal(changed, tuple(sentences))


def _by_person(removed: Collection[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for person, entitlement in removed:
        found[person].add(entitlement)
    return {person: frozenset(some) for person, some in found.items()}


def _groups_to_leave(person: str, entitlements: frozenset[str], policy: _Policy) -> list[str]:
    """The groups by which they can request any of it today."""
    serving = {group for group, some in policy.gives.items() if some & entitlements}
    return sorted(policy.directory.groups_of(person) & serving)


def _leave(
    person: str, group: str, entitlements: frozenset[str], policy: _Policy
) -> tuple[str, set[Path]] | str:
    """The entries that make them a member, with their file; or a sentence if that isn't simple."""
    documents, bundle, directory = policy.documents, policy.bundle, policy.directory
    name, gives = directory.name_of(person), policy.gives[group]
    if kept := sorted(gives - entitlements):
        return (
            f"{name} can request {', '.join(sorted(gives & entitlements))} as a member of {group}, which also lets them "
            f"request {', '.join(kept)}. Put those who keep only that into a group of its own."
        )
    if person.startswith(MACHINE):
        return MACHINES, _entries(
            documents[MACHINES], ("machines", person.removeprefix(MACHINE), "groups"), {group}
        )
    if uses := policy.uses.get(group):
        told = ", ".join(uses[:USES_TOLD])
        return f"{name} is in {group}, which is also used at {told}. Decide whether they keep that, and change {GROUPS}."
    if (listed := source_of(bundle.groups[group]).listed(bundle.groups[group])) is None:
        return f"{name} is in {group} by its source outside the bundle. Ask its owner to remove them there."
    accounts = directory.accounts_of(person)
    names = {one for one in listed if account_of(one, directory.people, directory.addresses) in accounts}
    return GROUPS, _entries(documents[GROUPS], ("groups", group, "members"), names)


def _entries(document: Document, path: Path, names: Collection[str]) -> set[Path]:
    """Where these names stand in the list at the path."""
    place: Plain = document.data
    for step in path:
        place = place.get(str(step)) if isinstance(place, dict) else None
    return {(*path, n) for n, one in enumerate(place) if one in names} if isinstance(place, tuple) else set()


def _emptied(entries: dict[str, set[Path]], documents: Mapping[str, Document]) -> Iterator[str]:
    """Lists of which nothing would be left, which the bundle doesn't allow: taken out again, and told."""
    for name, paths in entries.items():
        for parent in sorted({path[:-1] for path in paths}, key=str):
            theirs = {path for path in paths if path[:-1] == parent}
            every = sum(1 for path in documents[name].values if path[:-1] == parent)
            if len(theirs) == every:
                paths -= theirs
                place = documents[name].at(parent)
                yield f"Nobody would be left in {parent[1]} ({place}). Remove it, and what names it, by hand."


def _leaves(data: Plain, path: Path) -> Iterator[tuple[Path, Plain]]:
    """Everything that isn't a block or a list, with its path."""
    if isinstance(data, dict):
        for name, one in data.items():
            yield from _leaves(one, (*path, name))
    elif isinstance(data, tuple):
        for n, one in enumerate(data):
            yield from _leaves(one, (*path, n))
    elif path:
        yield path, data
