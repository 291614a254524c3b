"""What a release's page says of its exceptions, and of their review."""

from bot.web.console import texts
from bot.web.console.summary import Fact
from workflows.narrative import Said
from workflows.ports import Directory
from workflows.releases.exceptions.standing import exceptions_in_use
from workflows.releases.state import Release


def exception_facts(state: Release, directory: Directory) -> list[Fact]:
    """From which checks, by whom and until when; when the review is due, or who gave it."""
    found = [
        Fact(
            texts.EXCEPTION.format(gate=one.gate),
            texts.EXCEPTION_ASKED.format(who=directory.name_of(one.by), until=one.until),
        )
        for one in exceptions_in_use(state).values()
    ]
    review = state.exception_review
    if review is None:
        return found
    if review.verdict and review.reviewer:
        said = texts.EXCEPTION_REVIEWED_AS[review.verdict].format(who=directory.name_of(review.reviewer))
        return [*found, Fact(texts.EXCEPTION_REVIEWED, said)]
    return [*found, Fact(texts.EXCEPTION_DUE[review.overdue], review.due_at)]


def exception_reasons(state: Release) -> list[Said]:
    """What people typed of them."""
    found = [
        Said(texts.EXCEPTION.format(gate=one.gate), one.reason) for one in exceptions_in_use(state).values()
    ]
    review = state.exception_review
    return [*found, *([Said(texts.EXCEPTION_REVIEW, review.reason)] if review and review.reason else [])]
