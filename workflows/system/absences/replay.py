"""Could this have happened to an absence?"""

from workflows.audit.possibility import Judges, Past, Why, judged
from workflows.system.absences.events import AbsenceEnded, AbsenceStarted, DelegationEnded
from workflows.system.absences.state import Absence
from workflows.workflow import Occurred, unmet


def _started(state: Absence | None, past: Past, now: Occurred, event: AbsenceStarted) -> Why:
    return unmet(
        (state is None, "it had started before"),
        (event.id == now.subject, "it names another absence"),
        (event.person == now.actor.id, "someone else said that they are away"),
        (not now.actor.is_machine and not now.actor.is_daypass, "no person said so"),
        (event.until > now.at, "it was over when it began"),
        (event.delegate != event.person, "they decide for themselves"),
        ((event.delegate is None) == (not event.groups), "its groups aren't those of a delegate"),
        (
            event.earlier is None or (event.delegate is not None and event.earlier.at < now.at),
            "its delegate can't have been asked before",
        ),
    )


def _delegation_ended(state: Absence, past: Past, now: Occurred, event: DelegationEnded) -> Why:
    return unmet(
        (state.status == "away", "it was over"),
        (state.delegate is not None, "nobody was deciding for them"),
        (now.actor.is_daypass, "someone else than Daypass found it"),
    )


def _ended(state: Absence, past: Past, now: Occurred, event: AbsenceEnded) -> Why:
    return unmet(
        (state.status == "away", "it was over"),
        (event.by == now.actor.id, "someone else ended it"),
        ((event.how == "returned") != now.actor.is_daypass, "it wasn't ended by who ends it so"),
        (event.how != "expired" or now.at >= state.until, "its time was not over yet"),
    )


JUDGES: Judges = {AbsenceStarted: _started, DelegationEnded: _delegation_ended, AbsenceEnded: _ended}
impossible = judged(AbsenceStarted, JUDGES, "nobody had said that they are away")
