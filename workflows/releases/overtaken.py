"""Why a release can't be approved at this moment, though its gates passed when they were evaluated."""

from datetime import datetime

from workflows.releases import refusals
from workflows.releases.commands import ReviewRelease
from workflows.releases.exceptions.standing import exception_over, is_excepted
from workflows.releases.gates.freeze import FREEZE, freeze_at
from workflows.releases.state import Release
from workflows.workflow import Refused, World


def overtaken(state: Release, command: ReviewRelease, world: World, now: datetime) -> Refused | None:
    """Why it can't be approved now: a freeze began, or an exception ended. It can always be rejected."""
    if command.verdict == "reject":
        return None
    freeze = freeze_at(state.terms.freezes, now)
    asked = any(gate.kind == FREEZE.name for gate in state.terms.gates)
    if freeze and asked and not is_excepted(state, FREEZE.name, world.directory, now):
        return refusals.frozen(freeze)
    return exception_over(state, world.directory, now)
