"""What a kind of action is: what it does when its step is run, and what an effect does afterwards."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from workflows.incidents.events import IncidentEvent, StepDone, StepStarted
from workflows.incidents.ports import Caller, Room
from workflows.incidents.state import Incident
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Reads
from workflows.policy.schema.actions import ActionTerms
from workflows.workflow import Actor, Refused

PLAYBOOK = Actor("daypass:playbook")
SURFACE = "playbook"


@dataclass(frozen=True)
class Running:
    """A step that is run: by whom, as which run, and what it does."""

    incident: Incident
    action: ActionTerms
    begun: StepStarted

    @property
    def now(self) -> datetime:
        return self.begun.at

    def done(self, note: str) -> StepDone:
        """The event that the step is done, with what came of it."""
        return StepDone(step=self.begun.step, run=self.begun.run, note=note, at=self.now)


@dataclass(frozen=True)
class Performing:
    """One run of a step for an effect to perform, however often it is tried, and the parts to do it with."""

    incident: Incident
    step: str
    run: int
    began: datetime
    action: ActionTerms
    ledger: Ledger
    reads: Reads
    room: Room
    caller: Caller


def nothing_at_once(running: Running) -> tuple[IncidentEvent, ...]:
    """Leave all of it to the effect."""
    return ()


@dataclass(frozen=True)
class ActionKind:
    """A kind of action, by its name in the policy's terms."""

    name: str
    describe: Callable[[Incident, ActionTerms], str]
    """What it does, for the checklist, after the step's title: a few words, in Slack's markup."""
    begin: Callable[[Running], tuple[IncidentEvent, ...] | Refused] = nothing_at_once
    """What follows at once from running the step. Pure."""
    perform: Callable[[Performing], Awaitable[str]] | None = None
    """Performs it, and says what was done. Raises Retryable or Permanent. None: all is done at once."""
    reaches_outside: bool = False
    """Whether others notice it: a drill only practises it, and a private incident refuses it."""
    outlives_incident: bool = False
    """Whether it is still tried when the incident is over."""
