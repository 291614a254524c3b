"""Playing: a playbook started, its steps run and reported on, and the access that they give and take back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from workflows.incidents import refusals
from workflows.incidents.actions import Running, run_action
from workflows.incidents.actions.access import GRANT, REVOKE, is_of
from workflows.incidents.commands import ReportAccess, ReportStep, RunStep, SkipStep, StartPlaybook
from workflows.incidents.events import (
    AccessAsked,
    AccessChanged,
    AccessEnding,
    IncidentEvent,
    PlaybookStarted,
    RoleTaken,
    RoleVacated,
    StepDone,
    StepFailed,
    StepSkipped,
    StepStarted,
    StepWaits,
)
from workflows.incidents.evolve import evolve
from workflows.incidents.state import OPEN, Incident, PlaybookAccess, Step
from workflows.incidents.views import runs, runs_step
from workflows.policy.terms.incidents import PlaybookTerms, StepTerms
from workflows.workflow import Actor, Decision, NoChange, Refused, World, derived

EARLIER = {"requested": 0, "active": 1, "ending": 2, "ended": 3, "refused": 3}
"""What becomes of access goes one way."""


def started(playbook: PlaybookTerms, now: datetime) -> tuple[IncidentEvent, ...]:
    return (PlaybookStarted(playbook=playbook, at=now),)


def start(state: Incident, command: StartPlaybook, actor: Actor, world: World, now: datetime) -> Decision:
    if state.playbook is not None:
        same = state.playbook.name == command.playbook
        return NoChange() if same else refusals.PLAYBOOK_RUNS
    playbook = world.bundle.playbooks.get(command.playbook)
    if playbook is None:
        return refusals.no_playbook(command.playbook)
    if state.status not in OPEN:
        return refusals.not_now(state.status)
    if not runs(state, actor.id):
        return refusals.NO_ROLE_HELD
    return started(playbook, now)


def run(state: Incident, command: RunStep, actor: Actor, now: datetime) -> Decision:
    """A step is begun: what it does is an event before it is done."""
    found = _runnable(state, command.step, actor)
    if not isinstance(found, tuple):
        return found
    terms, step = found
    begun = StepStarted(step=terms.name, run=step.run + 1, by=actor.id, at=now)
    if terms.action is None:
        return (begun, _done(begun, None, now))
    did = run_action(Running(state, terms.action, begun))
    return did if isinstance(did, Refused) else (begun, *did)


def _runnable(state: Incident, name: str, actor: Actor) -> tuple[StepTerms, Step] | Refused | NoChange:
    terms, step = state.step_terms(name), state.step(name)
    if terms is None or step is None:
        return refusals.NO_STEP
    if step.status in ("done", "running"):
        return NoChange()
    if step.status == "skipped":
        return refusals.STEP_SKIPPED
    if state.status not in OPEN:
        return refusals.not_now(state.status)
    if not runs_step(state, actor.id, terms):
        role = state.terms.role(terms.owner)
        return refusals.not_your_step(role.title if role else terms.owner)
    return terms, step


def skip(state: Incident, command: SkipStep, actor: Actor, now: datetime) -> Decision:
    step = state.step(command.step)
    if step is not None and step.status == "skipped":
        return NoChange()
    found = _runnable(state, command.step, actor)
    if not isinstance(found, tuple):
        return found
    return (StepSkipped(step=command.step, by=actor.id, reason=command.reason[:1_000], at=now),)


def reported(state: Incident, command: ReportStep, now: datetime) -> Decision:
    """What came of one run; of another run than the present one it means nothing."""
    step = state.step(command.step)
    if step is None or step.status != "running" or step.run != command.run:
        return NoChange()
    if command.status == "done":
        return (StepDone(step=step.name, run=step.run, note=command.note, at=now),)
    if command.status == "failed":
        return (StepFailed(step=step.name, run=step.run, reason=command.trouble or ""),)
    if step.trouble == command.trouble:
        return NoChange()
    return (StepWaits(step=step.name, run=step.run, reason=command.trouble or ""),)


def access_changed(state: Incident, command: ReportAccess, now: datetime) -> Decision:
    """What became of access; what is heard late changes nothing."""
    one = state.access(command.access)
    if one is None or one.status in ("ended", "refused"):
        return NoChange()
    if EARLIER[command.status] <= EARLIER[one.status]:
        return _waits(state, one, command)
    changed = AccessChanged(access=one.id, status=command.status, trouble=command.trouble)
    return (changed, *_steps_done(evolve(state, changed), one, command, now))


def _waits(state: Incident, one: PlaybookAccess, command: ReportAccess) -> Decision:
    if command.status == one.status == "ending" and command.trouble not in (None, one.trouble):
        return (AccessChanged(access=one.id, status="ending", trouble=command.trouble),)
    step = state.step(one.step)
    reason = "Waiting for approval."
    if command.status != "requested" or step is None or step.status != "running" or step.trouble == reason:
        return NoChange()
    return (StepWaits(step=step.name, run=step.run, reason=reason),)


def _steps_done(
    after: Incident, one: PlaybookAccess, command: ReportAccess, now: datetime
) -> tuple[IncidentEvent, ...]:
    """The step that asked for it, and steps that wait for its end, but not for the end of what was given since."""
    found: list[IncidentEvent] = []
    for step in after.steps:
        terms = after.step_terms(step.name)
        if step.status != "running" or terms is None or terms.action is None:
            continue
        if terms.action.kind == GRANT.name and step.name == one.step:
            found += _granted(step, command, now)
        if terms.action.kind == REVOKE.name and is_of(one, terms.action):
            left = [
                other for other in after.accesses if is_of(other, terms.action) and other.status == "ending"
            ]
            found += [] if left else [_done_of(step, "Revoked, confirmed by Vault.", now)]
    return tuple(found)


def _granted(step: Step, command: ReportAccess, now: datetime) -> list[IncidentEvent]:
    if command.status == "refused":
        return [
            StepFailed(step=step.name, run=step.run, reason=command.trouble or "The request was refused.")
        ]
    if command.status == "active":
        return [_done_of(step, "Granted.", now)]
    return [StepFailed(step=step.name, run=step.run, reason="The access ended before it was granted.")]


def closing(state: Incident, reason: Literal["resolved", "cancelled"]) -> tuple[IncidentEvent, ...]:
    """All access that was given for the incident ends."""
    return tuple(AccessEnding(access=one.id, reason=reason) for one in _live(state.accesses))


def follow(
    state: Incident, passed: RoleTaken | RoleVacated, by_roles: tuple[str, ...]
) -> tuple[IncidentEvent, ...]:
    """What a role passing on means for the access that was given for it."""
    before = passed.before if isinstance(passed, RoleTaken) else passed.person
    mine = [one for one in _live(state.accesses) if one.role == passed.role and one.person == before]
    events: list[IncidentEvent] = []
    for one in mine:
        events.append(AccessEnding(access=one.id, reason="handed over"))
        if isinstance(passed, RoleTaken):
            events.append(_again(state, one, passed, by_roles))
    return tuple(events)


def _again(state: Incident, one: PlaybookAccess, passed: RoleTaken, by_roles: tuple[str, ...]) -> AccessAsked:
    return AccessAsked(
        access=derived("acc", passed.at, state.id, one.id, passed.person),
        entitlement=one.entitlement,
        title=one.title,
        role=one.role,
        person=passed.person,
        seconds=one.seconds,
        step=one.step,
        by=passed.by,
        by_roles=by_roles,
    )


def _live(accesses: Iterable[PlaybookAccess]) -> list[PlaybookAccess]:
    """Access that nobody has begun to end."""
    return [one for one in accesses if one.status in ("requested", "active")]


def _done(begun: StepStarted, note: str | None, now: datetime) -> StepDone:
    return StepDone(step=begun.step, run=begun.run, note=note, at=now)


def _done_of(step: Step, note: str, now: datetime) -> StepDone:
    return StepDone(step=step.name, run=step.run, note=note, at=now)
