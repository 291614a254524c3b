"""What Slack shows of incidents, and what people do there."""

from bot.slack.incidents.channel import SlackRoom
from bot.slack.incidents.listeners import Listeners
from bot.slack.incidents.presenter import PRESENTER

__all__ = ["PRESENTER", "Listeners", "SlackRoom"]
