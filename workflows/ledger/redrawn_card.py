"""A click on a message that isn't as Daypass has drawn it: refused for every workflow."""

from dataclasses import dataclass

from workflows.workflow import Command, Refused


@dataclass(frozen=True)
class UseRedrawnCard(Command):
    """Somebody clicked on a message that isn't as Daypass has drawn it; the ledger refuses it for every workflow."""

    waits_in_doubt = False


NOT_AS_DRAWN = Refused(
    "not-as-drawn",
    "That message isn't as Daypass posted it, so nothing was done. Use the current card. "
    "If it said something else before, tell your security team: somebody else can write as Daypass.",
)
