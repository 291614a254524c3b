"""What Slack shows of releases, and what people do there."""

from bot.slack.releases.artist import ARTIST
from bot.slack.releases.listeners import Listeners

__all__ = ["ARTIST", "Listeners"]
