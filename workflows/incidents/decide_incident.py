"""Declaring and running: an incident declared, its state and severity, notes and follow-ups, its end."""

from datetime import datetime

from workflows.incidents import refusals
from workflows.incidents.commands import (
    AddFollowUp,
    AddNote,
    Cancel,
    ChangeSeverity,
    DeclareIncident,
    FinishFollowUp,
    MergeInto,
    PinMessage,
    Reopen,
    ReportAlike,
    ReportInvited,
    ReportMerged,
    ReportPinned,
    ReportRoom,
    ReportRoomTrouble,
    Resolve,
)
from workflows.incidents.decide_playbook import closing, started
from workflows.incidents.events import (
    Absorbed,
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
    Reopened,
    Resolved,
    Reviewed,
    RoomOpened,
    RoomWaits,
    SeverityChanged,
    Thawed,
)
from workflows.incidents.evolve import evolve
from workflows.incidents.state import OPEN, Incident
from workflows.incidents.views import can_declare, members, runs, sees
from workflows.policy.evaluation.assess import PEOPLE_RECORDED
from workflows.text import is_text
from workflows.workflow import Actor, Decision, NoChange, Refused, World

MAX_TEXT_CHARS = 3_000


def declare(command: DeclareIncident, actor: Actor, world: World, now: datetime) -> Decision:
    """A new incident: taken, or refused with what is wrong in each field."""
    terms, title = world.bundle.incidents, " ".join(command.title.split())
    if terms is None:
        return refusals.NO_RULES
    if not actor.is_daypass and not can_declare(terms.declare, world.directory, actor.id):
        return refusals.CANT_DECLARE
    if not is_text(title) or not 3 <= len(title) <= refusals.MAX_TITLE_CHARS:
        return refusals.no_title()
    if terms.severity(command.severity) is None:
        return refusals.no_severity(command.severity, [one.name for one in terms.severities])
    if command.service is not None and command.service not in world.bundle.services:
        return refusals.no_service(command.service)
    playbook = world.bundle.playbooks.get(command.playbook or "")
    if command.playbook and playbook is None:
        return refusals.no_playbook(command.playbook)
    declared = Declared(
        id=command.subject,
        number=command.number,
        by=actor.id,
        title=title,
        severity=command.severity,
        service=command.service,
        private=command.private,
        drill=command.drill,
        release=command.release,
        called=command.called,
        terms=terms,
        at=now,
    )
    theirs = sorted(members(evolve(None, declared), world.directory))
    declared = declared.model_copy(update={"members": tuple(theirs[:PEOPLE_RECORDED])})
    return (declared, *started(playbook, now)) if playbook else (declared,)


def change_severity(state: Incident, command: ChangeSeverity, actor: Actor) -> Decision:
    if refusal := _unless_running(state, actor, OPEN):
        return refusal
    if state.terms.severity(command.severity) is None:
        return refusals.no_severity(command.severity, [one.name for one in state.terms.severities])
    if command.severity == state.severity:
        return NoChange()
    return (SeverityChanged(before=state.severity, severity=command.severity),)


def mitigate(state: Incident, actor: Actor, now: datetime) -> Decision:
    """The harm has stopped; the cause may still be there."""
    if state.status == "mitigated":
        return NoChange()
    return _unless_running(state, actor, OPEN) or (Mitigated(at=now),)


def resolve(state: Incident, command: Resolve, actor: Actor, now: datetime) -> Decision:
    """It is over: all access given for it ends, and the releases that it stopped may go on."""
    if state.status == "resolved":
        return NoChange()
    if refusal := _unless_running(state, actor, OPEN):
        return refusal
    summary = Resolved(summary=command.summary[:MAX_TEXT_CHARS], at=now)
    return (summary, *closing(state, "resolved"), *_thawed(state))


def reopen(state: Incident, command: Reopen, actor: Actor, now: datetime) -> Decision:
    if state.status in OPEN:
        return NoChange()
    merged = actor.is_daypass and state.merged_into is not None
    if refusal := _unless_running(state, actor, ("resolved", "cancelled") if merged else ("resolved",)):
        return refusal
    return (Reopened(reason=command.reason[:MAX_TEXT_CHARS], at=now),)


def cancel(state: Incident, command: Cancel, actor: Actor, now: datetime) -> Decision:
    """It wasn't one."""
    if state.status == "cancelled":
        return NoChange()
    if refusal := _unless_running(state, actor, OPEN):
        return refusal
    return _cancelled(state, command.reason[:MAX_TEXT_CHARS], now)


