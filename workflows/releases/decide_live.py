"""Going live and after: what was moved, what the checks say, rolled back, restored."""

from datetime import datetime

from workflows.approval.approvers import deciders
from workflows.releases import refusals
from workflows.releases.attestation.statement import attests
from workflows.releases.commands import (
    ReportArtifact,
    ReportAttested,
    ReportChecked,
    ReportIncident,
    ReportLive,
    ReportMoved,
    ReportMoveWaits,
    ReportNotMoved,
    ReportReplaced,
    ReportSwapped,
    RollBack,
)
from workflows.releases.events import (
    ArtifactChanged,
    ArtifactConfirmed,
    ArtifactUnread,
    Attested,
    CheckFailed,
    CheckPassed,
    CheckStarted,
    Drifted,
    DriftOver,
    IncidentDeclared,
    MoveStopped,
    MoveWaits,
    Moving,
    NotMoved,
    Replaced,
    Restored,
    RolledBack,
    Superseded,
    WentLive,
)
from workflows.releases.gates import evaluate_gates
from workflows.releases.gates.gate import all_passed
from workflows.releases.state import Release
from workflows.releases.views import authors
from workflows.workflow import Actor, Decision, NoChange, Refused, World, derived


def moved(state: Release, command: ReportMoved, now: datetime) -> Decision:
    """Read back and so: the release is live, taken back, or restored."""
    if state.move is None or state.move.to != command.to:
        return NoChange()
    match state.move.why:
        case "release":
            return (WentLive(at=now, to=command.to),)
        case "rollback":
            return (RolledBack(at=now, to=command.to),)
        case "restore":
            return (Restored(at=now, to=command.to),)


def not_moved(state: Release, command: ReportNotMoved, now: datetime) -> Decision:
    """Somebody else had moved it in between, so nothing was touched."""
    if state.move is None:
        return NoChange()
    not_moved = NotMoved(found=command.found)
    if state.move.why == "release":
        return (not_moved, Superseded(at=now, live=command.found))
    return (not_moved, Drifted(found=command.found))


def move_waits(state: Release, command: ReportMoveWaits) -> Decision:
    """It can't be moved yet; each reason is an event once."""
    if state.move is None or state.move.trouble == command.reason:
        return NoChange()
    return (MoveWaits(reason=command.reason),)


def swapped(state: Release, command: ReportSwapped) -> Decision:
    """What was to be live again isn't what was approved; the release is what it was before."""
    if state.move is None or state.move.to != command.version:
        return NoChange()
    approved = state.digest_of_version(command.version)
    return (MoveStopped(version=command.version, approved=approved, found=command.digest),)


def roll_back(state: Release, command: RollBack, actor: Actor, world: World, now: datetime) -> Decision:
    """Back to the version before, or an earlier one, by whom the policy in force lets."""
    if refusal := _not_theirs(state, actor, world, rolled_back_by(state, world)):
        return refusal
    if not state.terms.target.moves_back:
        return refusals.ONLY_FORWARD
    if state.status in ("rolling back", "rolled back"):
        return NoChange()
    if state.status not in ("live", "evaluated"):
        return refusals.not_live(state.status)
    if state.move is not None:
        return refusals.RESTORING
    to = command.to or state.replaces
    if to not in state.ways_back:
        return refusals.not_earlier(to)
    expected = state.found if state.drifted else state.version
    return (Moving(why="rollback", expected=expected, to=to, by=actor.id, at=now, reason=command.reason),)


def rolled_back_by(state: Release, world: World) -> tuple[str, ...]:
    """The groups that alone may roll it back, by the policy in force; empty if its approvers and authors may."""
    return world.bundle.services.get(state.terms.service, state.terms).rolled_back_by


def restore(state: Release, actor: Actor, world: World, now: datetime) -> Decision:
    """What was approved is made live again."""
    if refusal := _not_theirs(state, actor, world):
        return refusal
    if not state.terms.target.moves_back:
        return refusals.ONLY_FORWARD
    if not state.drifted or state.move is not None:
        return NoChange()
    to = state.ought_to_be_live
    return (Moving(why="restore", expected=state.found, to=to, by=actor.id, at=now),)


