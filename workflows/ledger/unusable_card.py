"""A click on a card that nothing can be done with, or a verdict without one: refused and recorded for every workflow."""

from dataclasses import dataclass
from typing import ClassVar

from workflows.workflow import Command, Refused


@dataclass(frozen=True)
class UseUnusableCard(Command):
    """Somebody clicked on a card that can't be acted on; the ledger refuses it, whatever the subject's state."""

    waits_in_doubt = False
    refusal: ClassVar[Refused]


@dataclass(frozen=True)
class UseRedrawnCard(UseUnusableCard):
    """The message isn't as Daypass has drawn it."""

    refusal = Refused(
        "not-as-drawn",
        "That message isn't as Daypass posted it, so nothing was done. Use the current card. "
        "If it looked different before, tell your security team: someone else may be posting as Daypass.",
    )


@dataclass(frozen=True)
class UseOutdatedCard(UseUnusableCard):
    """The card is another release's, and its button carries what this one can't read."""

    refusal = Refused("stale", "That card was out of date, so nothing was done. Here is the current one.")


@dataclass(frozen=True)
class ReviewElsewhere(UseUnusableCard):
    """A person's verdict from where no card shows what they decide on."""

    refusal = Refused("only-in-slack", "Approve or deny on the card in Slack. Nothing was decided.")
