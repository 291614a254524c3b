"""App Home: of somebody who has nothing yet, and of somebody who has and decides a lot."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.home import home as draw
from bot.wiring.slack import PRESENTERS
from tests.people import ADA, GRACE
from tests.pictures.scenes import access, incidents, releases
from tests.pictures.scenes.scene import Scene, home
from workflows.workflow import State, World


@dataclass(frozen=True)
class Kept:
    """These subjects, as a repository has them."""

    states: Sequence[State]

    async def owned_by(self, kind: type[State], prefix: str, owner: str, limit: int) -> list[Any]:
        return [one for one in self.states if isinstance(one, kind) and one.owner == owner][:limit]

    async def awaiting(self, kind: type[State], prefix: str, what: str) -> list[Any]:
        found = [one for one in self.states if isinstance(one, kind)]
        return [one for one in found if getattr(one, "awaits", None) == what]

    async def in_status(self, kind: type[State], prefix: str, statuses: Sequence[str]) -> list[Any]:
        return [one for one in self.states if isinstance(one, kind) and one.status in statuses]


def homes(world: World) -> list[Scene]:
    """Each kind of reader's; not for a running event loop."""
    return asyncio.run(_homes(world, _every(world)))


def _every(world: World) -> list[State]:
    return [
        *(state for _, _, state in access.states(world)),
        access.active(world).now,
        *(state for _, _, state in releases.states(world)),
        incidents.running(world),
    ]


async def _homes(world: World, every: Sequence[State]) -> list[Scene]:
    titles = {
        "home-empty": ("App Home, nothing yet", ADA, []),
        "home-requester": ("App Home of a requester", ADA, every),
        "home-approver": ("App Home of an approver", GRACE, every),
    }
    return [
        home(name, title, person, await _home(Kept(states), world, person))
        for name, (title, person, states) in titles.items()
    ]


async def _home(reads: Any, world: World, person: str) -> Any:
    parts = [await one.home(reads, world, person) for one in PRESENTERS]
    return draw([part for part in parts if part], None)
