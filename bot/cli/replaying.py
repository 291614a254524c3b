"""What `daypass policy replay` does: decide past requests by a draft, print the result, and post it."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.cli.output import fail, out
from bot.cli.replay_formats import FORMATS
from bot.cli.replay_post import as_message, post_replay
from bot.settings import Settings, read_settings
from bot.slack.message import Message
from bot.wiring.database import looked_into
from workflows.durations import DurationError, parse_duration, spell_duration
from workflows.policy.loading.files import STILL_SECONDS
from workflows.policy.loading.load import load_bundle
from workflows.policy.replay.differences import Replay
from workflows.policy.replay.redecide import Redecider
from workflows.ports import Permanent, Retryable
from workflows.queries.replaying import replay_log

CHANNEL = re.compile(r"[CG][A-Z0-9]{1,30}|#[^\s#]{1,80}")
DIFFERS, UNKNOWN = 2, 3
"""Exit codes, beside 0 for no difference and 1 for an error."""


def replay(draft: Path, since: str, post: str | None, format: str) -> int:
    """Print what the draft would have decided otherwise, and post it if a channel is given; the exit code."""
    try:
        seconds = parse_duration(since)
    except DurationError as error:
        fail(f"--since {since} isn't valid: {error}.")
    if post is not None and not CHANNEL.fullmatch(post):
        fail(f'--post {post} isn\'t a channel. Use its id (C…), or its name in quotes ("#name").')
    settings = read_settings()
    found = asyncio.run(replay_draft(settings, draft, timedelta(seconds=seconds)))
    out.print(FORMATS[format](found, str(draft), spell_duration(seconds)), markup=False)
    if post is not None:
        _post(settings, post, as_message(found, draft.name, spell_duration(seconds)))
    return DIFFERS if found.differing else UNKNOWN if found.unknown else 0


def _post(settings: Settings, channel: str, shown: Message) -> None:
    try:
        asyncio.run(post_replay(settings, channel, shown))
    except (Retryable, Permanent) as error:
        fail(f"The result couldn't be posted in {channel}: {error}")


async def replay_draft(settings: Settings, draft: Path, back: timedelta) -> Replay:
    """Read the requests of so long a time, and decide each by the draft."""
    bundle = load_bundle(draft, settings.daypass_bundle_values, STILL_SECONDS)
    before = load_bundle(settings.daypass_bundle, settings.daypass_bundle_values)
    async with looked_into(settings.database_url.get_secret_value()) as store:
        return await replay_log(store, Redecider(bundle, before), datetime.now(UTC) - back)
