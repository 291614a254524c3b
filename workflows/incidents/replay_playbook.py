"""Could this have happened to an incident's playbook, and to what its steps give and stop?"""

from workflows.audit.possibility import Judges, Past, Why
from workflows.incidents.decide_playbook import EARLIER
from workflows.incidents.events import (
    AccessAsked,
    AccessChanged,
    AccessEnding,
    Declared,
    Froze,
    PlaybookStarted,
    RoleTaken,
    StepDone,
    StepEscalated,
    StepFailed,
    StepOverdue,
    StepSkipped,
    StepStarted,
    StepWaits,
    Thawed,
)
from workflows.incidents.replay_incident import by_crew, still_open
from workflows.incidents.state import Incident
from workflows.incidents.views import roles_of, runs_step
from workflows.policy.schema.actions import ActionTerms
from workflows.workflow import Occurred, unmet


def _playbook_started(state: Incident, past: Past, now: Occurred, event: PlaybookStarted) -> Why:
    declared = isinstance(past[-1].event, Declared) and past[-1].version == now.version
    return unmet(
        (state.playbook is None, "a playbook had been started before"),
        still_open(state),
        (declared or by_crew(state, now)[0], f"{now.actor.id} held no role in it"),
        (event.playbook.digest == now.policy, "the playbook is of another policy than the one in force"),
    )


def _step_started(state: Incident, past: Past, now: Occurred, event: StepStarted) -> Why:
    terms, step = state.step_terms(event.step), state.step(event.step)
    return unmet(
        still_open(state),
        (step is not None and terms is not None, "its playbook has no such step"),
        (step is not None and step.status in ("waiting", "failed"), "the step had been run, or skipped"),
        (step is not None and event.run == step.run + 1, "it counts another run than this one"),
        (now.actor.id == event.by, "somebody else ran the step"),
        (
            terms is not None and runs_step(state, event.by, terms),
            f"{event.by} held no role that runs the step",
        ),
    )


def _step_going(state: Incident, event: StepDone | StepFailed | StepWaits) -> tuple[bool, str]:
    step = state.step(event.step)
    running = step is not None and step.status == "running" and step.run == event.run
    return running, "this run of the step was not under way"


def _of_a_run(state: Incident, past: Past, now: Occurred, event: StepDone | StepFailed | StepWaits) -> Why:
    return unmet(_step_going(state, event))


def _step_skipped(state: Incident, past: Past, now: Occurred, event: StepSkipped) -> Why:
    terms, step = state.step_terms(event.step), state.step(event.step)
    return unmet(
        still_open(state),
        (step is not None and step.status in ("waiting", "failed"), "the step had been run, or skipped"),
        (
            terms is not None and now.actor.id == event.by and runs_step(state, event.by, terms),
            f"{event.by} held no role that runs the step",
        ),
    )


def _step_late(state: Incident, past: Past, now: Occurred, event: StepOverdue | StepEscalated) -> Why:
    terms = state.step_terms(event.step)
    at = state.overdue_at(terms) if terms else None
    return unmet(still_open(state), (at is not None and now.at >= at, "the step was not overdue by then"))


def _access_asked(state: Incident, past: Past, now: Occurred, event: AccessAsked) -> Why:
    terms, step = state.step_terms(event.step), state.step(event.step)
    action = terms.action if terms else None
    called_for = _run_by(past, now, event) or _handed_over(past, now, event)
    return unmet(
        (
            step is not None and action is not None and _gives(action, event),
            "no step of its playbook gives this",
        ),
        (state.access(event.access) is None, "this access had been asked for before"),
        (
            state.holders.get(event.role) == event.person,
            f"{event.person} didn't hold the role it is given for",
        ),
        (called_for, f"{event.by} had not run a step that gives it"),
        (
            not _run_by(past, now, event) or set(event.by_roles) == set(roles_of(state, event.by)),
            f"{event.by} held other roles than it says",
        ),
    )


def _gives(action: ActionTerms, event: AccessAsked) -> bool:
    same = (action.kind, action.role, action.seconds) == ("grant", event.role, event.seconds)
    return same and event.entitlement in (action.entitlement, action.drill)


def _run_by(past: Past, now: Occurred, event: AccessAsked) -> bool:
    last = past[-1]
    started = isinstance(last.event, StepStarted) and (last.event.step, last.event.by) == (
        event.step,
        event.by,
    )
    return started and last.version == now.version


def _handed_over(past: Past, now: Occurred, event: AccessAsked) -> bool:
    """Who takes a role over is given the access that went with it."""
    return any(
        one.version == now.version
        and isinstance(one.event, RoleTaken)
        and (one.event.role, one.event.person, one.event.by) == (event.role, event.person, event.by)
        for one in past
    )


def _access_changed(state: Incident, past: Past, now: Occurred, event: AccessChanged) -> Why:
    one = state.access(event.access)
    return unmet(
        (one is not None, "nobody had asked for this access"),
        (one is not None and EARLIER[event.status] > EARLIER[one.status], "it had gone further already"),
    )


def _access_ending(state: Incident, past: Past, now: Occurred, event: AccessEnding) -> Why:
    one = state.access(event.access)
    return unmet(
        (one is not None and one.status not in ("ended", "refused"), "there was no such access to end")
    )


def _froze(state: Incident, past: Past, now: Occurred, event: Froze) -> Why:
    last = past[-1]
    terms = state.step_terms(last.event.step) if isinstance(last.event, StepStarted) else None
    called_for = terms is not None and terms.action is not None and terms.action.service == event.service
    return unmet(
        (called_for and last.version == now.version, "no step of its playbook had stopped these releases")
    )


def _thawed(state: Incident, past: Past, now: Occurred, event: Thawed) -> Why:
    return unmet((event.services == state.frozen, "it had stopped other releases"))


JUDGES: Judges = {
    PlaybookStarted: _playbook_started,
    StepStarted: _step_started,
    StepDone: _of_a_run,
    StepFailed: _of_a_run,
    StepWaits: _of_a_run,
    StepSkipped: _step_skipped,
    StepOverdue: _step_late,
    StepEscalated: _step_late,
    AccessAsked: _access_asked,
    AccessChanged: _access_changed,
    AccessEnding: _access_ending,
    Froze: _froze,
    Thawed: _thawed,
}
