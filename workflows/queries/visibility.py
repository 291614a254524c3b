"""Who may read what. Nothing here writes.

Auditors and operators see everything that isn't private; others see what is any business of theirs. What is
private is seen by those alone whom it concerns, or whom the subject concerns in whose scope it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.ledger.repository import Repository
from workflows.narrative import LoggedEvent
from workflows.policy.roles import Role, role_of, themselves
from workflows.ports import Directory
from workflows.queries.search import Sight
from workflows.queries.search_index import by_concern
from workflows.workflow import State, Workflow, World, kind_of


@dataclass(frozen=True)
class Viewer:
    """Somebody who reads, as of now."""

    id: str
    role: Role

    @property
    def sees_all(self) -> bool:
        return self.role in ("auditor", "operator")


def sight_of(by: Viewer, directory: Directory) -> Sight:
    """What they find in the log."""
    return Sight(frozenset(map(by_concern, themselves(by.id, directory))), by.sees_all)


class Visibility:
    """Tells whether somebody may read something, as the world is now."""

    def __init__(
        self, reads: Repository, world: Callable[[], World], workflows: Mapping[str, Workflow]
    ) -> None:
        self._reads = reads
        self._world = world
        self._workflows = workflows

    def reader(self, id: str) -> Viewer:
        """What this person or machine is to Daypass, by the groups they are in."""
        world = self._world()
        return Viewer(id, role_of(id, world.bundle, world.directory))

    async def sees(self, by: Viewer, state: State) -> bool:
        """Whether they may read what is known of this subject, and its story."""
        if self._concerns(by, state):
            return True
        if state.scope is None:
            return by.sees_all
        return state.scope != state.id and await self._concerned_by(by, state.scope)

    async def sees_event(self, by: Viewer, told: LoggedEvent, state: State | None) -> bool:
        """Whether they may read this event of a subject in this state, None if nothing but refusals happened to it."""
        if state is not None:
            return await self.sees(by, state)
        if told.actor in themselves(by.id, self._world().directory):
            return True
        scope = told.facts.get("scope")
        return by.sees_all if scope is None else await self._concerned_by(by, str(scope))

    async def sees_story(self, by: Viewer, subject: str, state: State | None) -> bool:
        """Say whether they may read all that happened to this subject in this state; not so if nothing did."""
        if state is not None:
            return await self.sees(by, state)
        story = await self._reads.story(subject)
        return bool(story) and all([await self.sees_event(by, one, None) for one in story])

    def _concerns(self, by: Viewer, state: State) -> bool:
        """A machine is concerned by what is its own, a person under any of their accounts."""
        directory = self._world().directory
        if by.id in directory.machines:
            return state.owner == by.id
        return self._workflows[kind_of(state.id)].concerns(state, directory, by.id)

    async def _concerned_by(self, by: Viewer, subject: str) -> bool:
        kind: type[Any] = self._workflows[kind_of(subject)].state
        found = await self._reads.find(kind, subject)
        return found is not None and self._concerns(by, found)
