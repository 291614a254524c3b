"""Which policy bundle is in force: a fact in the log like any other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.narrative import Sentences
from workflows.workflow import (
    Actor,
    Command,
    Decision,
    Event,
    NoChange,
    Occurred,
    State,
    Workflow,
    World,
    unmet,
)

KIND = "pol"
SUBJECT = "pol_bundle"


class InForce(State):
    digest: str


@dataclass(frozen=True)
class AdoptBundle(Command):
    digest: str


class BundleAdopted(Event):
    action = "adopted"
    digest: str
    before: str | None


def decide(
    state: InForce | None, command: AdoptBundle, actor: Actor, world: World, now: datetime
) -> Decision:
    """Recorded when it is another one than before."""
    if state and state.digest == command.digest:
        return NoChange()
    return (BundleAdopted(digest=command.digest, before=state.digest if state else None),)


def evolve(state: InForce | None, event: BundleAdopted) -> InForce:
    """The state after the event."""
    return InForce(id=SUBJECT, status="in force", digest=event.digest)


def impossible(state: InForce | None, past: Sequence[Occurred], now: Occurred) -> str | None:
    """Why this could not have happened; None if it could."""
    event = now.event
    assert isinstance(event, BundleAdopted)
    before = state.digest if state else None
    return unmet(
        (now.subject == SUBJECT, "there is one policy, under another name"),
        (event.before == before, "another policy was in force before"),
        (event.digest != before, "this policy was in force already"),
        (event.digest == now.policy, "it was logged under another policy"),
    )


SENTENCES: Sentences = {
    "adopted": lambda f, n: (
        f"Policy {f['digest'][:12]} took effect"
        + (f", replacing {f['before'][:12]}" if f.get("before") else "")
    )
}

WORKFLOW = Workflow(
    kind=KIND,
    name="policy",
    state=InForce,
    decide=decide,
    evolve=evolve,
    effects=lambda state, event: (),
    due=lambda state: None,
    events=(BundleAdopted,),
    impossible=impossible,
    sentences=SENTENCES,
)
