"""`daypass access review`: access reviews at the command line, for whoever operates Daypass's database."""

import asyncio
from typing import Annotated

import typer


def access_review(
    name: Annotated[str, typer.Argument(help="Name of the review in reviews.yaml, or the id of one review.")],
    diff: Annotated[
        bool, typer.Option("--diff", help="Print the change for the policy bundle, as a diff to commit.")
    ] = False,
) -> None:
    """Show how far the newest access review of this name is, or print what it changes. Needs Daypass's settings.

    The diff goes to stdout, for `git apply` in the bundle's directory; what has to be changed by hand to stderr.
    """
    from bot.cli.reviewing import print_diff, show

    asyncio.run(print_diff(name) if diff else show(name))
