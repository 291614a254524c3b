"""Could this have happened to someone's reminders?"""

from workflows.audit.possibility import Judges, Past, Why, judged
from workflows.system.reminders.due import NOBODY_TOLD, untold
from workflows.system.reminders.events import ReminderSent
from workflows.system.reminders.state import Reminders, reminders_of
from workflows.workflow import Occurred, unmet


def _sent(state: Reminders | None, past: Past, now: Occurred, event: ReminderSent) -> Why:
    told = state.told if state else NOBODY_TOLD
    last = state.digest_at if state else None
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass sent it"),
        (reminders_of(event.person) == now.subject, "it names another person"),
        (bool(event.of), "it reminded of nothing"),
        (untold(event.of, told) == event.of, "they had been reminded of it"),
        (event.digest is None or event.digest <= now.at, "its digest was not due yet"),
        (event.digest is None or last is None or last < event.digest, "that digest had been sent"),
    )


JUDGES: Judges = {ReminderSent: _sent}
impossible = judged(ReminderSent, JUDGES, "they had never been reminded")
