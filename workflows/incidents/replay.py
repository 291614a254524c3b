"""Could this have happened in an incident? Told from what its events recorded, without asking anybody."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workflows.incidents.decide_playbook import EARLIER
from workflows.incidents.events import (
    AccessAsked,
    AccessChanged,
    AccessEnding,
    Cancelled,
    Declared,
    FollowUpDone,
    Froze,
    Mitigated,
    PlaybookStarted,
    Reopened,
    Resolved,
    Reviewed,
    RoleDeclined,
    RoleOffered,
    RoleTaken,
    RoleVacated,
    SeverityChanged,
    StepDone,
    StepEscalated,
    StepFailed,
    StepOverdue,
    StepSkipped,
    StepStarted,
    StepWaits,
    Thawed,
)
from workflows.incidents.state import OPEN, Incident
from workflows.incidents.views import may_offer, roles_of, runs, runs_step
from workflows.policy.terms.incidents import ActionTerms
from workflows.workflow import Event, Occurred, World, unmet

Why = str | None
Past = Sequence[Occurred]


def impossible(state: Incident | None, past: Past, now: Occurred) -> Why:
    """Why this could not have happened in an incident in this state, after this past; None if it could."""
    if isinstance(now.event, Declared):
        return _declared(state, now, now.event)
    if state is None:
        return "nobody had declared it"
    judge = _JUDGES.get(type(now.event))
    return judge(state, past, now, now.event) if judge else None


def not_in_policy(state: Incident, world: World) -> str | None:
    """Why its playbook asks for nothing: it claims to be of the bundle in force, and isn't; else None.

    What a playbook of another bundle asks for, its usual approvers decide.
    """
    playbook = state.playbook
    if playbook is None or playbook.digest != world.bundle.digest:
        return None
    if world.bundle.playbooks.get(playbook.name) == playbook:
        return None
    return "The playbook isn't in the policy, so no access was requested. Request it with /access."


def objection(state: Incident, step: str, world: World) -> str | None:
    """Why a step that its events bear out isn't acted on; None if it may be.

    Its playbook is only what an event claims: what a step does is what the bundle in force says.
    """
    playbook = world.bundle.playbooks.get(state.playbook.name) if state.playbook else None
    now = next((one for one in playbook.steps if one.name == step), None) if playbook else None
    then = state.step_terms(step)
    if now is not None and then is not None and now.action == then.action:
        return None
    return (
        "The policy changed, and the playbook no longer has this step. Do it by hand if needed, then skip it."
    )


def _declared(state: Incident | None, now: Occurred, event: Declared) -> Why:
    return unmet(
        (state is None, "it had been declared before"),
        (event.id == now.subject, "it names another incident"),
        (now.actor.id == event.by, "somebody else declared it"),
        (event.terms.severity(event.severity) is not None, "its terms have no such severity"),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
    )


def _going(state: Incident) -> tuple[bool, str]:
    return state.status in OPEN, f"it was {state.status}"


def _by_crew(state: Incident, now: Occurred) -> tuple[bool, str]:
    return now.actor.is_daypass or runs(state, now.actor.id), f"{now.actor.id} held no role in it"


def _role_taken(state: Incident, past: Past, now: Occurred, event: RoleTaken) -> Why:
    offered = any((one.role, one.to, one.by) == (event.role, event.person, event.by) for one in state.offers)
    claimed = event.before is None and event.by == event.person
    return unmet(
        _going(state),
        (state.terms.role(event.role) is not None, "its terms have no such role"),
        (event.before == state.holders.get(event.role), "somebody else held the role before"),
        (now.actor.id == event.person, f"{event.person} didn't take the role themselves"),
        (claimed or offered, f"nobody had offered the role to {event.person}"),
    )


def _role_offered(state: Incident, past: Past, now: Occurred, event: RoleOffered) -> Why:
    return unmet(
        _going(state),
        (now.actor.id == event.by, "somebody else offered the role"),
        (may_offer(state, event.by, event.role), f"{event.by} could not offer the role"),
    )


def _role_declined(state: Incident, past: Past, now: Occurred, event: RoleDeclined) -> Why:
    offered = any((one.role, one.to) == (event.role, event.by) for one in state.offers)
    return unmet((offered and now.actor.id == event.by, f"nobody had offered the role to {event.by}"))


def _role_vacated(state: Incident, past: Past, now: Occurred, event: RoleVacated) -> Why:
    return unmet((state.holders.get(event.role) == event.person, f"{event.person} didn't hold the role"))


def _severity_changed(state: Incident, past: Past, now: Occurred, event: SeverityChanged) -> Why:
    return unmet(
        _going(state),
        _by_crew(state, now),
        (event.before == state.severity, "its severity was another before"),
        (state.terms.severity(event.severity) is not None, "its terms have no such severity"),
    )


def _by_crew_while_open(state: Incident, past: Past, now: Occurred, event: Event) -> Why:
    return unmet(_going(state), _by_crew(state, now))


def _reopened(state: Incident, past: Past, now: Occurred, event: Reopened) -> Why:
    merged = state.status == "cancelled" and state.merged_into is not None and now.actor.is_daypass
    return unmet(
        (state.status == "resolved" or merged, f"it was {state.status}, and not resolved"),
        _by_crew(state, now),
    )


def _reviewed(state: Incident, past: Past, now: Occurred, event: Reviewed) -> Why:
    return unmet(
        (state.status == "resolved", f"it was {state.status}, and not resolved"), _by_crew(state, now)
    )


def _follow_up_done(state: Incident, past: Past, now: Occurred, event: FollowUpDone) -> Why:
    there = any(one.id == event.id and not one.done for one in state.follow_ups)
    return unmet((there, "there was no such follow-up"))


def _playbook_started(state: Incident, past: Past, now: Occurred, event: PlaybookStarted) -> Why:
    declared = isinstance(past[-1].event, Declared) and past[-1].version == now.version
    return unmet(
        (state.playbook is None, "a playbook had been started before"),
        _going(state),
        (declared or _by_crew(state, now)[0], f"{now.actor.id} held no role in it"),
        (event.playbook.digest == now.policy, "the playbook is of another policy than the one in force"),
    )


def _step_started(state: Incident, past: Past, now: Occurred, event: StepStarted) -> Why:
    terms, step = state.step_terms(event.step), state.step(event.step)
    return unmet(
        _going(state),
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
        _going(state),
        (step is not None and step.status in ("waiting", "failed"), "the step had been run, or skipped"),
        (
            terms is not None and now.actor.id == event.by and runs_step(state, event.by, terms),
            f"{event.by} held no role that runs the step",
        ),
    )


def _step_late(state: Incident, past: Past, now: Occurred, event: StepOverdue | StepEscalated) -> Why:
    terms = state.step_terms(event.step)
    at = state.overdue_at(terms) if terms else None
    return unmet(_going(state), (at is not None and now.at >= at, "the step was not overdue by then"))


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


_JUDGES: Mapping[type[Event], Callable[[Incident, Past, Occurred, Any], Why]] = {
    RoleTaken: _role_taken,
    RoleOffered: _role_offered,
    RoleDeclined: _role_declined,
    RoleVacated: _role_vacated,
    SeverityChanged: _severity_changed,
    Mitigated: _by_crew_while_open,
    Resolved: _by_crew_while_open,
    Cancelled: _by_crew_while_open,
    Reopened: _reopened,
    Reviewed: _reviewed,
    FollowUpDone: _follow_up_done,
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
"""Who judges which event; one that isn't named here is possible whenever there is an incident."""
