"""Deciding about kits: whether one can be requested as it is, and what ends with what was denied."""

from dataclasses import replace
from datetime import datetime

from workflows.access import refusals, separation
from workflows.access.commands import RequestAccess
from workflows.access.events import Withdrawn
from workflows.access.kits.commands import AskedKit, CloseWithKit, KitCommand
from workflows.access.kits.events import KitEntitlementRefused
from workflows.access.kits.state import KitMember, RequestedKit, member_id
from workflows.access.scheduling import judged_at, start_refusal
from workflows.access.signals.history import History, Unread
from workflows.access.state import Access
from workflows.policy.evaluation.assess import Ask, assess
from workflows.workflow import Actor, Decision, NoChange, Refused, World


def requested_kit(command: RequestAccess, world: World) -> RequestedKit | None:
    """The kit as the request keeps it."""
    asked = command.kit
    if asked is None:
        return None
    first = asked.first or command.subject
    rest = asked.members[1:]
    members = [KitMember(request=first, entitlement=asked.members[0][0], seconds=asked.members[0][1])]
    members += [
        KitMember(request=member_id(first, entitlement), entitlement=entitlement, seconds=seconds)
        for entitlement, seconds in rest
    ]
    title = world.bundle.kits[asked.name].title
    return RequestedKit(name=asked.name, title=title, members=tuple(members))


def kit_refusal(command: RequestAccess, requester: str, world: World, now: datetime) -> Refused | None:
    """Why the kit can't be requested; None if it can.

    The first request is made only if no rule refuses any of the others as things stand.
    """
    asked = command.kit
    if asked is None:
        return None
    kit = world.bundle.kits.get(asked.name)
    if kit is None:
        return refusals.unknown_kit(asked.name)
    chosen = [entitlement for entitlement, _ in asked.members]
    if not chosen or len(set(chosen)) < len(chosen) or not set(chosen) <= set(kit.entitlements):
        return refusals.not_in_kit(kit.title)
    if not _is_member(command, asked):
        return refusals.NOT_IN_KIT
    if command.until_run:
        return refusals.KIT_UNTIL_RUN
    if asked.first is not None:
        return None
    others = (_member(command, asked, *one, world) for one in asked.members[1:])
    return next(filter(None, (_refused(one, requester, world, now) for one in others)), None)


def _is_member(command: RequestAccess, asked: AskedKit) -> bool:
    """Whether this request is the one that the kit has for its entitlement."""
    place = (command.entitlement, command.seconds)
    if asked.first is None:
        return place == asked.members[0]
    return place in asked.members[1:] and command.subject == member_id(asked.first, command.entitlement)


def _member(
    command: RequestAccess, asked: AskedKit, entitlement: str, seconds: int, world: World
) -> RequestAccess:
    """The same for one of the others, with the ticket as it is where its rule looks."""
    known = world.bundle.entitlements.get(entitlement)
    found = asked.tickets.get(known.rule.ticket.source or "") if known else None
    return replace(command, entitlement=entitlement, seconds=seconds, ticket_found=found)


def _refused(member: RequestAccess, requester: str, world: World, now: datetime) -> Refused | None:
    """What the rules say against one of the others, with its title in front."""
    ask = Ask(
        requester,
        member.entitlement,
        member.seconds,
        member.justification,
        member.ticket or "",
        ticket_found=member.ticket_found,
    )
    seen = assess(world.bundle, world.directory, ask, judged_at(member.starts_at, now))
    refusal = refusals.not_allowed(seen) if seen.problems else None
    if refusal is None and seen.terms:
        refusal = start_refusal(member.starts_at, member.extends, seen.terms.ahead, now)
    refusal = refusal or separation.refused_request(member, requester, world, now)
    title = seen.terms.title if seen.terms else member.entitlement
    return refusals.of_kit_member(refusal, title) if refusal else None


def without_kit(history: History | Unread | None, command: RequestAccess) -> History | Unread | None:
    """The requester's history without the requests of this kit: together they are one."""
    if command.kit is None or not isinstance(history, History):
        return history
    return history.without(command.kit.first or command.subject)


def decide_kit(state: Access, command: KitCommand, actor: Actor, now: datetime) -> Decision:
    """What is said of a kit to one of its requests, by Daypass alone."""
    if not actor.is_daypass or state.kit is None:
        return refusals.NOT_YOURS_TO_CLOSE
    if isinstance(command, CloseWithKit):
        if state.status != "pending":
            return NoChange()
        return (Withdrawn(at=now, why=refusals.closed_with_kit(state.kit.title, command.denied)),)
    known = {one.entitlement for one in state.kit_refused}
    others = {one.entitlement for one in state.kit.members[1:]}
    if state.id != state.kit.first or command.entitlement not in others - known:
        return NoChange()
    return (KitEntitlementRefused(entitlement=command.entitlement, code=command.code),)
