"""Checks of operations: incidents, people who leave, emergency stops, alarms, and the log itself."""

from datetime import datetime, timedelta
from itertools import pairwise

from workflows.audit.sequencer import SILENCE
from workflows.durations import spell_duration
from workflows.incidents.state import Incident
from workflows.queries.evidence.checks.check import Check, Found, Noted, in_order, noted, spell_time, subjects
from workflows.queries.evidence.history import History
from workflows.system.alarms import Alarm
from workflows.system.control_tests.state import ControlTest
from workflows.system.departures.state import Departure
from workflows.system.stops.state import Stop

_DECLARED = "incident.declared"
_UNPAGED = "incident.page-failed"
_REPORTED = "departure.reported"
_PRESSED = "stop.pressed"
_RAISED = "alarm.raised"
_RAN = ("control-test.passed", "control-test.failed", "control-test.interrupted")
MAX_GAP = SILENCE + timedelta(minutes=10)
"""Between two checkpoints while all is well: the longest silence, and some time to make up for a failed one."""


def _incidents(history: History) -> Found:
    events = history.of(_DECLARED)
    found = list(noted(history, history.of(_UNPAGED)))
    for event in events:
        one = history.state(Incident, event.subject)
        if one is None or one.status == "cancelled" or one.drill:
            continue
        if one.status == "resolved":
            sentence = f"{one.number} ({one.severity}) is resolved, but its review isn't closed."
            found.append(Noted(one.id, event.at, sentence, event.index))
        elif one.status in ("open", "mitigated"):
            found.append(
                Noted(one.id, event.at, f"{one.number} ({one.severity}) is {one.status}.", event.index)
            )
        undone = [
            task for task in one.follow_ups if not task.done and task.due and task.due < history.at.date()
        ]
        found += [
            Noted(one.id, event.at, f"{one.number}: follow-up {task.id} was due on {task.due}.", event.index)
            for task in undone
        ]
    drills = sum(bool((one := history.state(Incident, e.subject)) and one.drill) for e in events)
    return Found(subjects(events), in_order(found), (("Drills among them", str(drills)),))


def _departures(history: History) -> Found:
    events = {one.subject: one for one in history.of(_REPORTED)}
    found = [
        Noted(
            one.id,
            one.at,
            f"{len(one.people)} people left, and {_what_is_open(one)} at {spell_time(history.at)}.",
            events[one.id].index if one.id in events else None,
        )
        for one in history.all(Departure)
        if one.status in ("held", "ending") and one.at < history.judged_at
    ]
    return Found(tuple(sorted(events)), in_order(found))


def _what_is_open(departure: Departure) -> str:
    if departure.status == "held":
        return "an operator hasn't decided whether their access ends"
    return "the end of their access isn't confirmed"


def _stops(history: History) -> Found:
    events = {one.subject: one for one in history.of(_PRESSED)}
    found = [
        Noted(
            one.id,
            one.at,
            f"An emergency stop isn't confirmed at {spell_time(history.at)}: "
            f"{one.count('stopping')} of {len(one.endings)} ends are missing.",
            events[one.id].index if one.id in events else None,
        )
        for one in history.all(Stop)
        if one.confirmed_at is None and one.at < history.judged_at
    ]
    return Found(tuple(sorted(events)), in_order(found))


def _alarms(history: History) -> Found:
    events = {one.subject: one for one in history.of(_RAISED)}
    raised = [one for one in history.all(Alarm) if one.id in events or (one.raised_at < history.judged_at)]
    found = [
        Noted(one.id, one.raised_at, _alarm(one), events[one.id].index if one.id in events else None)
        for one in raised
    ]
    cleared = sum(one.status == "cleared" for one in raised)
    return Found(tuple(one.id for one in raised), in_order(found), (("Cleared by now", str(cleared)),))


def _alarm(alarm: Alarm) -> str:
    until = f"until {spell_time(alarm.cleared_at)}" if alarm.cleared_at else "not cleared yet"
    return f"{alarm.sentence} ({until})"


def _control_tests(history: History) -> Found:
    ran = history.of(*_RAN)
    found = noted(history, (one for one in ran if one.action != "control-test.passed"))
    last = {one.test: one for one in history.all(ControlTest)}
    counts = [("Runs that passed", str(sum(one.action == "control-test.passed" for one in ran)))]
    counts += [(one.title, _stands(one)) for _, one in sorted(last.items())]
    return Found(subjects(ran), in_order(found), tuple(counts))


def _stands(test: ControlTest) -> str:
    return f"last passed {spell_time(test.passed_at)}" if test.passed_at else "never passed"


def _log(history: History) -> Found:
    made = history.checkpoints
    before = (history.signed_before,) if history.signed_before else ()
    gaps = pairwise((*before, *made, *((history.judged_at,) if before or made else ())))
    found = [_gap(before, after) for before, after in gaps if after - before > MAX_GAP]
    counts = [("Signed checkpoints", str(len(made)))]
    if made:
        counts += [("First", spell_time(made[0])), ("Last", spell_time(made[-1]))]
    return Found((), in_order(found), tuple(counts))


def _gap(before: datetime, after: datetime) -> Noted:
    length = spell_duration(int((after - before).total_seconds()))
    sentence = f"No checkpoint was signed for {length}, until {spell_time(after)}."
    return Noted("log", before, sentence)


CHECKS = (
    Check(
        "incidents-reviewed",
        "Incidents are resolved and reviewed",
        "Every incident declared in the period, as it stands now; drills and cancelled ones have no exceptions. Exceptions: "
        "still open, a review that isn't closed, an overdue follow-up, a page that was given up.",
        (_DECLARED, _UNPAGED),
        _incidents,
    ),
    Check(
        "leavers-lose-access",
        "People who leave lose their access",
        "Every departure that the identity provider reported in the period, and those before whose end isn't confirmed.",
        (_REPORTED,),
        _departures,
    ),
    Check(
        "stops-confirmed",
        "Emergency stops end what they are for",
        "Every emergency stop of the period, and earlier ones that aren't confirmed.",
        (_PRESSED,),
        _stops,
    ),
    Check(
        "alarms-handled",
        "Daypass itself works as it should",
        "Every alarm that Daypass raised about itself in the period, or that was still raised from before. All are listed.",
        (_RAISED,),
        _alarms,
    ),
    Check(
        "control-tests-pass",
        "Daypass's own tests of its controls pass",
        "Every run of a control test in the period: whether a revoked credential is refused at its target, whether people's "
        "approvals of their own requests are refused, whether a sample of the log verifies and state can be rebuilt from it. "
        "Exceptions: runs that failed or couldn't be finished. A policy without control-tests.yaml has no runs.",
        _RAN,
        _control_tests,
    ),
    Check(
        "log-signed",
        "The log is signed without gaps",
        "Every checkpoint of the period. One is signed each minute if something happened, else each hour; an exception is a "
        "gap of more than 70 minutes. That the log holds every event is shown by verifying an export of all of it.",
        (),
        _log,
    ),
)
