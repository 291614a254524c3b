"""Could this have happened to a release? Told from what its events recorded, without asking anybody."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workflows.approval import (
    ApproversFound,
    ApproversMissing,
    impossible_check,
    impossible_escalation,
    recorded_quorum,
)
from workflows.releases.events import (
    ApprovalVoided,
    Approved,
    CheckFailed,
    CheckPassed,
    CheckStarted,
    Drifted,
    DriftOver,
    Escalated,
    EvidenceRead,
    EvidenceUnread,
    Lapsed,
    MoveWaits,
    Moving,
    NotMoved,
    Proposed,
    Rejected,
    Replaced,
    Restored,
    Reviewed,
    RolledBack,
    Superseded,
    TermsRevised,
    WentLive,
    Withdrawn,
)
from workflows.releases.gates import all_passed
from workflows.releases.state import OPEN, STANDING, Release, release_digest
from workflows.workflow import Event, Occurred, World, unmet

Why = str | None
Past = Sequence[Occurred]


def impossible(state: Release | None, past: Past, now: Occurred) -> Why:
    """Why this could not have happened to a release in this state, after this past; None if it could."""
    if isinstance(now.event, Proposed):
        return _proposed(state, now, now.event)
    if state is None:
        return "nobody had proposed it"
    judge = _JUDGES.get(type(now.event))
    return judge(state, past, now, now.event) if judge else None


def objection(state: Release, world: World) -> str | None:
    """Why nothing is moved for a release that its events bear out; None if it may be.

    Its terms are only what its first event claims: where a version is made live is what the bundle in force says.
    """
    now, then = world.bundle.services.get(state.terms.service), state.terms
    if now is not None and (now.model, now.target) == (then.model, then.target):
        return None
    return (
        f"The policy no longer releases {then.title} there, so nothing was changed. Propose the release again, or make the "
        "change by hand."
    )


def _proposed(state: Release | None, now: Occurred, event: Proposed) -> Why:
    digest = release_digest(event.id, event.requester, event.version, event.terms, event.note, {})
    return unmet(
        (state is None, "it had been proposed before"),
        (event.id == now.subject, "it names another release"),
        (now.actor.id == event.requester, "somebody else than the requester proposed it"),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
        (bool(now.erased) or event.digest == digest, "its digest isn't that of what was proposed"),
    )


def _undecided(state: Release) -> tuple[bool, str]:
    return state.status in OPEN, f"it was {state.status} already"


def _read(state: Release, past: Past, now: Occurred, event: EvidenceRead) -> Why:
    return unmet(
        _undecided(state),
        (state.move is None, "it was going live already"),
        (event.passed == all_passed(event.results), "it says something else of its gates than they do"),
        (
            state.evidence is None or event.evidence.live == state.replaces,
            "something else was live than what it was to replace",
        ),
    )


def _unread(state: Release, past: Past, now: Occurred, event: EvidenceUnread) -> Why:
    return unmet(_undecided(state))


def _voided(state: Release, past: Past, now: Occurred, event: ApprovalVoided) -> Why:
    return unmet(
        _undecided(state),
        (
            set(event.reviewers) == {one.reviewer for one in state.reviews},
            "it voids other reviews than there were",
        ),
    )


def _revised(state: Release, past: Past, now: Occurred, event: TermsRevised) -> Why:
    return unmet(
        _undecided(state),
        (not state.reviews and state.status != "approved", "its reviews were kept under other terms"),
        (event.terms.service == state.terms.service, "its new terms are of another service"),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
    )


def _reviewed(state: Release, past: Past, now: Occurred, event: Reviewed) -> Why:
    groups = event.seen.get("reviewer_groups")
    stages = state.terms.stages
    seats = {group for one in stages for group in one.approvers}
    seats |= {group for one in stages if one.name in state.escalated for group in one.escalate_to}
    return unmet(
        (state.status == "pending", f"it was {state.status}"),
        (now.actor.id == event.reviewer, "somebody else than the reviewer gave the review"),
        (not now.actor.is_machine, "a machine reviewed it"),
        (event.digest == state.digest, "the review is bound to another state of the release than this"),
        (event.round == state.round, "the review belongs to a round that was over"),
        (
            event.reviewer not in {state.requester, *state.behind, *_names(event.seen.get("authors"))},
            f"{event.reviewer} reviewed their own release",
        ),
        (
            all(one.reviewer != event.reviewer for one in state.reviews),
            f"{event.reviewer} had reviewed it before",
        ),
        (now.at < state.lapses_at, "it had expired by then"),
        (bool(seats & _names(groups)), f"{event.reviewer} was not among its approvers"),
    )


def _names(given: Any) -> set[str]:
    return {str(one) for one in given} if isinstance(given, list | tuple) else set()


def _approved(state: Release, past: Past, now: Occurred, event: Approved) -> Why:
    return unmet(
        (state.status == "pending", f"it was {state.status}"),
        (_just_reviewed(past, now, "approve"), "no review had just approved it"),
        (_enough(state, past), "too few of its approvers had approved it"),
    )


def _enough(state: Release, past: Past) -> bool:
    last = past[-1].event
    groups = last.seen.get("reviewers") if isinstance(last, Reviewed) else None
    excluded = {state.requester, *state.behind}
    return isinstance(groups, Mapping) and recorded_quorum(
        state.terms.stages, groups, excluded, state.votes, state.escalated
    )


def _rejected(state: Release, past: Past, now: Occurred, event: Rejected) -> Why:
    return unmet(
        (state.status == "pending", f"it was {state.status}"),
        (_just_reviewed(past, now, "reject"), "nobody had just rejected it"),
    )


def _just_reviewed(past: Past, now: Occurred, verdict: str) -> bool:
    last = past[-1]
    reviewed = isinstance(last.event, Reviewed) and last.event.verdict == verdict
    return reviewed and last.version == now.version


def _withdrawn(state: Release, past: Past, now: Occurred, event: Withdrawn) -> Why:
    return unmet(_undecided(state), (state.move is None, "it was going live already"))


def _lapsed(state: Release, past: Past, now: Occurred, event: Lapsed) -> Why:
    return unmet(
        (state.status in ("proposed", "pending"), f"it was {state.status}"),
        (now.at >= state.lapses_at, "it had not expired by then"),
    )


def _superseded(state: Release, past: Past, now: Occurred, event: Superseded) -> Why:
    return unmet(_undecided(state))


def _approvers(state: Release, past: Past, now: Occurred, event: ApproversMissing | ApproversFound) -> Why:
    return impossible_check(state, event)


def _escalated(state: Release, past: Past, now: Occurred, event: Escalated) -> Why:
    return unmet(
        (state.status in ("proposed", "pending"), f"it was {state.status}")
    ) or impossible_escalation(state, event.stage, event.to, now.at)


def _moving(state: Release, past: Past, now: Occurred, event: Moving) -> Why:
    if state.move is not None:
        return "something else was being moved"
    match event.why:
        case "release":
            return unmet(
                (state.status == "approved", f"it was {state.status}, and not approved"),
                (all_passed(state.results), "its gates had not passed"),
                (event.expected == state.replaces, "it replaces something else than was approved"),
                (event.to == state.version, "it makes another version live than was approved"),
            )
        case "rollback":
            return unmet(
                (state.status in ("live", "evaluated"), f"it was {state.status}, and not live"),
                (event.to == state.replaces, "it goes back to another version than there was before"),
            )
        case "restore":
            return unmet(
                (state.drifted, "nothing else had gone live"),
                (event.to == state.ought_to_be_live, "it restores another version than was approved"),
            )


def _in_move(state: Release, *why: str) -> tuple[bool, str]:
    there = state.move is not None and (not why or state.move.why in why)
    return there, "nothing of the kind was being moved"


def _move_waits(state: Release, past: Past, now: Occurred, event: MoveWaits) -> Why:
    return unmet(_in_move(state))


def _went_live(state: Release, past: Past, now: Occurred, event: WentLive) -> Why:
    return unmet(_in_move(state, "release"), _as_moved(state, event.to))


def _rolled_back(state: Release, past: Past, now: Occurred, event: RolledBack) -> Why:
    return unmet(_in_move(state, "rollback"), _as_moved(state, event.to))


def _restored(state: Release, past: Past, now: Occurred, event: Restored) -> Why:
    return unmet(_in_move(state, "restore"), _as_moved(state, event.to))


def _as_moved(state: Release, to: str | None) -> tuple[bool, str]:
    return state.move is not None and state.move.to == to, "it is another version than the one being moved"


def _not_moved(state: Release, past: Past, now: Occurred, event: NotMoved) -> Why:
    return unmet(_in_move(state))


def _check_started(state: Release, past: Past, now: Occurred, event: CheckStarted) -> Why:
    return unmet(
        (state.status in ("live", "evaluated"), f"it was {state.status}, and not live"),
        (not state.checking, "it was being checked already"),
        (state.terms.checks is not None, "its terms ask for no checks"),
    )


def _check_passed(state: Release, past: Past, now: Occurred, event: CheckPassed) -> Why:
    return unmet(
        (state.checking, "nothing was being checked"),
        (all_passed(event.results), "its checks did not pass"),
    )


def _check_failed(state: Release, past: Past, now: Occurred, event: CheckFailed) -> Why:
    return unmet(
        (state.checking, "nothing was being checked"),
        (not all_passed(event.results), "its checks passed"),
    )


def _drifted(state: Release, past: Past, now: Occurred, event: Drifted) -> Why:
    return unmet((state.status in STANDING, f"it was {state.status}, so nothing of it was live"))


def _drift_over(state: Release, past: Past, now: Occurred, event: DriftOver) -> Why:
    return unmet((state.drifted, "nothing else had gone live"))


def _replaced(state: Release, past: Past, now: Occurred, event: Replaced) -> Why:
    return unmet((state.status in STANDING, f"it was {state.status}, so nothing of it was live"))


_JUDGES: Mapping[type[Event], Callable[[Release, Past, Occurred, Any], Why]] = {
    EvidenceRead: _read,
    EvidenceUnread: _unread,
    ApprovalVoided: _voided,
    TermsRevised: _revised,
    Reviewed: _reviewed,
    Approved: _approved,
    Rejected: _rejected,
    Withdrawn: _withdrawn,
    Lapsed: _lapsed,
    Superseded: _superseded,
    Escalated: _escalated,
    ApproversMissing: _approvers,
    ApproversFound: _approvers,
    Moving: _moving,
    MoveWaits: _move_waits,
    WentLive: _went_live,
    RolledBack: _rolled_back,
    Restored: _restored,
    NotMoved: _not_moved,
    CheckStarted: _check_started,
    CheckPassed: _check_passed,
    CheckFailed: _check_failed,
    Drifted: _drifted,
    DriftOver: _drift_over,
    Replaced: _replaced,
}
"""Who judges which event; one that isn't named here is possible whenever there is a release."""
