"""Approvals that a passkey has to sign, in every workflow: what counts as one, and what the log has to show of it."""

from datetime import datetime
from typing import Protocol

from workflows.approval.staged import StagedTerms
from workflows.audit.possibility import Claim, Why
from workflows.policy.fields import Assurance, Risk
from workflows.system.passkeys import refusals
from workflows.system.passkeys.claims import decision_claim
from workflows.system.passkeys.signing import challenge_for, is_signed, refused_signature
from workflows.system.passkeys.state import Signed
from workflows.workflow import Actor, Occurred, Refused, World, unmet

Limits = tuple[int | None, str | None]
"""For how many seconds it approves, if for less than was shown, and the digest of the approver's own condition."""
NO_LIMITS: Limits = (None, None)


class AssuredTerms(StagedTerms, Protocol):
    """Terms that say how strongly an approval is bound to its person."""

    @property
    def assurance(self) -> Assurance: ...
    @property
    def risk(self) -> Risk: ...


class Assured(Protocol):
    """What is approved. `digest` is of all that its card shows."""

    @property
    def id(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def terms(self) -> AssuredTerms: ...


class Reviewing(Protocol):
    """The command to review. `signed` is None for a click."""

    @property
    def verdict(self) -> str: ...
    @property
    def signed(self) -> Signed | None: ...


class SignedReview(Reviewing, Protocol):
    """A review as its event has it. `new_key_waits` is in seconds, and None for a click."""

    @property
    def reviewer(self) -> str: ...
    @property
    def new_key_waits(self) -> int | None: ...


def refused_by_assurance(
    state: Assured,
    command: Reviewing,
    limits: Limits,
    actor: Actor,
    world: World,
    now: datetime,
    *,
    done: bool,
) -> Refused | None:
    """Why the verdict lacks a signature that it needs, or has one that doesn't hold; None if it may count.

    A click may always refuse: that gives nobody anything, and mustn't wait for a passkey. One on *Approve* is the way to
    the page where it is signed, so it changes nothing, but isn't refused, unless it was `done` where all of it is shown.
    """
    if command.signed is None:
        return refusals.NEEDED if done and unsigned(state, command) else None
    challenge = challenge_of_review(state, command.signed, command.verdict, actor.id, limits)
    return refused_signature(command.signed, challenge, actor.id, state.terms.risk, world, now)


def unsigned(state: Assured, command: Reviewing) -> bool:
    """Whether the approval only counts once it is signed with a passkey, and isn't."""
    needed = state.terms.assurance == "passkey" and command.verdict == "approve"
    return needed and command.signed is None


def wait_of_new_keys(signed: Signed | None, world: World) -> int | None:
    """For how many seconds a new passkey can't decide on high and critical risk; None for a click."""
    return world.bundle.settings.passkeys.new_key_waits if signed else None


def challenge_of_review(
    state: Assured, signed: Signed, verdict: str, reviewer: str, limits: Limits = NO_LIMITS
) -> bytes:
    """Give what the reviewer has to sign, 32 bytes."""
    return challenge_for(signed, state.id, state.digest, state.terms.digest, verdict, reviewer, *limits)


def impossible_assurance(state: Assured, event: SignedReview, limits: Limits = NO_LIMITS) -> Why:
    """Why this review couldn't count as strongly as its terms ask; None if it could.

    Whose passkey signed is told by the passkey's own events, as `review_claim` says.
    """
    needed = state.terms.assurance == "passkey" and event.verdict == "approve"
    signed = event.signed
    return unmet(
        (
            signed is None
            or is_signed(signed, challenge_of_review(state, signed, event.verdict, event.reviewer, limits)),
            "its signature is of something else, or wrong",
        ),
        (
            event.signed is not None or not needed,
            "it was approved without a passkey, which its rule asks for",
        ),
        (
            (event.signed is None) == (event.new_key_waits is None),
            "it doesn't say how long a new passkey waits",
        ),
    )


def review_claim(
    state: Assured, event: SignedReview, signed: Signed, now: Occurred, limits: Limits = NO_LIMITS
) -> Claim:
    """What a signed review says of the passkey."""
    challenge = challenge_of_review(state, signed, event.verdict, event.reviewer, limits)
    waits = event.new_key_waits or 0
    return decision_claim(signed, challenge, event.reviewer, state.terms.risk, waits, now)
