"""Could this have happened to a departure?"""

from workflows.audit.possibility import Judges, Past, Why, judged
from workflows.system.departures.events import (
    AccessFound,
    Added,
    Confirmed,
    Ended,
    Rejected,
    Reported,
    Returned,
)
from workflows.system.departures.state import Departure
from workflows.workflow import OPERATOR, Occurred, unmet


def _reported(state: Departure | None, past: Past, now: Occurred, event: Reported) -> Why:
    return unmet(
        (state is None, "it had been reported before"),
        (event.id == now.subject, "it names another departure"),
        (now.actor.is_daypass, "someone else than Daypass reported it"),
        (bool(event.people), "nobody had left"),
        (
            event.held == (event.recent + event.leavers > event.limit),
            "an operator should have been asked, or not",
        ),
    )


def _added(state: Departure, past: Past, now: Occurred, event: Added) -> Why:
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass reported it"),
        (state.status == "held" or past[-1].version == now.version, "it wasn't held"),
        (not set(event.people) & set(state.people), "they had been reported before"),
    )


def _returned(state: Departure, past: Past, now: Occurred, event: Returned) -> Why:
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass reported it"),
        (state.status == "held", "it wasn't held"),
        (set(event.people) <= set(state.people), "they had not been reported"),
    )


def _settled(state: Departure, past: Past, now: Occurred, event: Confirmed | Rejected) -> Why:
    return unmet(
        (state.status == "held", "it wasn't held"),
        (event.by == now.actor.id, "someone else decided it"),
        (now.actor == OPERATOR or bool(event.groups), "no group made an operator of who decided it"),
        (event.by not in state.people, "who decided it was among them"),
    )


def _carried_out(state: Departure, past: Past, now: Occurred, event: AccessFound | Ended) -> Why:
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass reported it"),
        (state.status == "ending", "nothing was to be ended"),
    )


JUDGES: Judges = {
    Reported: _reported,
    Added: _added,
    Returned: _returned,
    Confirmed: _settled,
    Rejected: _settled,
    AccessFound: _carried_out,
    Ended: _carried_out,
}
impossible = judged(Reported, JUDGES, "nobody had been reported")
