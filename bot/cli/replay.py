"""`daypass policy replay`: what a draft of the policy bundle would have decided otherwise."""

import asyncio
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.output import fail, out
from bot.cli.replay_formats import FORMATS
from bot.settings import Settings, read_settings
from bot.wiring.database import looked_into
from workflows.durations import DurationError, parse_duration, spell_duration
from workflows.policy.loading.files import STILL_SECONDS
from workflows.policy.loading.load import load_bundle
from workflows.policy.replay.differences import Replay
from workflows.policy.replay.redecide import Redecider
from workflows.queries.recorded_requests import recorded_requests

DIFFERS, UNKNOWN = 2, 3
"""Exit codes, beside 0 for no difference and 1 for an error."""


class Format(StrEnum):
    """How the result is printed."""

    text = "text"
    json = "json"
    markdown = "markdown"


def policy_replay(
    draft: Annotated[Path, typer.Argument(help="Directory of the draft bundle.")],
    since: Annotated[str, typer.Option(help="How far to go back, such as 90d.")] = "90d",
    format: Annotated[Format, typer.Option(help="text, json, or markdown for a pull request.")] = Format.text,
) -> None:
    """Decide past access requests again by a draft, from what each decision recorded. Nobody is asked.

    Needs Daypass's settings, for its database and the bundle in force. Exits with 0 if nothing differs, 2 if something
    does, and 3 if nothing differs but some requests can't be replayed.
    """
    try:
        seconds = parse_duration(since)
    except DurationError as error:
        fail(f"--since {since} isn't valid: {error}.")
    replay = asyncio.run(replay_draft(read_settings(), draft, timedelta(seconds=seconds)))
    out.print(FORMATS[format](replay, str(draft), spell_duration(seconds)), markup=False)
    raise typer.Exit(DIFFERS if replay.differing else UNKNOWN if replay.unknown else 0)


async def replay_draft(settings: Settings, draft: Path, back: timedelta) -> Replay:
    """Read the requests of so long a time, and decide each by the draft."""
    bundle = load_bundle(draft, settings.daypass_bundle_values, STILL_SECONDS)
    before = load_bundle(settings.daypass_bundle, settings.daypass_bundle_values)
    redecider, replay = Redecider(bundle, before), Replay()
    async with looked_into(settings.database_url.get_secret_value()) as store:
        async for batch in recorded_requests(store, datetime.now(UTC) - back):
            replay.add(redecider, batch.requests)
            replay.private += batch.private
    return replay
