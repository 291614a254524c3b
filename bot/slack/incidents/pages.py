"""What the card says of pages that didn't get through."""

from bot.slack.incidents import texts
from bot.slack.mrkdwn import plain
from workflows.incidents.state import Incident


def page_troubles(state: Incident) -> list[str]:
    """A line for each page that failed or is still being tried."""
    return [
        (texts.PAGE_FAILED if one.settled else texts.PAGE_DELAYED).format(
            pager=one.pager, why=plain(one.trouble)
        )
        for one in state.pages
        if one.trouble
    ]
