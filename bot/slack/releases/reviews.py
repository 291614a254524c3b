"""Who decided on a release, as its card says it: the rejection first, and no more than fit."""

from collections.abc import Mapping

from bot.slack.approvers import reviewer_of
from bot.slack.releases import texts
from workflows.releases.state import Release

MAX_ON_CARD = 6
"""Reviews; *Details* has all of them."""


def said_of_reviews(state: Release, words: Mapping[str, str], most: int = MAX_ON_CARD) -> list[str]:
    """A sentence for each review, by its verdict; past `most`, how many more there are."""
    reviews = sorted(state.reviews, key=lambda one: one.verdict != "reject")
    shown = [words[one.verdict].format(who=reviewer_of(one)) for one in reviews[:most]]
    left = len(reviews) - len(shown)
    return [*shown, *([texts.MORE_REVIEWS.format(number=left)] if left else [])]


def all_reviews(state: Release) -> list[str]:
    """A sentence for each, for *Details*."""
    return said_of_reviews(state, texts.REVIEWED, len(state.reviews))
