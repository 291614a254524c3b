"""Could this have happened to an incident: declared, changed, ended, opened again?"""

from workflows.audit.possibility import Judges, Past, Why
from workflows.incidents.events import (
    Cancelled,
    Declared,
    FollowUpDone,
    Mitigated,
    Reopened,
    Resolved,
    Reviewed,
    SeverityChanged,
)
from workflows.incidents.state import OPEN, Incident
from workflows.incidents.views import runs
from workflows.workflow import Event, Occurred, unmet


def _declared(state: Incident | None, past: Past, now: Occurred, event: Declared) -> Why:
    return unmet(
        (state is None, "it had been declared before"),
        (event.id == now.subject, "it names another incident"),
        (now.actor.id == event.by, "someone else declared it"),
        (event.private == (event.number is None), "only a private one goes without a number"),
        (event.number is None or event.number > 0, "its number isn't one"),
        (event.terms.severity(event.severity) is not None, "its terms have no such severity"),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
    )


def still_open(state: Incident) -> tuple[bool, str]:
    return state.status in OPEN, f"it was {state.status}"


def by_crew(state: Incident, now: Occurred) -> tuple[bool, str]:
    return now.actor.is_daypass or runs(state, now.actor.id), f"{now.actor.id} held no role in it"


def _severity_changed(state: Incident, past: Past, now: Occurred, event: SeverityChanged) -> Why:
    return unmet(
        still_open(state),
        by_crew(state, now),
        (event.before == state.severity, "its severity was another before"),
        (state.terms.severity(event.severity) is not None, "its terms have no such severity"),
    )


def _by_crew_while_open(state: Incident, past: Past, now: Occurred, event: Event) -> Why:
    return unmet(still_open(state), by_crew(state, now))


def _reopened(state: Incident, past: Past, now: Occurred, event: Reopened) -> Why:
    merged = state.status == "cancelled" and state.merged_into is not None and now.actor.is_daypass
    return unmet(
        (state.status == "resolved" or merged, f"it was {state.status}, and not resolved"),
        by_crew(state, now),
    )


def _reviewed(state: Incident, past: Past, now: Occurred, event: Reviewed) -> Why:
    return unmet(
        (state.status == "resolved", f"it was {state.status}, and not resolved"), by_crew(state, now)
    )


def _follow_up_done(state: Incident, past: Past, now: Occurred, event: FollowUpDone) -> Why:
    there = any(one.id == event.id and not one.done for one in state.follow_ups)
    return unmet((there, "there was no such follow-up"))


JUDGES: Judges = {
    Declared: _declared,
    SeverityChanged: _severity_changed,
    Mitigated: _by_crew_while_open,
    Resolved: _by_crew_while_open,
    Cancelled: _by_crew_while_open,
    Reopened: _reopened,
    Reviewed: _reviewed,
    FollowUpDone: _follow_up_done,
}
