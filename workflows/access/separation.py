"""Separation of duties: nobody has two grants together whose entitlements the bundle separates.

What somebody has besides is read in the transaction that decides, and no two such decisions about one person are
recorded unless the second has seen the first (`Workflow.beside`). So of two requests that are pending at once the one
that is approved first wins.

Two grants are together if their windows overlap. A window is known from the approval on, and only its end comes early: an
extension is a request of its own, and a grant that begins late ends in time. What isn't confirmed as ended by then is
found when the other one is to start.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations

from workflows.access.break_glass.commands import TakeAccess
from workflows.access.commands import AccessCommand, RequestAccess, ReviewAccess, StartGrant
from workflows.access.conditions import AcceptConditions
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.scheduling import grant_window
from workflows.access.state import Access
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.separation import one_person, separated_from
from workflows.policy.schema.duties import SeparateDuties
from workflows.ports import Directory
from workflows.workflow import Actor, Refused, World

CODE = "separate-duties"
HOLDING = ("approved", "scheduled", "active", "ending")
"""Statuses in which somebody has access, or is sure to get it."""
BEGUN = ("active", "ending")
APART = timedelta(minutes=1)
"""Between two windows: in that time an end is confirmed, if nothing is wrong."""
Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class Conflict:
    """Access that somebody has, and the rule by which they may not have something else beside it."""

    other: Access
    rule: SeparateDuties


def beside(state: Access | None, command: AccessCommand, actor: Actor, world: World) -> frozenset[str]:
    """Whose other access the decision depends on: the requester's, where the bundle separates what is asked for."""
    match command:
        case RequestAccess(on_behalf_of=str()):
            return frozenset()
        case RequestAccess(entitlement=entitlement, kit=kit):
            requester = command.requester(actor)
            members = kit.members if kit else ()
            entitlement = next((one for one, _ in members if separated_from(world.bundle, one)), entitlement)
        case TakeAccess(entitlement=entitlement):
            requester = actor.id
        case ReviewAccess() | AcceptConditions() | AcceptProposal() | StartGrant() if state is not None:
            entitlement, requester = state.terms.entitlement, state.requester
        case _:
            return frozenset()
    separated = separated_from(world.bundle, entitlement)
    return one_person(world.directory, requester) if separated else frozenset()


def refused_request(command: RequestAccess, requester: str, world: World, now: datetime) -> Refused | None:
    """Why access that conflicts with what the requester has isn't requested; None if nothing does."""
    window = grant_window(command.seconds, command.seconds, command.starts_at, command.extends, now)
    found = _conflict(command.entitlement, world, HOLDING, window, now)
    if found is None:
        return None
    who = None if command.ground is None else world.directory.name_of(requester)
    sentence = (
        f"{_sentence(found, requester, who)} Give it back or wait until it ends, then request this again."
    )
    return Refused(CODE, sentence, fields={"entitlement": sentence})


def refused_approval(state: Access, world: World, now: datetime) -> Refused | None:
    """Why access that conflicts with what the requester has isn't approved; None if nothing does."""
    found = _conflict(state.terms.entitlement, world, HOLDING, _approved_now(state, now), now)
    if found is None:
        return None
    name = world.directory.name_of(state.requester)
    return Refused(
        CODE, f"{_sentence(found, state.requester, name)} Approve this once that has ended, or deny it."
    )


def refused_acceptance(state: Access, world: World, now: datetime) -> Refused | None:
    """Why nothing is accepted of access that conflicts with what the requester has; None if nothing does."""
    found = _conflict(state.terms.entitlement, world, HOLDING, _approved_now(state, now), now)
    if found is None:
        return None
    return Refused(CODE, f"{_sentence(found, state.requester, None)} Accept this once that has ended.")


def why_not_started(state: Access, world: World) -> str | None:
    """Why a scheduled grant doesn't start: a conflicting one has begun; None if none has."""
    found = _conflict(state.terms.entitlement, world, BEGUN)
    return _sentence(found, state.requester, world.directory.name_of(state.requester)) if found else None


@dataclass(frozen=True)
class HeldTogether:
    """Two grants of one person that a rule separates; `key` names the pair."""

    first: Access
    second: Access
    rule: SeparateDuties

    @property
    def key(self) -> str:
        return f"{CODE}:{self.first.id}:{self.second.id}"

    def sentence(self, directory: Directory) -> str:
        """Say who has both, and what to do. Of private incidents it names nothing."""
        if self.first.private or self.second.private:
            return (
                f"Someone has access that “{self.rule.name}” separates, part of it for a private incident. "
                f"{_full_stop(self.rule.because)} Its incident commander has to revoke one."
            )
        name = directory.name_of(self.first.requester)
        titles = f"{self.first.terms.title} and {self.second.terms.title}"
        return f"{name} has both {titles}. {_full_stop(self.rule.because)} Revoke one of them."


def held_together(bundle: Bundle, directory: Directory, held: Iterable[Access]) -> Iterator[HeldTogether]:
    """Give every two of these grants that one person has together and that the bundle separates, each pair once."""
    separated = [one for one in held if separated_from(bundle, one.terms.entitlement)]
    for first, second in combinations(sorted(separated, key=lambda one: one.id), 2):
        rule = separated_from(bundle, first.terms.entitlement).get(second.terms.entitlement)
        mine = second.requester in one_person(directory, first.requester)
        if rule and mine and _together(_window_of(first), _window_of(second)):
            yield HeldTogether(first, second, rule)


def _conflict(
    entitlement: str,
    world: World,
    statuses: tuple[str, ...],
    window: Window | None = None,
    now: datetime | None = None,
) -> Conflict | None:
    """What conflicts with having this entitlement over the window; without one, with having it at all.

    What has begun conflicts with all that begins `now`, whether or not it should be over.
    """
    separated = separated_from(world.bundle, entitlement)
    had = [one for one in world.beside if isinstance(one, Access) and one.status in statuses]
    found = [
        one
        for one in had
        if one.terms.entitlement in separated
        and (
            window is None
            or _together(window, _window_of(one))
            or (one.status in BEGUN and now is not None and window[0] <= now)
        )
    ]
    first = min(found, key=lambda one: one.id, default=None)
    return Conflict(first, separated[first.terms.entitlement]) if first else None


def _approved_now(state: Access, now: datetime) -> Window:
    """The window that it gets at most, if it is approved now."""
    return grant_window(state.seconds, state.approved_seconds, state.starts_at, state.extends, now)


def _window_of(state: Access) -> Window:
    """Over which somebody has it, at most. What is ending has no known end; nor has what isn't granted yet."""
    grant = state.grant
    if grant is None or state.status == "ending":
        return (grant.starts_at if grant else state.asked_at), datetime.max.replace(tzinfo=UTC)
    return grant.starts_at, grant.ends_at


def _together(one: Window, other: Window) -> bool:
    (_, end), (later, _) = sorted((one, other))
    return later - end < APART


def _sentence(found: Conflict, requester: str, name: str | None) -> str:
    """What they have, and why not both. `name` is the requester's, None if they read it themselves."""
    if found.other.requester == requester:
        has = f"{name} has" if name else "You have"
    else:
        has = f"Another account or machine of {name or 'yours'} has"
    what = "access" if found.other.private and name else f"“{found.other.terms.title}”"
    return f"{has} {what}, and no one may have both at once: {_full_stop(found.rule.because)}"


def _full_stop(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
