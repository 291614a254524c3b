"""What each event makes of an incident, and which effects it calls for."""

from typing import Any, assert_never

from workflows.incidents.actions import has_effect
from workflows.incidents.channel_lines import lines
from workflows.incidents.events import (
    Absorbed,
    AccessAsked,
    AccessEnding,
    Cancelled,
    Declared,
    FollowUpAdded,
    FollowUpDone,
    FoundAlike,
    IncidentEvent,
    Invited,
    Mitigated,
    Noted,
    Pinned,
    PlaybookEvent,
    Reopened,
    Resolved,
    Reviewed,
    RoleDeclined,
    RoleEvent,
    RoleOffered,
    RoleTaken,
    RoleVacated,
    RoomOpened,
    RoomWaits,
    SeverityChanged,
    StepEscalated,
    StepOverdue,
    StepStarted,
)
from workflows.incidents.evolve_playbook import with_playbook
from workflows.incidents.narrative import replies
from workflows.incidents.pagers.events import PageEvent
from workflows.incidents.pagers.evolve import page_effects, pages, with_page
from workflows.incidents.state import KIND, FollowUp, Handover, Incident
from workflows.ledger.numbering import number_key
from workflows.policy.terms.incidents import COMMANDER
from workflows.workflow import TELLING, Effect, draw, tell

LOOKED_AT_LATER = 0.3
"""Seconds until others like it are looked for: its channel comes first."""


def evolve(state: Incident | None, event: IncidentEvent) -> Incident:
    """The state after the event."""
    if isinstance(event, Declared):
        return _declared(event)
    assert state is not None, f"{event.action} before declared"
    if isinstance(event, RoleEvent):
        return _with_roles(state, event)
    if isinstance(event, PlaybookEvent):
        return with_playbook(state, event)
    if isinstance(event, PageEvent):
        return with_page(state, event)
    match event:
        case RoomOpened(channel=channel):
            return _with(state, channel=channel, room_trouble=None)
        case RoomWaits(reason=reason):
            return _with(state, room_trouble=reason)
        case Invited():
            uninvited = {**state.uninvited, **dict(event.refused)}
            return _with(
                state, invited=(*state.invited, *event.people), uninvited=uninvited, room_trouble=None
            )
        case SeverityChanged(severity=severity):
            return _with(state, severity=severity)
        case Mitigated(at=at):
            return _with(state, status="mitigated", mitigated_at=state.mitigated_at or at)
        case Resolved(summary=summary, at=at):
            return _with(
                state, status="resolved", resolved_at=at, summary=summary, offers=(), rounds=state.rounds + 1
            )
        case Reopened(reason=reason):
            return _with(
                state, status="open", resolved_at=None, closed_at=None, merged_into=None, reason=reason
            )
        case Cancelled(reason=reason, at=at, merged_into=other):
            return _with(state, status="cancelled", closed_at=at, reason=reason, merged_into=other, offers=())
        case Reviewed(at=at):
            return _with(state, status="reviewed", closed_at=at)
        case Noted():
            return _with(state, notes=state.notes + 1)
        case Pinned(ts=ts):
            return _with(state, pins=(*state.pins, ts))
        case FollowUpAdded():
            added = FollowUp(id=event.id, what=event.what, owner=event.owner, due=event.due)
            return _with(state, follow_ups=(*state.follow_ups, added))
        case FollowUpDone(id=id):
            done = (
                one.model_copy(update={"done": True}) if one.id == id else one for one in state.follow_ups
            )
            return _with(state, follow_ups=tuple(done))
        case FoundAlike(others=others):
            return _with(state, alike=(*state.alike, *others), numbers={**state.numbers, **others})
        case Absorbed(other=other, number=number):
            return _with(state, merged=(*state.merged, other), numbers={**state.numbers, other: number})
        case _:
            assert_never(event)


def _with_roles(state: Incident, event: RoleEvent) -> Incident:
    match event:
        case RoleTaken():
            return _taken(state, event)
        case RoleOffered():
            return _offered(state, event)
        case RoleDeclined(role=role):
            return _with(state, offers=_other_offers(state, role))
        case RoleVacated(role=role):
            return _with(state, holders={one: who for one, who in state.holders.items() if one != role})
        case _:
            assert_never(event)


def effects(state: Incident, event: IncidentEvent) -> tuple[Effect, ...]:
    """What the event calls for, given the state after it."""
    return (*_own_effects(state, event), *replies(state, event), *lines(state, event))


