"""What the levels of a rule say of tickets, together."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.policy.conditions import pattern_fault
from workflows.policy.loading.level import Level, Merging
from workflows.policy.problems import Problem
from workflows.policy.schema.tickets import Ticket
from workflows.policy.terms.tickets import TicketTerms

LOOKED_UP = ("projects", "own_project", "must_be_open", "ends_access")
"""What can only be told of a ticket that is looked up."""


def merge_ticket(merging: Merging, found: Mapping[str, Any]) -> TicketTerms:
    """The rule that holds; `found` has what is tightest of each field. Problems are added to `merging`."""
    merging.problems += _without_source(merging, found)
    merging.problems += _without_project(merging, found)
    merging.problems += _ends_at_once(merging, found)
    said = [level.rule.ticket for level in merging.levels if level.rule.ticket]
    must_be_open = found["must_be_open"]
    return TicketTerms(
        required=bool(found["required"]),
        patterns=tuple(dict.fromkeys(one.pattern for one in said if one.pattern)),
        hint=next((one.hint for one in reversed(said) if one.hint), ""),
        source=found["source"],
        projects=found["projects"],
        own_project=bool(found["own_project"]),
        must_be_open=True if must_be_open is None else must_be_open,
        ends_access=bool(found["ends_access"]),
    )


def pattern_problems(level: Level) -> list[Problem]:
    """Of one level's ticket pattern."""
    pattern = (level.rule.ticket or Ticket()).pattern
    fault = pattern_fault(pattern) if pattern else ""
    return (
        [level.problem(("ticket", "pattern"), fault, "use an RE2 pattern such as OPS-[0-9]+")]
        if fault
        else []
    )


def _without_source(merging: Merging, found: Mapping[str, Any]) -> Iterator[Problem]:
    if found["source"] is not None:
        return
    for level in merging.levels:
        for name in LOOKED_UP:
            if getattr(level.rule.ticket, name, None) is not None:
                what = "this is only known of a ticket that is looked up"
                yield level.problem(("ticket", name), what, "set source, here or on a level above")


def _without_project(merging: Merging, found: Mapping[str, Any]) -> Iterator[Problem]:
    """Nobody could ever name a ticket of a project of theirs."""
    if not found["own_project"]:
        return
    eligible = [level.rule.eligible for level in merging.levels if level.rule.eligible]
    groups = [merging.groups[name] for name in (eligible or [()])[-1] if name in merging.groups]
    if any(group.ticket_projects for group in groups):
        return
    level = next(one for one in reversed(merging.levels) if one.rule.ticket and one.rule.ticket.own_project)
    what = "no group that can request this has ticket_projects"
    yield level.problem(("ticket", "own_project"), what, "add ticket_projects to the groups in groups.yaml")


def _ends_at_once(merging: Merging, found: Mapping[str, Any]) -> Iterator[Problem]:
    """Access for a closed ticket would end as soon as it is looked at."""
    if not found["ends_access"] or found["must_be_open"] is not False:
        return
    level = next(one for one in reversed(merging.levels) if one.rule.ticket and one.rule.ticket.ends_access)
    what = "access for a closed ticket would end at once"
    yield level.problem(("ticket", "ends_access"), what, "leave out must_be_open: false")
