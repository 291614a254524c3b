"""`daypass policy replay`: what a draft of the policy bundle would have decided otherwise."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How the result is printed."""

    text = "text"
    json = "json"
    markdown = "markdown"


def policy_replay(
    draft: Annotated[Path, typer.Argument(help="Directory of the draft bundle.")],
    since: Annotated[str, typer.Option(help="How far to go back, such as 90d.")] = "90d",
    post: Annotated[
        str | None, typer.Option(help="A Slack channel to post the result in: its id, or its name with #.")
    ] = None,
    format: Annotated[Format, typer.Option(help="text, json, or markdown for a pull request.")] = Format.text,
) -> None:
    """Decide past access requests again by a draft, from what each decision recorded. Nobody is asked.

    Needs Daypass's settings, for its database and the bundle in force. Exits with 0 if nothing differs, 2 if something
    does, and 3 if nothing differs but some requests can't be replayed.
    """
    from bot.cli.replaying import replay

    raise typer.Exit(replay(draft, since, post, format))
