"""What Slack shows of emergency stops, and how people press the red button there."""

from bot.slack.stops.listeners import Listeners
from bot.slack.stops.presenter import PRESENTER

__all__ = ["PRESENTER", "Listeners"]
