"""Deciding in stages, as access and releases do: who may, whose verdict is wanted, who has a card, what is refused.

A workflow says of its state who never decides on it; all else follows from its stages and its reviews.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from pydantic import JsonValue

from workflows.policy.evaluation.quorum import Review as Vote
from workflows.policy.evaluation.quorum import seats, short_of_people, verdict, who_can_decide
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory
from workflows.workflow import Actor, Command, Event, Refused, World, unmet

MACHINES_ASK = "Machines can request and read. Only people can approve or deny."
Role = Literal["requester", "approver", "alarm"]


class StagedTerms(Protocol):
    """`digest` is the policy's."""

    @property
    def stages(self) -> tuple[StageTerms, ...]: ...
    @property
    def digest(self) -> str: ...


class Given(Protocol):
    """A review."""

    @property
    def reviewer(self) -> str: ...


class Staged(Protocol):
    """What is decided in stages, from `begun_at` on. `digest` is of all that its card shows."""

    @property
    def id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def requester(self) -> str: ...
    @property
    def terms(self) -> StagedTerms: ...
    @property
    def digest(self) -> str: ...
    @property
    def begun_at(self) -> datetime: ...
    @property
    def lapses_at(self) -> datetime: ...
    @property
    def escalated(self) -> Collection[str]: ...
    @property
    def stuck(self) -> tuple[str, ...]: ...
    @property
    def reviews(self) -> Sequence[Given]: ...
    @property
    def votes(self) -> Sequence[Vote]: ...

    def excluded(self, directory: Directory) -> frozenset[str]:
        """All accounts of those who never decide on it."""


@dataclass(frozen=True)
class CheckApprovers(Command):
    """People have left or changed: see whether what waits can still be decided."""


class ApproversMissing(Event):
    """Too few people are left to decide these stages."""

    action = "approvers-missing"
    stages: tuple[str, ...]


class ApproversFound(Event):
    """Every stage can be decided again."""

    action = "approvers-found"


@dataclass(frozen=True)
class Audience:
    """Somebody a card is for. `place` is `person:<id>` or `channel:<id or #name>`."""

    role: Role
    place: str


def approvers_of(stage: StageTerms, state: Staged, directory: Directory) -> frozenset[str]:
    """Who may decide in the stage, those it was escalated to included; nobody who is excluded."""
    return seats((stage,), directory, state.excluded(directory), state.escalated)[stage.name]


def deciders(state: Staged, directory: Directory) -> frozenset[str]:
    """Everybody who is an approver in one of the stages."""
    seated = seats(state.terms.stages, directory, state.excluded(directory), state.escalated)
    return frozenset[str]().union(*seated.values())


def still_needed(state: Staged, directory: Directory) -> dict[str, frozenset[str]]:
    """For each stage, whose verdict would bring what is pending forward now."""
    if state.status != "pending":
        return {}
    excluded = state.excluded(directory)
    return who_can_decide(state.terms.stages, directory, excluded, state.votes, state.escalated)


def short_of_approvers(state: Staged, directory: Directory) -> tuple[str, ...]:
    """Names of the stages that can't get the approvals they need, whoever approves; none of what isn't pending."""
    if state.status != "pending":
        return ()
    excluded = state.excluded(directory)
    return short_of_people(state.terms.stages, directory, excluded, state.votes, state.escalated)


def check_approvers(
    state: Staged, directory: Directory, escalated: Callable[[StageTerms], Event]
) -> tuple[Event, ...]:
    """What it means that these people are left. A stage without approvers is escalated at once, if it can be."""
    if state.status != "pending" or not directory.people:
        return ()
    short = short_of_approvers(state, directory)
    if short == state.stuck:
        return ()
    if not short:
        return (ApproversFound(),)
    stages = [one for one in state.terms.stages if one.name in short and one.name not in state.escalated]
    return (ApproversMissing(stages=short), *(escalated(one) for one in stages if one.escalate_to))


def impossible_check(state: Staged, event: ApproversMissing | ApproversFound) -> str | None:
    """Why this could not have been found out of what is in this state; None if it could."""
    if isinstance(event, ApproversFound):
        return unmet((bool(state.stuck), "no approvers had been missing"))
    names = {one.name for one in state.terms.stages}
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (bool(event.stages) and names.issuperset(event.stages), "it has no such stages"),
        (event.stages != state.stuck, "it was known before"),
    )


