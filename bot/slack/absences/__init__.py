"""What Slack shows of absences, and how people say there that they are away and who decides for them."""

from bot.slack.absences.listeners import Listeners
from bot.slack.absences.presenter import PRESENTER

__all__ = ["PRESENTER", "Listeners"]
