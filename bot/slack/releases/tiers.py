"""The risk tier of a release on its card: which counts, why, and what to do where the highest does."""

from bot.slack.mrkdwn import mentions, minute, plain
from bot.slack.releases import texts
from workflows.releases.state import OPEN, Release
from workflows.releases.tiers import TierStanding


def tier_words(state: Release) -> list[str]:
    """The tier beside the risk; nothing while it isn't known, or where there are none."""
    return [texts.TIER.format(tier=plain(state.tier.title))] if state.tier else []


def tier_lines(state: Release) -> list[str]:
    """Why more is asked for than answers that count would, and what to do; nothing once it is settled."""
    if state.tier is None or state.status not in OPEN:
        return []
    return (
        [texts.WHY_TIER[state.tier.why].format(tier=plain(state.tier.title))]
        if state.tier.why != "approved"
        else []
    )


def tier_facts(state: Release) -> list[str]:
    """The tier with its reason, for *Details*."""
    if state.tier is None:
        return []
    why = _by_whom(state.tier) if state.tier.why == "approved" else texts.WHY_TIER_BRIEFLY[state.tier.why]
    return [texts.TIER_FACT.format(tier=plain(state.tier.title), why=why)]


def _by_whom(tier: TierStanding) -> str:
    assert tier.approved_at is not None
    assert tier.due_at is not None
    return texts.TIER_APPROVED.format(
        who=mentions(tier.approved_by), at=minute(tier.approved_at), due=minute(tier.due_at)
    )
