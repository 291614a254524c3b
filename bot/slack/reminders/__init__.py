"""Reminders in Slack: what people choose of them in App Home, and the messages."""

from bot.slack.reminders.listeners import Listeners
from bot.slack.reminders.presenter import presenter

__all__ = ["Listeners", "presenter"]
