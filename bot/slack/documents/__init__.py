"""Documents in Slack: written in a window, approved on a card."""

from bot.slack.documents.listeners import Listeners
from bot.slack.documents.presenter import PRESENTER

__all__ = ["PRESENTER", "Listeners"]
