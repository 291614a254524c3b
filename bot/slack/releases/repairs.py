"""What repairs what is live, in words and as buttons."""

from typing import NamedTuple

from slack_sdk.models.blocks.block_elements import ButtonElement

from bot.slack.blocks import button, sure
from bot.slack.button_values import About
from bot.slack.releases import texts
from workflows.releases.state import Release

ROLL_BACK = "release.roll-back"
CHECK_AGAIN = "release.check-again"
RESTORE = "release.restore"

LIVE = ("live", "evaluated")
"""Statuses of what is live by this release."""


class WaysOut(NamedTuple):
    """What to do when something else went live, when checks failed, and otherwise."""

    outside: str
    checks: str
    other: str


WAYS_OUT = WaysOut(texts.RESTORE_IT, texts.ROLL_BACK_OR_CHECK, texts.GO_BACK)
FORWARD = WaysOut(texts.RUN_IT_AGAIN, texts.RUN_IT_AGAIN, texts.RUN_IT_AGAIN)
"""Where Daypass can't make an earlier version live again."""


def repairs(state: Release) -> list[ButtonElement]:
    """What can be done about what is live."""
    found: list[ButtonElement] = []
    moves_back = state.terms.target.moves_back
    if state.drifted and state.move is None and moves_back:
        found.append(
            button("Restore", RESTORE, About(state.id).value, style="primary", confirm=sure(texts.RESTORE))
        )
    if state.status in LIVE and state.move is None:
        if moves_back:
            found.append(button("Roll back", ROLL_BACK, About(state.id).value, style="danger"))
        if state.checked_at and not state.checking:
            found.append(button("Check again", CHECK_AGAIN, About(state.id).value))
    return found