def _own_effects(state: Incident, event: IncidentEvent) -> tuple[Effect, ...]:
    cards = draw(state.id)
    if isinstance(event, PageEvent):
        return page_effects(state, event)
    match event:
        case Declared():
            return (
                _room(state, at_once=True),
                _links(state, "look-alike", delay=LOOKED_AT_LATER),
                *pages(state),
            )
        case RoomWaits() | Invited():
            return (cards,)
        case RoomOpened():
            return ()  # whoever opened it fills it
        case SeverityChanged():
            return (_room(state), cards, *pages(state))
        case RoleTaken() | RoleVacated() | Mitigated() | Reopened():
            return (_room(state), cards)
        case RoleOffered(to=to):
            return (_room(state), cards, tell(state.id, to, state.offers[-1].note))
        case Resolved():
            return (_room(state), cards, Effect("review", lock=f"{state.id}/review", priority=TELLING))
        case Cancelled(merged_into=other):
            merged = (_links(state, "merged", other=other),) if other else ()
            return (_room(state), cards, *merged)
        case StepStarted():
            return (*_acts(state, event), cards)
        case AccessAsked():
            payload = event.model_dump(mode="json")
            return (Effect("ask", lock=f"{state.id}/{event.access}", payload=payload, priority=1), cards)
        case AccessEnding():
            payload = {"access": event.access, "reason": event.reason}
            return (
                Effect("take-back", lock=f"{state.id}/{event.access}", payload=payload, priority=0),
                cards,
            )
        case Pinned(ts=ts):
            return (Effect("read-pinned", lock=f"{state.id}/pins", payload={"ts": ts}, priority=TELLING),)
        case StepOverdue(owner=owner):
            person = owner or state.holders.get(COMMANDER) or state.owner
            return (cards, tell(state.id, person, "step-overdue"))
        case StepEscalated():
            return (cards, _room(state))
        case FollowUpAdded(owner=owner):
            return (cards, tell(state.id, owner, "follow-up-added"))
        case _:
            return (cards,)


def once(state: Incident, event: IncidentEvent) -> tuple[str, ...]:
    """Keys that the database lets stand once: one number, one run of a step, one asking, one pin."""
    match event:
        case Declared(number=int(number)):
            return (number_key(KIND, number),)
        case StepStarted(step=step, run=run):
            return (f"{state.id}/step/{step}/{run}",)
        case AccessAsked(access=access):
            return (f"{state.id}/asked/{access}",)
        case Pinned(ts=ts):
            return (f"{state.id}/pin/{ts}",)
        case _:
            return ()


def _declared(event: Declared) -> Incident:
    return Incident(
        id=event.id,
        status="open",
        owner=event.by,
        title=event.title,
        severity=event.severity,
        service=event.service,
        private=event.private,
        drill=event.drill,
        terms=event.terms,
        declared_at=event.at,
        ordinal=event.number,
        release=event.release,
        called=event.called,
    )


def _with(state: Incident, **changes: Any) -> Incident:
    return state.model_copy(update=changes)


def _taken(state: Incident, event: RoleTaken) -> Incident:
    first = event.role == COMMANDER and state.acknowledged_at is None
    return _with(
        state,
        holders={**state.holders, event.role: event.person},
        offers=_other_offers(state, event.role),
        acknowledged_at=event.at if first else state.acknowledged_at,
    )


def _offered(state: Incident, event: RoleOffered) -> Incident:
    number = state.offered + 1
    offer = Handover(role=event.role, to=event.to, by=event.by, brief=event.brief, at=event.at, number=number)
    return _with(state, offers=(*_other_offers(state, event.role), offer), offered=number)


def _other_offers(state: Incident, role: str) -> tuple[Handover, ...]:
    return tuple(one for one in state.offers if one.role != role)


def _room(state: Incident, at_once: bool = False) -> Effect:
    """Bring the channel, its topic and its people up to what the incident says."""
    dedup_key = None if at_once else f"{state.id}/room"
    return Effect("room", lock=f"{state.id}/room", dedup_key=dedup_key, priority=2, at_once=at_once)


def _links(state: Incident, kind: str, delay: float = 0.0, **payload: str) -> Effect:
    return Effect(kind, lock=f"{state.id}/links", payload=payload, priority=3, delay=delay)


def _acts(state: Incident, event: StepStarted) -> tuple[Effect, ...]:
    terms = state.step_terms(event.step)
    action = terms.action if terms else None
    if action is None or not has_effect(action.kind, state.drill):
        return ()
    payload = {"step": event.step, "run": event.run, "at": event.at.isoformat(), **action.model_dump()}
    lock = f"{state.id}/step/{event.step}"
    return (Effect("act", lock=lock, payload=payload, priority=1),)