def impossible_escalation(state: Staged, name: str, to: tuple[str, ...], at: datetime) -> str | None:
    """Why a stage of what waits could not have been escalated to these then; None if it could."""
    stage = next((one for one in state.terms.stages if one.name == name), None)
    after = stage.escalate_after if stage else None
    return unmet(
        (name not in state.escalated, "it had been escalated before"),
        (
            name in state.stuck or (after is not None and at >= state.begun_at + timedelta(seconds=after)),
            "its terms escalate no such stage, or only later",
        ),
        (stage is not None and to == stage.escalate_to, "its terms escalate it to others"),
    )


def waits_for(state: Staged, directory: Directory, person: str) -> bool:
    """Whether this person's verdict would move it on."""
    return any(person in people for people in still_needed(state, directory).values())


def satisfied(state: Staged, directory: Directory, *more: Vote) -> bool:
    """Whether its reviews suffice, with these besides."""
    excluded, votes = state.excluded(directory), [*state.votes, *more]
    return verdict(state.terms.stages, directory, excluded, votes, state.escalated).satisfied


def reviewer_groups(reviews: Sequence[Given], reviewer: str, directory: Directory) -> dict[str, JsonValue]:
    """The groups of everybody who has reviewed it, this one included: what a quorum is counted from, for the record."""
    people = dict.fromkeys([*(one.reviewer for one in reviews), reviewer])
    return {one: [*sorted(directory.groups_of(one))] for one in people}


def recorded_quorum(
    stages: Sequence[StageTerms],
    groups: Mapping[str, Any],
    excluded: Collection[str],
    votes: Sequence[Vote],
    escalated: Collection[str],
) -> bool:
    """Whether the votes suffice, by the groups that the log recorded for each reviewer."""
    directory = _recorded_directory(groups)
    return verdict(stages, directory, excluded, votes, escalated).satisfied


def recorded_seat(
    stages: Sequence[StageTerms], reviewer: str, seen: Mapping[str, Any], escalated: Collection[str]
) -> bool:
    """Whether the reviewer was an approver in one of the stages, by what the decision recorded of them.

    A stage that lists all who could decide in it lists nobody who was excluded: whoever is in its groups and not on
    that list is another account of one who was.
    """
    directory = _recorded_directory({reviewer: seen.get("reviewer_groups", ())})
    listed = {one["stage"]: one for one in seen.get("stages", ()) if one["count"] == len(one["people"])}
    seated = seats(stages, directory, (), escalated)
    regular = seats(stages, directory, (), ())
    barred = any(
        reviewer in regular[name] and reviewer not in one["people"]
        for name, one in listed.items()
        if name in regular
    )
    return not barred and any(reviewer in people for people in seated.values())


def _recorded_directory(groups: Mapping[str, Any]) -> Directory:
    names = {name for of in groups.values() for name in of}
    members = {name: frozenset(person for person, of in groups.items() if name in of) for name in names}
    return Directory(groups=members)


def escalations(state: Staged) -> list[tuple[datetime, StageTerms]]:
    """The stages that are still to be escalated, with when."""
    return [
        (state.begun_at + timedelta(seconds=stage.escalate_after), stage)
        for stage in state.terms.stages
        if stage.escalate_after is not None and stage.name not in state.escalated
    ]


def late(state: Staged, directory: Directory, now: datetime) -> bool:
    """Whether a stage that was to be escalated by now still wants a verdict."""
    waiting = still_needed(state, directory)
    after = [one.escalate_after for one in state.terms.stages if one.escalate_after and one.name in waiting]
    return bool(after) and now >= state.begun_at + timedelta(seconds=min(after))


def audiences(state: Staged, directory: Directory, *, alone: bool = False) -> tuple[Audience, ...]:
    """Whose cards it has, in the order in which they are drawn; `alone`: the requester's and no other."""
    told = sorted(directory.told_for(state.requester))
    found = [Audience("requester", f"person:{one}") for one in told]
    for stage in () if alone else state.terms.stages:
        if stage.notify in ("channel", "both"):
            found.append(Audience("approver", f"channel:{stage.channel}"))
        if stage.notify in ("people", "both"):
            people = approvers_of(stage, state, directory)
            found += [Audience("approver", f"person:{one}") for one in sorted(people)]
    return tuple(dict.fromkeys(found))


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
    if revised or shown != (state.digest, state.terms.digest):
        sentence = "That card was out of date, so nothing was decided. Decide again on the current one."
        return Refused("stale", sentence, revised)
    return None
