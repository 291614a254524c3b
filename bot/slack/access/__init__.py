"""What Slack shows of access, and what people do there."""

from bot.slack.access.less import ForLess
from bot.slack.access.listeners import Listeners
from bot.slack.access.on_behalf.listeners import OnBehalf
from bot.slack.access.presenter import PRESENTER

__all__ = ["PRESENTER", "ForLess", "Listeners", "OnBehalf"]
