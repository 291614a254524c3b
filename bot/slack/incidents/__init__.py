"""What Slack shows of incidents, and what people do there."""

from bot.slack.incidents.artist import ARTIST
from bot.slack.incidents.listeners import Listeners
from bot.slack.incidents.room import SlackRoom

__all__ = ["ARTIST", "Listeners", "SlackRoom"]
