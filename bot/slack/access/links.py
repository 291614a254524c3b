"""The message behind a link that fills in a request: a button that opens the form, for the eyes of one person.

Slack has no address that opens a window, so whoever follows such a link in the console gets this message. Its button
asks for nothing either: it opens the form as `/access` with the same words does.
"""

from typing import Any

from bot.slack.access import texts
from bot.slack.answers import Answers, Words
from bot.slack.blocks import beside, button, message, sentence
from bot.slack.mrkdwn import plain

OPEN = "link.open"
"""The button's action. It isn't compared with what was drawn: all that it does is open a form."""
MAX_LINE_CHARS = 1_900
"""A button carries 2,000 characters at most."""


class FormLinks:
    """Sends people the button that opens their form."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def send(self, person: str, title: str, line: str) -> None:
        """Send it as a direct message; `line` is what could be typed behind `/access`. Raises Retryable or Permanent."""
        await self._answers.write(person, form_message(title, line))


def form_message(title: str, line: str) -> Words:
    """The message: what the form is for, as it was in the link, and the button."""
    offered = texts.LINK.format(what=plain(title))
    blocks = (
        beside(offered, button(texts.OPEN_FORM, OPEN, line[:MAX_LINE_CHARS])),
        sentence(f"/access {line}"),
    )
    return Words(message(offered).text, blocks)


def link_line(body: dict[str, Any]) -> str:
    """What the pressed button stands for; empty if something else was pressed."""
    actions = body.get("actions") or [{}]
    return str(actions[0].get("value") or "") if actions[0].get("action_id") == OPEN else ""
