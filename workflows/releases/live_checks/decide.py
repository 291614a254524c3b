"""What a look at a live metric leads to: nothing while the verdict stays; an incident and a rollback as the policy says."""

from datetime import datetime
from typing import Any

from workflows.policy.schema.live_checks import LiveCheckTerms
from workflows.releases.commands import ReportLiveCheck
from workflows.releases.declaring import declared_by
from workflows.releases.events import Moving, ReleaseEvent
from workflows.releases.live_checks.events import LiveCheckFailed, LiveCheckPassed, LiveCheckUnread
from workflows.releases.state import Release
from workflows.workflow import CLOCKWORK, Decision, NoChange, World


def live_checked(state: Release, command: ReportLiveCheck, world: World, now: datetime) -> Decision:
    """The verdict of a check on what is live, if it is another than before and was so often enough in a row."""
    check = check_of(state, command.check)
    if check is None or not watched(state) or command.version != state.version:
        return NoChange()
    known = state.live_check(check.name)
    verdict = command.result.verdict
    if known is not None and known.result.verdict == verdict:
        return NoChange()
    if verdict == "passed":
        return (LiveCheckPassed(check=check.name, result=command.result, at=now),)
    if command.looks < check.failures:
        return NoChange()
    facts: dict[str, Any] = {
        "check": check.name,
        "result": command.result,
        "looks": command.looks,
        "since": command.since,
        "at": now,
    }
    if verdict == "unknown":
        return (LiveCheckUnread(**facts),)
    failed = LiveCheckFailed(**facts, **declared_by(state, check.name, world, now))
    return (failed, *_rolling_back(state, check, now))


def check_of(state: Release, name: str) -> LiveCheckTerms | None:
    """The check of this name in the release's terms."""
    return next((one for one in state.terms.live_checks if one.name == name), None)


def watched(state: Release) -> bool:
    """Whether what is live is this release's, and stays so just now."""
    return state.status in ("live", "evaluated") and state.move is None and not state.drifted


def _rolling_back(state: Release, check: LiveCheckTerms, now: datetime) -> tuple[ReleaseEvent, ...]:
    """Where the check's own rule says so, and something was live before."""
    if check.on_failure != "roll-back" or state.replaces is None or not state.terms.target.moves_back:
        return ()
    moving = Moving(
        why="rollback", expected=state.version, to=state.replaces, by=CLOCKWORK.id, at=now, rule=check.name
    )
    return (moving,)
