"""Somebody's time away, beside a story of access: as its own commands make it, and as the log has it."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.access.story import Story
from tests.builders import Clock
from tests.logged import Logged
from tests.people import GRACE, MARGARET
from workflows.system import absences
from workflows.system.absences.commands import AbsenceCommand, StartAbsence
from workflows.system.absences.decide import decide
from workflows.system.absences.evolve import evolve
from workflows.system.absences.state import Absence
from workflows.workflow import Actor, Decision, Refused, World

DELEGATION = """
delegation:
  rules:
    - groups: [data-owners]
      to: [scientists, incident-command]
      max: 14d
    - groups: [data-owners]
      to: [data-owners]
      max: 2d
"""
"""Who may decide for whom, added to the example bundle."""


class Leave:
    """One absence as its commands make it."""

    def __init__(self, world: World, clock: Clock, id: str = "away_1") -> None:
        self.world, self.clock = world, clock
        self.state: Absence | None = None
        self.logged = Logged(absences.WORKFLOW, id)

    def do(self, command: AbsenceCommand, who: Actor) -> Decision:
        decision = decide(self.state, command, who, self.world, self.clock())
        if isinstance(decision, tuple):
            self.logged.add(self.state, decision, who, self.world, self.clock())
        for event in decision if isinstance(decision, tuple) else ():
            self.state = evolve(self.state, event)  # type: ignore[arg-type]
        return decision

    def start(
        self,
        who: str = GRACE,
        delegate: str | None = MARGARET,
        days: float = 3,
        until: datetime | None = None,
    ) -> Decision:
        until = until or self.clock() + timedelta(days=days)
        return self.do(StartAbsence(self.logged.subject, until, delegate), Actor(who))

    @property
    def now(self) -> Absence:
        assert self.state is not None
        return self.state


def away(story: Story, who: str = GRACE, delegate: str | None = MARGARET, days: float = 3) -> Leave:
    """Somebody is away from now on in the story's world."""
    leave = Leave(story.world, story.clock)
    assert not isinstance(leave.start(who, delegate, days), Refused)
    story.world = replace(story.world, in_force=(*story.world.in_force, leave.now))
    return leave
