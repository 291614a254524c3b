"""What a replay found, as a message in a Slack channel. It names requests and people by their ids, and calls nobody."""

from ulid import ULID

from bot.cli.replay_formats import counted, listed, summary
from bot.settings import Settings
from bot.slack.blocks import code, fine_words, message, sentence
from bot.slack.message import Message
from integrations.slack.calls import open_client
from integrations.slack.posting import Poster
from workflows.policy.replay.differences import Replay

MAX_LISTED = 20
"""Differences in the message: all of it is within Slack's limits, however long they are."""
SUBJECT = "policy-replay"


def as_message(replay: Replay, draft: str, days: str) -> Message:
    """The sum, the numbers, and the first differences."""
    sum_of_all, numbers = summary(replay, draft, days), counted(replay)
    lines = listed(replay, MAX_LISTED)
    more = replay.differing - len(lines)
    left_out = f"{more:,} more: daypass policy replay {draft} --format json" if more else ""
    return message(
        sum_of_all,
        sentence(sum_of_all),
        *([sentence("\n".join(numbers))] if numbers else []),
        *(code("\n".join(lines)) if lines else []),
        *([fine_words(left_out)] if left_out else []),
    )


async def post_replay(settings: Settings, channel: str, shown: Message) -> None:
    """Post it once. Raises Retryable or Permanent."""
    token = settings.slack_bot_token.get_secret_value()
    async with open_client(token, str(settings.slack_api_url)) as client:
        await Poster(client).post(channel, {"subject": SUBJECT, "slot": str(ULID())}, shown.sent)
