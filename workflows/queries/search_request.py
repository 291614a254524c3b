"""What a reader searches for, and the index terms that it stands for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from workflows.incidents.search_terms import resources_meant
from workflows.policy.roles import themselves
from workflows.ports import Directory
from workflows.queries.search import Query
from workflows.queries.search_index import (
    TAKEN,
    by_action,
    by_asker,
    by_input,
    by_person,
    by_resource,
    by_risk,
    by_signal,
    by_surface,
    by_ticket,
)
from workflows.workflow import REFUSED

ReviewStanding = Literal["unreviewed", "reviewed"]


@dataclass(frozen=True)
class SearchRequest:
    """A search; an event has to match every field that is given.

    `action` is a code such as `access.reviewed`, a workflow such as `access`, or `refused` for all refusals.
    """

    person: str | None = None
    resource: str | None = None
    action: str | None = None
    surface: str | None = None
    risk: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    signal: str | None = None
    input: str | None = None
    """A value that a request has for an input, such as `dataset=eu`."""
    asked_by: str | None = None
    """Who asked for somebody else."""
    break_glass: ReviewStanding | None = None
    """What was taken without approval, by where its review is now."""
    ticket: str | None = None


def query_of(wanted: SearchRequest, directory: Directory, workflows: Iterable[str]) -> Query:
    """Give the query for the index; `workflows` are the names of all of them, such as `access`."""
    all_of: list[frozenset[str]] = []
    if wanted.person:
        all_of.append(frozenset(map(by_person, themselves(wanted.person, directory))))
    if wanted.resource:
        all_of.append(frozenset(map(by_resource, resources_meant(wanted.resource))))
    if wanted.action == REFUSED:
        all_of.append(frozenset(by_action(f"{name}.{REFUSED}") for name in workflows))
    elif wanted.action:
        all_of.append(frozenset({by_action(wanted.action)}))
    also = [by_surface(wanted.surface)] if wanted.surface else []
    also += [by_risk(wanted.risk)] if wanted.risk else []
    also += [by_signal(wanted.signal)] if wanted.signal else []
    also += [by_ticket(wanted.ticket)] if wanted.ticket else []
    also += [by_input(wanted.input)] if wanted.input else []
    also += [TAKEN] if wanted.break_glass else []
    each = [frozenset({one}) for one in also]
    if wanted.asked_by:
        each.append(frozenset(map(by_asker, themselves(wanted.asked_by, directory))))
    awaits = wanted.break_glass == "unreviewed" if wanted.break_glass else None
    return Query(tuple(all_of), tuple(each), wanted.since, wanted.until, awaits)
