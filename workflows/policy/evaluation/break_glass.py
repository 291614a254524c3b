"""Taking access without approval, as the policy has it: who may, what stands against it, and who could review it."""

from dataclasses import replace

from workflows.durations import spell_duration
from workflows.policy.evaluation.assess import Assessment
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.evaluation.objections import TICKET_UNSEEN, Objection, join_names
from workflows.policy.evaluation.tickets import is_away
from workflows.policy.terms.access import Terms
from workflows.ports import Directory


def as_taken(seen: Assessment, directory: Directory) -> Assessment:
    """The assessment of a request, as one of taking the same without approval."""
    return replace(seen, problems=_problems(seen, directory))


def reviewer_groups(terms: Terms, escalated: bool) -> frozenset[str]:
    """The groups whose members may review: the approvers of its stages, and those of the review."""
    taken = terms.break_glass
    staged = (group for stage in terms.stages for group in stage.approvers)
    more = (*taken.reviewers, *(taken.escalate_to if escalated else ())) if taken else ()
    return frozenset((*staged, *more))


def possible_reviewers(
    terms: Terms, requester: str, directory: Directory, *, escalated: bool
) -> frozenset[str]:
    """Who could review it if this person took it, at once or after it is `escalated`."""
    here = with_manager(directory, requester)
    return here.all_members_of(reviewer_groups(terms, escalated)) - directory.may_be(requester)


def _problems(seen: Assessment, directory: Directory) -> tuple[Objection, ...]:
    """What stands against taking it: all that stands against a request, except that too few could approve it, and that
    the system away is which would check its ticket."""
    terms = seen.terms
    away = terms is not None and not terms.automatic and is_away(terms.ticket, seen.ask.ticket_found)
    found = [
        one for one in seen.problems if one.field != "approvers" and not (away and one.code == TICKET_UNSEEN)
    ]
    if terms is None:
        return tuple(found)
    taken = terms.break_glass
    if taken is None:
        return (*found, _not_offered(terms.title))
    if not set(seen.groups) & set(taken.taken_by):
        found.append(_not_theirs(terms.title, taken.taken_by))
    named = {one.field for one in found}
    length = len(seen.ask.justification.strip())
    if "duration" not in named and seen.ask.seconds > taken.longest:
        found.append(_too_long(taken.longest))
    if "justification" not in named and length < taken.min_length:
        found.append(_reason_too_short(length, taken.min_length))
    if not possible_reviewers(terms, seen.ask.requester, directory, escalated=True):
        found.append(_no_reviewers())
    return tuple(found)


def _not_offered(title: str) -> Objection:
    """The rule lets nobody take it."""
    sentence = f"“{title}” can't be taken without approval. Request it instead."
    return Objection("eligibility", "no-break-glass", sentence)


def _not_theirs(title: str, groups: tuple[str, ...]) -> Objection:
    """The rule lets others take it."""
    sentence = (
        f"Only members of {join_names(groups, 'or')} can take “{title}” without approval. Request it instead."
    )
    return Objection("eligibility", "not-in-break-glass", sentence)


def _too_long(longest: int) -> Objection:
    """More seconds than may be taken."""
    sentence = f"The maximum without approval is {spell_duration(longest)}. Request it if you need longer."
    return Objection("duration", "too-long", sentence)


def _reason_too_short(length: int, least: int) -> Objection:
    """A reason of `length` characters where `least` are needed."""
    sentence = f"Write at least {least} characters, so reviewers can judge it. You have {length}."
    return Objection("justification", "too-short", sentence)


def _no_reviewers() -> Objection:
    """Nobody could review it afterwards."""
    sentence = (
        "Nobody else could review this afterwards, so it can't be taken. Ask an operator to add a reviewer."
    )
    return Objection("approvers", "no-reviewers", sentence)
