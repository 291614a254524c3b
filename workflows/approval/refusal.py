"""Why a verdict isn't taken."""

from dataclasses import dataclass
from datetime import datetime

from workflows.approval.approvers import deciders
from workflows.approval.delegates import needless
from workflows.approval.staged import Staged
from workflows.workflow import Actor, Event, Refused, World

MACHINES_ASK = "Machines can request and read. Only people can approve or deny."


@dataclass(frozen=True)
class Wording:
    """What only the workflow knows of a refusal: `what` is decided, and the refusals that are its own.

    `early` is why it can't be decided yet, if so; `status` the word people read for where it stands, if it is
    another than the status's own.
    """

    what: str
    own: Refused
    lapsed: Refused
    early: Refused | None = None
    status: str = ""


def review_refusal(
    state: Staged,
    shown: tuple[str, str],
    actor: Actor,
    world: World,
    now: datetime,
    revised: tuple[Event, ...],
    say: Wording,
) -> Refused | None:
    """Why this verdict isn't taken, if so; what is worst comes first.

    `shown` are the digests of the subject and of the policy that stood on the card; `revised` is what a new
    bundle makes of it.
    """
    if actor.is_machine:
        return Refused("machine", MACHINES_ASK)
    if actor.id in state.excluded(world.directory):
        return say.own
    if say.early:
        return say.early
    if state.status != "pending":
        return Refused(
            "decided", f"This {say.what} is already {say.status or state.status}. Your click changed nothing."
        )
    if now >= state.lapses_at:
        return say.lapsed
    if actor.id not in deciders(state, world.directory):
        sentence = f"You're not an approver for this {say.what}."
        return Refused("not-an-approver", sentence)
    if {one.reviewer for one in state.reviews} & world.directory.may_be(actor.id):
        sentence = f"You've already decided on this {say.what}, and your verdict stands."
        return Refused("reviewed", sentence)
    if needless(state, world.directory, actor.id):
        sentence = (
            "Whoever asked you to decide for them has already been heard, and each approver counts once."
        )
        return Refused("decided-for", sentence)
    if revised or shown != (state.digest, state.terms.digest):
        sentence = "That card was out of date, so nothing was decided. Decide again on the current one."
        return Refused("stale", sentence, revised)
    return None
