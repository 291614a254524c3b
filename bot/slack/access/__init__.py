"""What Slack shows of access, and what people do there."""

from bot.slack.access.listeners import Listeners
from bot.slack.access.presenter import ARTIST

__all__ = ["ARTIST", "Listeners"]
