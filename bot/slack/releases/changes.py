"""What changed since the version that is live, for *Details*."""

from bot.slack.mrkdwn import cut, plain
from bot.slack.releases import texts
from workflows.releases.changes import changed_since_live
from workflows.releases.state import Release

MAX_VALUE_CHARS = 200


def change_lines(state: Release) -> list[str]:
    """A line for each thing that differs from what it replaces; none if that isn't known."""
    return [
        texts.CHANGE.format(
            what=cut(plain(one.what), MAX_VALUE_CHARS),
            before=cut(plain(one.before), MAX_VALUE_CHARS),
            after=cut(plain(one.after), MAX_VALUE_CHARS),
            by=f" ({plain(one.by)})" if one.by else "",
        )
        for one in changed_since_live(state)
    ]
