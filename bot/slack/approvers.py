"""Who still has to decide, in words, for every card that waits for approval."""

from collections.abc import Iterable, Mapping

from bot.slack import texts
from bot.slack.mrkdwn import mention, minute, plain
from workflows.approval.approvers import short_of_approvers
from workflows.approval.staged import Given, Staged
from workflows.policy.on_call.seen import unknown_groups
from workflows.ports import Directory

NAMED = 6
"""People named in an answer; Details names more."""
NAMED_ON_CARD = 2
NOBODY_MANAGED: Mapping[str, str] = {}


def waiting_for(
    needed: Mapping[str, Iterable[str]],
    escalated: Iterable[str] = (),
    most: int = NAMED,
    managed: Mapping[str, str] = NOBODY_MANAGED,
) -> str:
    """Say whose verdict is needed, such as “<@U1> or <@U2> (owners) and <@U3> (security)”.

    `needed` are people by stage; a stage's name stands beside its people where there are several, and beside what
    was `escalated`. `managed` has whose manager somebody is, if they decide as that.
    """
    stages = [(name, sorted(people)) for name, people in needed.items()]
    named = [(name, people) for name, people in stages if people]
    return " and ".join(
        either(people, most, managed) + _of(name, len(named) > 1, name in {*escalated})
        for name, people in named
    )


def waiting_for_briefly(
    needed: Mapping[str, Iterable[str]],
    escalated: Iterable[str] = (),
    managed: Mapping[str, str] = NOBODY_MANAGED,
) -> str:
    """Say the same on a card, in two lines of a phone: two people, or of several stages their names alone."""
    stages = [name for name, people in needed.items() if people]
    if len(stages) < 2:
        return waiting_for(needed, escalated, NAMED_ON_CARD, managed)
    return " and ".join(plain(name) + _of(name, False, name in {*escalated}) for name in stages)


def either(people: Iterable[str], most: int = NAMED, managed: Mapping[str, str] = NOBODY_MANAGED) -> str:
    """Any one of these people: `<@U1>, <@U2> or <@U3>`; past `most` how many more there are."""
    names = [
        texts.AS_MANAGER.format(who=mention(one), whose=mention(managed[one]))
        if one in managed
        else mention(one)
        for one in sorted(people)
    ]
    if len(names) > most:
        return f"{', '.join(names[:most])} or {len(names) - most} more"
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)


def reviewer_of(review: Given) -> str:
    """Say who gave a review, how and for whom, such as “<@U1> (with a passkey; for <@U2>, away until Friday)”."""
    by = [texts.WITH_PASSKEY] if review.signed else []
    by += [
        texts.FOR_APPROVER.format(who=mention(one.approver), until=minute(one.until))
        for one in review.delegated_by
    ]
    return f"{mention(review.reviewer)} ({'; '.join(by)})" if by else mention(review.reviewer)


def _nobody_left(stage: str) -> str:
    return texts.NOBODY_LEFT.format(stage=plain(stage))


def approver_warnings(state: Staged, directory: Directory) -> list[str]:
    """Warn that who is on call can't be told, and of the stages that have too few eligible approvers."""
    short = [_nobody_left(stage) for stage in short_of_approvers(state, directory)]
    return [*_unknown_on_call(state, directory), *short] if state.status == "pending" else []


def _unknown_on_call(state: Staged, directory: Directory) -> list[str]:
    groups = [group for stage in state.terms.stages for group in (*stage.approvers, *stage.escalate_to)]
    unknown = unknown_groups(directory, groups)
    return [texts.ON_CALL_UNKNOWN.format(groups=plain(", ".join(unknown)))] if unknown else []


def _of(stage: str, several: bool, escalated: bool) -> str:
    words = [*([plain(stage)] if several else []), *(["escalated"] if escalated else [])]
    return f" ({', '.join(words)})" if words else ""
