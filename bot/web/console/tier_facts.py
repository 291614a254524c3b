"""What stands above a release's story of the risk tier that it is in."""

from bot.web.console import texts
from bot.web.console.summary import Fact, names_of
from workflows.ports import Directory
from workflows.releases.narrative import WHY_TIER
from workflows.releases.state import Release


def tier_facts(state: Release, directory: Directory) -> list[Fact]:
    """The tier, why it counts, and who wrote and approved the answers behind it; nothing while none is known."""
    tier = state.tier
    if tier is None:
        return []
    return [
        Fact("Tier", texts.TIER.format(tier=tier.title, why=WHY_TIER[tier.why]), tier.document or None),
        *([Fact(texts.TIER_AUTHORS, names_of(tier.authors, directory))] if tier.authors else []),
        *([Fact(texts.TIER_APPROVERS, names_of(tier.approved_by, directory))] if tier.approved_by else []),
        *([Fact(texts.TIER_DUE, tier.due_at)] if tier.due_at else []),
    ]
