"""What is wrong with what is live, and the way out."""

from bot.slack.mrkdwn import plain
from bot.slack.releases import texts
from bot.slack.releases.live_checks import live_faults
from bot.slack.releases.names import version_of
from bot.slack.releases.repairs import FORWARD, LIVE, WAYS_OUT
from workflows.releases.state import Release


def faults(state: Release) -> list[str]:
    """What is wrong with what is live."""
    lines = []
    ways_out = WAYS_OUT if state.terms.target.moves_back else FORWARD
    way_out = ways_out.other if state.status in LIVE else texts.GO_ON
    live = f"version {version_of(state.ought_to_be_live or 'nothing')}"
    if state.swapped:
        found, approved = state.swapped[:12], state.digest_that_ought_to_be_live[:12]
        lines.append(texts.SWAPPED.format(live=live, way_out=way_out, found=found, approved=approved))
    if state.drifted:
        found = f"Version {version_of(state.found)}" if state.found else "Nothing"
        lines.append(texts.OUTSIDE.format(found=found, way_out=ways_out.outside))
    if state.status == "live" and any(one.verdict != "passed" for one in state.checks):
        lines.append(texts.CHECKS_FAILED.format(way_out=ways_out.checks))
    if state.status in LIVE:
        lines += live_faults(state, ways_out.other)
    if state.unread:
        lines.append(texts.UNREAD.format(live=live, way_out=way_out, why=plain(state.unread)))
    return lines


def why_stopped(state: Release) -> str:
    """Why it wasn't made live again, in words."""
    return texts.NOT_COMPARED if state.stopped_unread else texts.ISN_T_APPROVED
