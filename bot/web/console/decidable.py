"""What can be decided on a page of the console, kind by kind: its verdicts, and the command that a signed one gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.web.console.for_less import ForLess
from workflows.access.commands import ReviewAccess
from workflows.access.state import KIND as ACCESS
from workflows.access.state import Access
from workflows.releases.commands import ReviewRelease
from workflows.releases.state import KIND as RELEASE
from workflows.releases.state import Release
from workflows.system.passkeys.state import Signed
from workflows.workflow import Command, kind_of


@dataclass(frozen=True)
class Given:
    """A verdict as it was shown and signed; `digest` and `policy` are what was shown."""

    subject: str
    verdict: Any
    digest: str
    policy: str
    reason: str | None
    less: ForLess
    signed: Signed


@dataclass(frozen=True)
class Decidable:
    """One kind. `refusal` is its verdict beside “approve”, `refused` the same in the past."""

    state: type[Access] | type[Release]
    review: Callable[[Given], Command]
    noun: str
    refusal: str
    refused: str
    waits: Callable[[Any], bool]
    """Whether there is still something to decide."""
    for_less: bool
    """Whether it can be approved for less than was requested."""


def _review_access(given: Given) -> ReviewAccess:
    seconds, condition = given.less.of(given.verdict)
    return ReviewAccess(
        given.subject,
        given.verdict,
        given.digest,
        given.policy,
        given.reason,
        seconds=seconds,
        condition=condition,
        signed=given.signed,
    )


def _review_release(given: Given) -> ReviewRelease:
    return ReviewRelease(
        given.subject, given.verdict, given.digest, given.policy, given.reason, signed=given.signed
    )


DECIDABLE: Mapping[str, Decidable] = {
    ACCESS: Decidable(
        Access,
        _review_access,
        noun="request",
        refusal="deny",
        refused="denied",
        waits=lambda state: state.status == "pending" and not state.offered_at,
        for_less=True,
    ),
    RELEASE: Decidable(
        Release,
        _review_release,
        noun="release",
        refusal="reject",
        refused="rejected",
        waits=lambda state: bool(state.status == "pending"),
        for_less=False,
    ),
}


def decidable(subject: str) -> Decidable | None:
    """How this subject is decided; None if it isn't by approvers."""
    return DECIDABLE.get(kind_of(subject))
