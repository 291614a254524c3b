"""Stories as the log has them: the ledger's own page writes each decision's events, to real bytes and back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflows.audit.replay import Replayed, Typed, replay
from workflows.audit.tlog.leaf import Entry, Leaf, encode_leaf, read_leaf
from workflows.ledger.claim import Claimant
from workflows.ledger.transaction import Entering, WriteSet
from workflows.workflow import Actor, Event, State, Workflow, World

Story = list[tuple[Leaf, Typed]]


@dataclass(frozen=True)
class _Decided:
    state: State | None
    events: tuple[Event, ...]
    actor: Actor
    world: World
    at: datetime


@dataclass
class Logged:
    """One subject's decisions, in order."""

    workflow: Workflow
    subject: str
    first: int = 1
    """The version of the first of them."""
    decided: list[_Decided] = field(default_factory=list)

    def add(
        self, state: State | None, events: tuple[Event, ...], actor: Actor, world: World, at: datetime
    ) -> None:
        """What was decided on a subject in this state; nothing if there are no events."""
        if events:
            self.decided.append(_Decided(state, events, actor, world, at))

    def story(self) -> Story:
        """Its events as they are read back, with what people typed."""
        found: Story = []
        for version, one in enumerate(self.decided, start=self.first):
            page = WriteSet(one.world, one.at, Claimant("a test"))
            page.enter(
                Entering(self.workflow, self.subject, version, one.at, one.actor, "test"),
                one.state,
                one.events,
            )
            typed: dict[str, dict[str, str]] = {}
            for text in page.texts:
                typed.setdefault(text["event"], {})[text["field"]] = text["text"]
            found += [(read_leaf(row["leaf"]), typed.get(row["id"], {})) for row in page.events]
        return found

    def rows(self) -> list[dict[str, Any]]:
        """As the table of events has them."""
        return [row for page in self.pages() for row in page.events]

    def leaves(self) -> list[bytes]:
        """Their bytes."""
        return [row["leaf"] for row in self.rows()]

    def pages(self) -> Iterator[WriteSet]:
        """What the ledger would write of each command."""
        for version, one in enumerate(self.decided, start=self.first):
            page = WriteSet(one.world, one.at, Claimant("a test"))
            entry = Entering(self.workflow, self.subject, version, one.at, one.actor, "test")
            page.enter(entry, one.state, one.events)
            yield page

    def replayed(self) -> Replayed:
        return replay(self.workflow, self.story())


def renumbered(story: Story) -> Story:
    """The same events without a gap in their numbering or times that go back, as a forger would have them signed."""
    found: Story = []
    version, position = 0, 0
    before: Leaf | None = None
    latest: datetime | None = None
    for leaf, typed in story:
        position = position + 1 if before and leaf.version == before.version else 0
        version += 0 if position else 1
        latest = max(latest or leaf.time, leaf.time)
        facts = {**leaf.facts, **({"at": latest.isoformat()} if "at" in leaf.facts else {})}
        found.append(
            (leaf._replace(version=version, position=position, of=None, time=latest, facts=facts), typed)
        )
        before = leaf
    return found


def as_entry(leaf: Leaf, typed: Typed, **changes: Any) -> tuple[bytes, list[dict[str, str]]]:
    """The bytes of this event with some changes, and its texts under salts of their own, as rows."""
    salts = {name: f"salt of {leaf.id}/{name}".encode() for name in typed}
    names = ("id", "subject", "version", "position", "time", "actor", "surface", "action", "facts", "policy")
    given = {name: getattr(leaf, name) for name in names} | changes
    rows = [
        {"event": given["id"], "field": name, "salt": salts[name].hex(), "text": text}
        for name, text in typed.items()
    ]
    return encode_leaf(Entry(texts=typed, **given), salts), rows
