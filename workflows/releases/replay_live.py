"""Could this have happened to a release on its way live, and after?"""

from workflows.audit.possibility import Judges, Past, Why
from workflows.releases.attestation.statement import attests
from workflows.releases.events import (
    Attested,
    CheckFailed,
    CheckPassed,
    CheckStarted,
    Drifted,
    DriftOver,
    IncidentDeclared,
    MoveWaits,
    Moving,
    NotMoved,
    Replaced,
    Restored,
    RolledBack,
    WentLive,
)
from workflows.releases.gates.excepted import are_covered
from workflows.releases.gates.gate import all_passed
from workflows.releases.live_checks.events import (
    LiveCheckEvent,
    LiveCheckFailed,
    LiveCheckPassed,
    LiveCheckUnread,
)
from workflows.releases.state import STANDING, Release
from workflows.workflow import Event, Occurred, unmet


def _moving(state: Release, past: Past, now: Occurred, event: Moving) -> Why:
    if state.move is not None:
        return "something else was being moved"
    match event.why:
        case "release":
            return unmet(
                (state.status == "approved", f"it was {state.status}, and not approved"),
                (all_passed(state.results), "its gates had not passed"),
                (
                    are_covered(state.exceptions, state.results, now.at),
                    "an exception that it goes by was over",
                ),
                (event.expected == state.replaces, "it replaces something else than was approved"),
                (event.to == state.version, "it makes another version live than was approved"),
            )
        case "rollback":
            return unmet(
                (state.status in ("live", "evaluated"), f"it was {state.status}, and not live"),
                (event.to in state.ways_back, "it goes back to a version that wasn't live before"),
                (
                    not event.rule or _called_for(state, now, event),
                    "no live check of its terms called for it",
                ),
            )
        case "restore":
            return unmet(
                (state.drifted, "nothing else had gone live"),
                (event.to == state.ought_to_be_live, "it restores another version than was approved"),
            )


def _called_for(state: Release, now: Occurred, event: Moving) -> bool:
    """Whether the live check that it names has failed, and rolls back by its own rule to what was live before."""
    check = next((one for one in state.terms.live_checks if one.name == event.rule), None)
    failed = state.live_check(event.rule or "")
    return (
        now.actor.is_daypass
        and check is not None
        and check.on_failure == "roll-back"
        and failed is not None
        and failed.result.verdict == "failed"
        and event.to == state.replaces
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


def _live_check(state: Release, past: Past, now: Occurred, event: LiveCheckEvent) -> Why:
    check = next((one for one in state.terms.live_checks if one.name == event.check), None)
    known = state.live_check(event.check)
    verdict, looks = _LIVE_VERDICTS[type(event)], getattr(event, "looks", 0)
    return unmet(
        (now.actor.is_daypass, "only Daypass looks at live metrics"),
        (state.status in ("live", "evaluated"), f"it was {state.status}, and not live"),
        (check is not None, "its terms have no such live check"),
        (event.result.verdict == verdict, f"it came out as {event.result.verdict}"),
        (known is None or known.result.verdict != verdict, "its verdict was that already"),
        (verdict == "passed" or check is None or looks >= check.failures, "it failed too few times in a row"),
    )


_LIVE_VERDICTS: dict[type[Event], str] = {
    LiveCheckPassed: "passed",
    LiveCheckFailed: "failed",
    LiveCheckUnread: "unknown",
}


def _incident_declared(state: Release, past: Past, now: Occurred, event: IncidentDeclared) -> Why:
    return unmet(
        (now.actor.is_daypass, "only Daypass declares it"),
        (state.incident is not None and not state.incident_number, "no failed check had called for one"),
    )


def _attested(state: Release, past: Past, now: Occurred, event: Attested) -> Why:
    return unmet(
        (now.actor.is_daypass, "only Daypass attests it"),
        (state.attestation is None, "it was attested already"),
        (attests(event.envelope, state), "it attests something else than was approved"),
    )


def _drifted(state: Release, past: Past, now: Occurred, event: Drifted) -> Why:
    return unmet((state.status in STANDING, f"it was {state.status}, so nothing of it was live"))


def _drift_over(state: Release, past: Past, now: Occurred, event: DriftOver) -> Why:
    return unmet((state.drifted, "nothing else had gone live"))


def _replaced(state: Release, past: Past, now: Occurred, event: Replaced) -> Why:
    return unmet((state.status in STANDING, f"it was {state.status}, so nothing of it was live"))


JUDGES: Judges = {
    Moving: _moving,
    MoveWaits: _move_waits,
    WentLive: _went_live,
    RolledBack: _rolled_back,
    Restored: _restored,
    NotMoved: _not_moved,
    CheckStarted: _check_started,
    CheckPassed: _check_passed,
    CheckFailed: _check_failed,
    **dict.fromkeys(_LIVE_VERDICTS, _live_check),
    IncidentDeclared: _incident_declared,
    Attested: _attested,
    Drifted: _drifted,
    DriftOver: _drift_over,
    Replaced: _replaced,
}
