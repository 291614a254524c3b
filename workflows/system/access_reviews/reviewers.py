"""Who may review which items: never their own, under any account that may be theirs, nor a machine's of theirs."""

from collections.abc import Iterable, Iterator

from workflows.ports import Directory
from workflows.system.access_reviews.state import AccessReview


def reviewer_groups(state: AccessReview, entitlement: str) -> tuple[str, ...]:
    """The groups whose members may review the entitlement's items now."""
    more = state.terms.escalate_to if state.escalated else ()
    return tuple(dict.fromkeys((*state.terms.reviewed(entitlement).reviewers, *more)))


def reviewers_of(state: AccessReview, entitlement: str, directory: Directory) -> frozenset[str]:
    """Everybody who may review items of the entitlement that aren't their own."""
    return directory.all_members_of(reviewer_groups(state, entitlement))


def everyone(state: AccessReview, directory: Directory) -> frozenset[str]:
    """Everybody who may review some entitlement of it."""
    named = (reviewers_of(state, one.entitlement, directory) for one in state.terms.entitlements)
    return frozenset[str]().union(*named)


def own(reviewer: str, directory: Directory) -> frozenset[str]:
    """The people and machines whose items this reviewer may not answer: all that may be themselves, theirs, or someone
    who is away and whom they decide for."""
    accounts = directory.may_be(reviewer) | {reviewer}
    machines = {
        id for id, one in directory.machines.items() if directory.all_who_may_be(one.owners) & accounts
    }
    stood_in_for = {id for id, one in directory.away.items() if one.delegate in accounts}
    return accounts | machines | stood_in_for


def waiting_for(state: AccessReview, reviewer: str, directory: Directory) -> list[int]:
    """The numbers of the unanswered items that this reviewer may answer."""
    return waiting(state, [reviewer], directory)[reviewer]


def waiting(state: AccessReview, reviewers: Iterable[str], directory: Directory) -> dict[str, list[int]]:
    """The same of each of these reviewers: of a review of thousands, unanswered items are looked for once."""
    seated = {
        one.entitlement: reviewers_of(state, one.entitlement, directory) for one in state.terms.entitlements
    }
    unanswered = enumerate(state.items, 1) if state.status == "open" else ()
    left = [(n, one.person, seated[one.entitlement]) for n, one in unanswered if one.verdict is None]
    found: dict[str, list[int]] = {}
    for reviewer in reviewers:
        theirs = own(reviewer, directory) if left else frozenset()
        found[reviewer] = [n for n, person, may in left if reviewer in may and person not in theirs]
    return found


def people_waited_for(state: AccessReview, directory: Directory) -> frozenset[str]:
    """Everybody whose answer some item waits for."""
    found = waiting(state, everyone(state, directory), directory)
    return frozenset(one for one, numbers in found.items() if numbers)


def without_reviewers(state: AccessReview, directory: Directory) -> tuple[str, ...]:
    """Entitlements with unanswered items that nobody may answer."""
    left: dict[str, set[str]] = {}
    for item in state.items:
        if item.verdict is None:
            left.setdefault(item.entitlement, set()).add(item.person)
    return tuple(
        sorted(
            one
            for one, people in left.items()
            if _unanswerable(people, reviewers_of(state, one, directory), directory)
        )
    )


def _unanswerable(people: set[str], reviewers: frozenset[str], directory: Directory) -> set[str]:
    """Of these people, those whom every reviewer is. Two reviewers are rarely one person, so few are looked at."""
    for one in sorted(reviewers):
        if not people:
            break
        people = people & own(one, directory)
    return people


def eligible_people(directory: Directory, groups: Iterable[str]) -> Iterator[str]:
    """People and machines in one of the groups, in order."""
    wanted = frozenset(groups)
    people = directory.all_members_of(wanted)
    machines = {id for id, one in directory.machines.items() if one.groups & wanted}
    yield from sorted(people | machines)
