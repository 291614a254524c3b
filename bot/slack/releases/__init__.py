"""What Slack shows of releases, and what people do there."""

from bot.slack.releases.listeners import Listeners
from bot.slack.releases.presenter import PRESENTER

__all__ = ["PRESENTER", "Listeners"]