def merge(state: Incident, command: MergeInto, actor: Actor, now: datetime) -> Decision:
    """It is the same as another; what is done from now on is done there."""
    if state.merged_into == command.other:
        return NoChange()
    if refusal := _unless_running(state, actor, OPEN):
        return refusal
    if command.other not in state.alike or command.other == state.id:
        return refusals.NOT_DUPLICATE
    if command.other in state.merged:
        return refusals.MERGED_HERE
    return _cancelled(state, "Duplicate of another incident.", now, command.other)


def close_review(state: Incident, actor: Actor, now: datetime) -> Decision:
    if state.status == "reviewed":
        return NoChange()
    return _unless_running(state, actor, ("resolved",)) or (Reviewed(at=now),)


def add_note(state: Incident, command: AddNote, actor: Actor) -> Decision:
    """Anybody who sees it may add to its timeline."""
    words = command.text.strip()
    if not words:
        return refusals.EMPTY_NOTE
    return _too_many(state) or (Noted(text=words[:MAX_TEXT_CHARS], author=actor.id),)


def pin(state: Incident, command: PinMessage) -> Decision:
    if command.ts in state.pins:
        return NoChange()
    return _too_many(state) or (Pinned(ts=command.ts),)


def pinned(state: Incident, command: ReportPinned) -> Decision:
    return (Noted(text=command.text[:MAX_TEXT_CHARS], author=command.author, pin=command.ts),)


def _too_many(state: Incident) -> Refused | None:
    return None if state.notes < refusals.MAX_NOTES else refusals.TOO_MANY_NOTES


def add_follow_up(state: Incident, command: AddFollowUp, world: World) -> Decision:
    what = " ".join(command.what.split())
    if any(one.id == command.id for one in state.follow_ups):
        return NoChange()
    if not what or len(what) > refusals.MAX_FOLLOW_UP_CHARS:
        return refusals.NO_FOLLOW_UP
    if command.owner not in world.directory.people:
        return refusals.NO_OWNER
    if not sees(state, world.directory, command.owner):
        return refusals.OWNER_CANT_SEE
    if len(state.follow_ups) >= refusals.MAX_FOLLOW_UPS:
        return refusals.TOO_MANY_FOLLOW_UPS
    return (FollowUpAdded(id=command.id, what=what, owner=command.owner, due=command.due),)


def finish_follow_up(state: Incident, command: FinishFollowUp) -> Decision:
    found = next((one for one in state.follow_ups if one.id == command.id), None)
    if found is None:
        return refusals.UNKNOWN_FOLLOW_UP
    return NoChange() if found.done else (FollowUpDone(id=command.id),)


def room(state: Incident, command: ReportRoom) -> Decision:
    return NoChange() if state.channel else (RoomOpened(channel=command.channel),)


def room_waits(state: Incident, command: ReportRoomTrouble) -> Decision:
    """Each reason is an event once."""
    return NoChange() if state.room_trouble == command.reason else (RoomWaits(reason=command.reason),)


def invited(state: Incident, command: ReportInvited) -> Decision:
    new = tuple(one for one in command.people if one not in state.invited)
    refused = tuple(one for one in command.refused if one[0] not in state.uninvited)
    return (Invited(people=new, refused=refused),) if new or refused else NoChange()


def alike(state: Incident, command: ReportAlike) -> Decision:
    new = {id: number for id, number in command.others.items() if id not in state.alike and id != state.id}
    return (FoundAlike(others=new),) if new and state.status in OPEN else NoChange()


def absorbed(state: Incident, command: ReportMerged) -> Decision:
    """What goes on takes it in; what is over itself can't."""
    if command.other in state.merged:
        return NoChange()
    if state.status not in OPEN:
        return refusals.not_now(state.status)
    return (Absorbed(other=command.other, number=command.number),)


def _cancelled(state: Incident, reason: str, now: datetime, other: str | None = None) -> Decision:
    cancelled = Cancelled(reason=reason, at=now, merged_into=other)
    return (cancelled, *closing(state, "cancelled"), *_thawed(state))


def _thawed(state: Incident) -> tuple[IncidentEvent, ...]:
    return (Thawed(services=state.frozen),) if state.frozen else ()


def _unless_running(state: Incident, actor: Actor, statuses: tuple[str, ...]) -> Refused | None:
    if state.status not in statuses:
        return refusals.not_now(state.status)
    if not actor.is_daypass and not runs(state, actor.id):
        return refusals.NO_ROLE_HELD
    return None
