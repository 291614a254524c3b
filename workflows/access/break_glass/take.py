"""Taking access without approval: requested, taken and granted at once, or refused."""

from datetime import datetime, timedelta

from workflows.access import decide_request
from workflows.access.break_glass import refusals
from workflows.access.break_glass.commands import TakeAccess
from workflows.access.break_glass.decide import blocked, taken
from workflows.access.commands import RequestAccess
from workflows.access.events import Granted, Requested
from workflows.access.evolve import evolve
from workflows.policy.evaluation.break_glass import as_taken
from workflows.workflow import Actor, Decision, World


def take(command: TakeAccess, actor: Actor, world: World, now: datetime) -> Decision:
    """The request with its grant, unless something other than the quorum stands against it."""
    if actor.is_machine or actor.is_daypass:
        return refusals.PEOPLE_ONLY
    asked = RequestAccess(
        command.subject,
        command.entitlement,
        command.seconds,
        command.justification,
        command.ticket,
        history=command.history,
        ticket_found=command.ticket_found,
        inputs=command.inputs,
    )
    decision = decide_request.request(asked, actor, world, now, lambda seen: as_taken(seen, world.directory))
    if not isinstance(decision, tuple):
        return decision
    requested = decision[0]
    assert isinstance(requested, Requested)
    rule = requested.terms.break_glass
    assert rule is not None, "what nobody may take is refused before"
    if refusal := blocked(command.before, rule, now):
        return refusal
    return (
        requested,
        taken(evolve(None, requested), command.before, world.directory, now),
        Granted(starts_at=now, ends_at=now + timedelta(seconds=command.seconds)),
    )
