"""Could this have happened to an emergency stop?"""

from workflows.audit.possibility import Judges, Past, Why, judged
from workflows.system.stops.events import (
    Confirmed,
    Found,
    GrantEnded,
    GrantLeftToExpire,
    GrantNotEnded,
    Lifted,
    Pressed,
    RequestClosed,
    SessionsEnded,
)
from workflows.system.stops.state import Stop
from workflows.workflow import Occurred, unmet


def _pressed(state: Stop | None, past: Past, now: Occurred, event: Pressed) -> Why:
    return unmet(
        (state is None, "it had been pressed before"),
        (event.id == now.subject, "it names another stop"),
        (event.by == now.actor.id, "someone else pressed it"),
        ((event.person is None) != (event.target is None), "it isn't for exactly one thing"),
        ((event.person is None) == (not event.accounts), "its accounts aren't the person's"),
        (event.until > now.at, "it was over when it began"),
        (bool(event.reason) or "reason" in now.erased, "it has no reason"),
    )


def _found(state: Stop, past: Past, now: Occurred, event: Found) -> Why:
    return _reported(state, now) or unmet(
        (all(state.ending(one) is None for one in event.requests), "it had found the same before"),
    )


def _sessions(state: Stop, past: Past, now: Occurred, event: SessionsEnded) -> Why:
    return _reported(state, now) or unmet((state.aim.person is not None, "it is for no person"))


def _of_one(
    state: Stop,
    past: Past,
    now: Occurred,
    event: RequestClosed | GrantEnded | GrantLeftToExpire | GrantNotEnded,
) -> Why:
    ending = state.ending(event.request)
    return _reported(state, now) or unmet(
        (ending is not None, "it had not found this request"),
        (ending is not None and ending.outcome == "stopping", "this request had ended"),
    )


def _confirmed(state: Stop, past: Past, now: Occurred, event: Confirmed) -> Why:
    return _reported(state, now) or unmet(
        (not state.count("stopping"), "not every end was confirmed"),
        (
            (event.ended, event.closed) == (state.count("ended"), state.count("closed")),
            "it counts other ends than were confirmed",
        ),
    )


def _lifted(state: Stop, past: Past, now: Occurred, event: Lifted) -> Why:
    return unmet(
        (state.refuses, "it had been lifted before"),
        (event.by == now.actor.id, "someone else lifted it"),
        (event.how != "expired" or now.at >= state.until, "its time was not over yet"),
        (event.how != "lifted" or event.by not in state.aim.accounts, "whoever was stopped lifted it"),
    )


def _reported(state: Stop, now: Occurred) -> Why:
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass reported it"),
        (state.confirmed_at is None, "every end had been confirmed"),
    )


JUDGES: Judges = {
    Pressed: _pressed,
    Found: _found,
    SessionsEnded: _sessions,
    RequestClosed: _of_one,
    GrantEnded: _of_one,
    GrantLeftToExpire: _of_one,
    GrantNotEnded: _of_one,
    Confirmed: _confirmed,
    Lifted: _lifted,
}
impossible = judged(Pressed, JUDGES, "nobody had pressed it")
