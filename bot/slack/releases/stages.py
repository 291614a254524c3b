"""The stages of a release on its card, from the first to its own."""

from bot.slack.mrkdwn import cut, minute, plain
from bot.slack.releases import texts
from workflows.releases.state import OPEN, Release

MAX_VERSION_CHARS = 40
MAX_STAGES = 3
"""Named on the card, those right before its own."""


def stage_lines(state: Release) -> list[str]:
    """One line while it is decided; none if there is no earlier stage."""
    earlier = state.evidence.stages if state.evidence and state.status in OPEN else ()
    if not earlier:
        return []
    before = [
        texts.STAGE.format(
            environment=plain(one.environment),
            version=cut(plain(one.version or "none"), MAX_VERSION_CHARS),
            since=minute(one.since),
        )
        for one in earlier[-MAX_STAGES:]
    ]
    if len(earlier) > MAX_STAGES:
        before.insert(0, "…")
    return [texts.STAGES.format(line=" → ".join([*before, f"*{plain(state.terms.environment)}*"]))]
