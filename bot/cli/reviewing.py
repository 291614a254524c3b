"""Shows access reviews to an operator, from the database of a running Daypass, and prints what they change."""

from datetime import UTC

import typer

from bot.cli.desk import Desk, desk
from bot.cli.output import fail, out, tell
from bot.settings import read_settings
from workflows.policy.loading.files import read_files
from workflows.policy.proposal.removals import propose
from workflows.system.access_reviews.proposed import removed_by
from workflows.system.access_reviews.state import KIND, AccessReview

NO_REVIEW = "No access review called “{name}” was opened yet. Operators open one in the console."
NOTHING_TO_CHANGE = "Nothing to change: the bundle lets nobody request what this review removed."


async def show(name: str) -> None:
    """Print where the newest review of this name is. Ends the process with 1 if there is none."""
    async with desk() as here:
        review = await _newest(here, name)
        out.print(f"{review.id}: {review.terms.title} ({review.period}), {review.status}", markup=False)
        out.print(
            f"{review.count} items: {review.tally('keep')} kept, {review.tally('remove')} removed, "
            f"{review.tally(None)} unanswered; due {review.due_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        )


async def print_diff(name: str) -> None:
    """Print the change that the newest review of this name proposes to the bundle in force."""
    settings = read_settings()
    async with desk() as here:
        review = await _newest(here, name)
        proposal = propose(
            read_files(settings.daypass_bundle), here.world.bundle, here.world.directory, removed_by(review)
        )
    if review.status == "open":
        tell(f"This review is still open: {review.tally(None)} of {review.count} items have no answer.")
    for sentence in proposal.by_hand:
        tell(f"By hand: {sentence}")
    if not proposal.diff and not proposal.by_hand:
        tell(NOTHING_TO_CHANGE)
    typer.echo(proposal.diff, nl=False)


async def _newest(here: Desk, name: str) -> AccessReview:
    if found := await here.reads.find(AccessReview, name):
        return found
    every = await here.reads.in_status(AccessReview, KIND, ("open", "closed"))
    found = max((one for one in every if one.terms.name == name), key=lambda one: one.opened_at, default=None)
    return found or fail(NO_REVIEW.format(name=name[:60]))
