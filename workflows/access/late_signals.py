"""What is unusual about a request only once it has been made: a delegate who was asked meanwhile, and is new.

Looked at as soon as someone is away, so that cards say it, and at each approval that a delegate gives, so that none slips
by. A rule that asks for another stage because of it has it from then on.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from workflows.access.signals import Signals, impossible_signals, seen_later
from workflows.access.signals.delegations import delegations_in_stages
from workflows.access.signals.history import Asked, Delegation
from workflows.access.signals.kind import Inputs, number
from workflows.access.signals.new_delegate import NEW_DELEGATE, delegations_in, is_new
from workflows.access.state import Access
from workflows.approval.approvers import still_needed
from workflows.audit.possibility import Claim, Judges, Past, Why
from workflows.ports import Directory
from workflows.system.absences.claims import absence_after, delegation_claims
from workflows.workflow import Actor, Event, Occurred, unmet


class SignalsRaised(Event):
    """Something unusual was found after the request was made; `signals` are all that are known by now."""

    action = "signals-raised"
    signals: Signals
    at: datetime


def signals_at_approval(
    state: Access, actor: Actor, directory: Directory, now: datetime
) -> tuple[SignalsRaised, ...]:
    """What an approval that this person gives as a delegate shows."""
    return _look(state, {actor.id}, directory, now)


def signals_by_now(state: Access, directory: Directory, now: datetime) -> tuple[SignalsRaised, ...]:
    """What is to be said of delegates whose verdict would bring the request forward."""
    if not any(one.delegate for one in directory.away.values()):
        return ()
    needed = frozenset[str]().union(*still_needed(state, directory).values())
    return _look(state, needed, directory, now)


def _look(
    state: Access, people: Collection[str], directory: Directory, now: datetime
) -> tuple[SignalsRaised, ...]:
    if state.status != "pending" or not directory.away:
        return ()
    found = delegations_in_stages(
        state.terms.stages, state.requester, directory, state.excluded(directory), state.escalated
    )
    theirs = tuple(one for one in found if one.delegate in people)
    asked = Asked(state.requester, state.terms.entitlement, state.terms.resource, now, theirs)
    signals = seen_later(state.signals, asked)
    return (SignalsRaised(signals=signals, at=now),) if signals else ()


def _raised(state: Access, past: Past, now: Occurred, event: SignalsRaised) -> Why:
    before = state.signals or Signals()
    kept = event.signals.model_copy(
        update={
            "raised": tuple(one for one in event.signals.raised if one != NEW_DELEGATE.name),
            "inputs": {name: one for name, one in event.signals.inputs.items() if name != NEW_DELEGATE.name},
        }
    )
    earlier = {name: one for name, one in before.inputs.items() if name != NEW_DELEGATE.name}
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (NEW_DELEGATE.name not in before.raised, "it was known before"),
        (NEW_DELEGATE.name in event.signals.raised, "it raises nothing"),
        (kept == before.model_copy(update={"inputs": earlier}), "it changes what was known before"),
        (not impossible_signals(event.signals), "its signals aren't those of what it recorded"),
    )


JUDGES: Judges = {SignalsRaised: _raised}


def claims(state: Access | None, now: Occurred) -> Iterator[Claim]:
    """What its events say of absences: by which a delegate decided, and which delegates were new."""
    yield from delegation_claims(state, now)
    event: Any = now.event
    for one in _delegations(getattr(event, "signals", None)):
        yield Claim(str(one["absence"]), partial(_refuted, one, now))
    if state and getattr(event, "verdict", "") == "approve" and not _raised_in(state.signals):
        for by in event.delegated_by:
            given = Asked(state.requester, "", "", now.at)
            yield Claim(by.absence, partial(_unsaid, event.reviewer, given))


def _delegations(signals: Signals | None) -> list[Inputs]:
    inputs = signals.inputs.get(NEW_DELEGATE.name) if signals else None
    return delegations_in(inputs) if inputs else []


def _raised_in(signals: Signals | None) -> bool:
    return signals is not None and NEW_DELEGATE.name in signals.raised


def _refuted(told: Inputs, now: Occurred, past: Past) -> Why:
    absence = absence_after(past)
    since = (now.at - absence.since).total_seconds() if absence else 0
    return unmet(
        (
            absence is not None and absence.asked == told["delegate"],
            "its signals name a delegate whom nobody had asked by then",
        ),
        (
            number(told, "seconds") == max(0, int(since)),
            "its signals give another time for which the delegate had been asked",
        ),
    )


def _unsaid(reviewer: str, given: Asked, past: Past) -> Why:
    absence = absence_after(past)
    if absence is None:
        return None
    new = is_new(Delegation(reviewer, absence.owner, absence.id, absence.since), given)
    return "a new delegate approved it, and its signals don't say so" if new else None
