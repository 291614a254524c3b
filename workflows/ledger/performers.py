"""Performing an effect with its subject at hand."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Perform, Result
from workflows.ledger.repository import Repository
from workflows.workflow import State

S = TypeVar("S", bound=State)


def performed_on(
    kind: type[S], reads: Repository, perform: Callable[[ClaimedEffect, S], Awaitable[Result]]
) -> Perform:
    """A performer that gets the state of the effect's subject, as of now, besides the effect."""

    async def performed(effect: ClaimedEffect) -> Result:
        state = await reads.find(kind, effect.subject)
        assert state is not None, f"an effect of {effect.subject}, which doesn't exist"
        return await perform(effect, state)

    return performed
