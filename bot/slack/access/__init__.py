"""What Slack shows of access, and what people do there."""

from bot.slack.access.artist import ARTIST
from bot.slack.access.listeners import Listeners

__all__ = ["ARTIST", "Listeners"]
