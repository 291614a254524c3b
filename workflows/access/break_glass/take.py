"""Taking access without approval: requested, taken and granted at once, or refused."""

from dataclasses import replace
from datetime import datetime, timedelta

from workflows.access import decide_request
from workflows.access.break_glass import refusals
from workflows.access.break_glass.commands import TakeAccess
from workflows.access.break_glass.decide import blocked, problems, taken
from workflows.access.commands import RequestAccess
from workflows.access.events import Granted, Requested
from workflows.access.evolve import evolve
from workflows.access.refusals import not_allowed
from workflows.policy.evaluation.assess import Ask, Assessment, assess
from workflows.workflow import Actor, Decision, NoChange, Refused, World


def take(command: TakeAccess, actor: Actor, world: World, now: datetime) -> Decision:
    """The request with its grant, unless something other than the quorum stands against it."""
    if actor.is_machine or actor.is_daypass:
        return refusals.PEOPLE_ONLY
    asked = RequestAccess(
        command.subject, command.entitlement, command.seconds, command.justification, command.ticket
    )
    seen = as_taken(_assessed(asked, actor, world, now), world)
    if seen.problems or seen.terms is None or seen.terms.break_glass is None:
        return not_allowed(seen)
    if refusal := blocked(command.before, seen.terms.break_glass, now):
        return refusal
    decision = decide_request.request(asked, actor, world, now, seen)
    if isinstance(decision, Refused | NoChange):
        return decision
    requested = decision[0]
    assert isinstance(requested, Requested)
    return (
        requested,
        taken(evolve(None, requested), command.before, world.directory, now),
        Granted(starts_at=now, ends_at=now + timedelta(seconds=command.seconds)),
    )


def as_taken(seen: Assessment, world: World) -> Assessment:
    """The assessment of a request, as one of taking the same without approval."""
    return replace(seen, problems=problems(seen, world.directory))


def _assessed(asked: RequestAccess, actor: Actor, world: World, now: datetime) -> Assessment:
    ask = Ask(actor.id, asked.entitlement, asked.seconds, asked.justification, asked.ticket or "")
    return assess(world.bundle, world.directory, ask, now)
