"""What Slack shows of access reviews, and how reviewers keep and remove there."""

from bot.slack.access_reviews.listeners import Listeners
from bot.slack.access_reviews.presenter import PRESENTER

__all__ = ["PRESENTER", "Listeners"]
