"""What a rule says to a ticket: whether it is a valid one, is there, is open, and is in a project that counts."""

from collections.abc import Collection, Iterator
from typing import Any

from workflows.policy.bundle import Bundle
from workflows.policy.conditions import matches
from workflows.policy.evaluation import objections
from workflows.policy.evaluation.objections import Objection
from workflows.policy.terms.tickets import TicketTerms
from workflows.policy.tickets import TicketReading
from workflows.text import is_text

TICKET_LIMIT = 200
"""Characters of a ticket as typed."""


def ticket_problems(
    rule: TicketTerms, text: str, found: TicketReading | None, own: Collection[str]
) -> Iterator[Objection]:
    """What stands against what was typed as a ticket; `own` are the projects of the requester's groups."""
    typed = text.strip()
    if not typed:
        if rule.required:
            yield objections.no_ticket(rule.hint)
    elif len(typed) > TICKET_LIMIT or not is_text(typed):
        yield objections.unreadable_ticket(TICKET_LIMIT, rule.hint)
    elif not all(matches(pattern, typed) for pattern in rule.patterns):
        yield objections.wrong_ticket(typed, rule.hint)
    else:
        yield from ticket_objections(rule, found, own)


def recorded_ticket(found: TicketReading | None) -> dict[str, Any] | None:
    """What of a ticket is among the facts of a decision: no word that people typed."""
    return found.model_dump(mode="json", include={"source", "status", "project"}) if found else None


def seen_for(rule: TicketTerms, found: TicketReading | None) -> TicketReading | None:
    """What was seen of the ticket where this rule looks for it; None if nobody has looked there."""
    return found if found and rule.source is not None and found.source == rule.source else None


def lacks_reading(rule: TicketTerms, found: TicketReading | None) -> bool:
    """Whether this rule looks tickets up, and nobody has looked there."""
    return rule.source is not None and seen_for(rule, found) is None


def is_away(rule: TicketTerms, found: TicketReading | None) -> bool:
    """Whether the ticket was looked up where this rule looks for it, and couldn't be seen."""
    seen = seen_for(rule, found)
    return seen is not None and seen.status == "unreadable"


def projects_of(bundle: Bundle, groups: Collection[str]) -> frozenset[str]:
    """The projects of these groups."""
    known = (bundle.groups[name] for name in groups if name in bundle.groups)
    return frozenset(project for group in known for project in group.ticket_projects)


def ticket_objections(
    rule: TicketTerms, found: TicketReading | None, own: Collection[str]
) -> Iterator[Objection]:
    """What stands against a ticket that was typed; `own` are the projects of the requester's groups.

    Only what was seen counts: a ticket that nobody could look at is refused.
    """
    if rule.source is None:
        return
    seen = seen_for(rule, found)
    if seen is None:
        yield objections.ticket_unseen("It wasn't looked up. Try again.")
    elif seen.status == "unreadable":
        yield objections.ticket_unseen(seen.why)
    elif seen.status == "missing":
        yield objections.no_such_ticket(rule.source, rule.hint)
    else:
        yield from _standing(rule, seen, own)


def _standing(rule: TicketTerms, seen: TicketReading, own: Collection[str]) -> Iterator[Objection]:
    if seen.status == "closed" and rule.must_be_open:
        yield objections.ticket_closed(seen.key, seen.said)
    if rule.projects is not None and not _among(seen.project, rule.projects):
        yield objections.other_project(seen.key, rule.projects)
    elif rule.own_project and not _among(seen.project, own):
        yield objections.not_own_project(seen.key, sorted(own))


def _among(project: str, projects: Collection[str]) -> bool:
    """Systems write their projects in one case and mean any."""
    return project.casefold() in {one.casefold() for one in projects}