def _not_theirs(state: Release, actor: Actor, world: World, groups: tuple[str, ...] = ()) -> Refused | None:
    """The refusal of whoever is neither an approver nor an author, or with `groups` of who is in none of them."""
    directory = world.directory
    if groups:
        theirs = actor.is_daypass or actor.id in directory.all_members_of(groups)
        return None if theirs else refusals.not_rolled_back_by(groups)
    if actor.is_daypass or actor.id in deciders(state, directory) | authors(state, directory):
        return None
    return refusals.NOT_CONCERNED


def check_again(state: Release, actor: Actor, world: World) -> Decision:
    """The checks afterwards, once more."""
    if refusal := _not_theirs(state, actor, world):
        return refusal
    if state.status not in ("live", "evaluated") or state.checking or state.terms.checks is None:
        return NoChange()
    return (CheckStarted(),)


def checked(state: Release, command: ReportChecked, world: World, now: datetime) -> Decision:
    """What the checks afterwards say."""
    if not state.checking or state.terms.checks is None:
        return NoChange()
    results = evaluate_gates(state.terms.checks.gates, state.terms.freezes, command.evidence, now)
    if all_passed(results):
        return (CheckPassed(evidence=command.evidence, results=results, at=now),)
    failed = CheckFailed(evidence=command.evidence, results=results, at=now)
    return (_declaring(state, failed, world, now),)


def _declaring(state: Release, failed: CheckFailed, world: World, now: datetime) -> CheckFailed:
    """A release declares one incident, ever."""
    rules, service = world.bundle.incidents, state.terms.service
    if rules is None or not rules.failed_check or state.incident is not None:
        return failed
    books = (name for name, one in sorted(world.bundle.playbooks.items()) if service in one.services)
    declares = {
        "incident": derived("inc", now, state.id, "check"),
        "severity": rules.failed_check,
        "playbook": next(books, None),
    }
    return failed.model_copy(update=declares)


def seen_live(state: Release, command: ReportLive) -> Decision:
    """By looking: as it ought to be, or moved by hand."""
    if state.status not in ("live", "evaluated", "rolled back") or state.move is not None:
        return NoChange()
    if command.found == state.ought_to_be_live:
        return (DriftOver(),) if state.drifted else NoChange()
    if state.drifted and command.found == state.found:
        return NoChange()
    return (Drifted(found=command.found),)


def seen_artifact(state: Release, command: ReportArtifact) -> Decision:
    """The bytes of what is live: those that were approved, others, or not to be read."""
    approved = state.digest_that_ought_to_be_live
    if state.status not in ("live", "evaluated", "rolled back") or state.move is not None or state.drifted:
        return NoChange()
    if command.version != state.ought_to_be_live or not approved:
        return NoChange()
    if command.digest is None:
        unread = ArtifactUnread(version=command.version, reason=command.reason)
        return NoChange() if state.unread else (unread,)
    if command.digest != approved:
        changed = ArtifactChanged(version=command.version, approved=approved, found=command.digest)
        return NoChange() if state.swapped == command.digest else (changed,)
    if state.compared and not state.swapped and not state.unread:
        return NoChange()
    return (ArtifactConfirmed(version=command.version, digest=approved),)


def incident_declared(state: Release, command: ReportIncident) -> Decision:
    """The incident that its failed check called for has a number."""
    if state.incident is None or state.incident_number:
        return NoChange()
    return (IncidentDeclared(number=command.number),)


def attested(state: Release, command: ReportAttested) -> Decision:
    """Its verdict is signed, once; what says anything else isn't kept."""
    if state.attestation or not attests(command.envelope, state):
        return NoChange()
    return (Attested(envelope=command.envelope),)


def replaced(state: Release, command: ReportReplaced) -> Decision:
    """A later release stands in its place; what happens to the alias now concerns that one."""
    if state.status not in ("live", "evaluated", "rolled back") or state.move is not None:
        return NoChange()
    return (Replaced(by=command.by),)
