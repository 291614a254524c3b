"""Incidents that may be the same: found when one is declared, and told to both."""

import difflib
from datetime import timedelta

from workflows.incidents.actions.action import PLAYBOOK, SURFACE
from workflows.incidents.commands import (
    ReportAlike,
)
from workflows.incidents.state import KIND, OPEN, Incident
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Result
from workflows.ledger.repository import Repository

ALIKE_WITHIN = timedelta(hours=2)
"""Incidents further apart are not thought to be the same."""


ALIKE_FROM = 0.6
"""Of 1, how alike two titles are that may be the same."""


async def look_alike_of(state: Incident, ledger: Ledger, reads: Repository) -> Result:
    """Other open incidents that may be the same; each of them hears of this one, too."""
    if state.private:
        return Done()
    others = [
        one for one in await reads.in_status(Incident, KIND, OPEN) if one.id != state.id and alike(state, one)
    ]
    for one in others:
        await ledger.handle(ReportAlike(one.id, {state.id: state.number}), PLAYBOOK, SURFACE)
    return Done(ReportAlike(state.id, {one.id: one.number for one in others}) if others else None)


def alike(one: Incident, other: Incident) -> bool:
    """Whether two incidents may be the same; never a private one, and never a drill and a real one."""
    if one.private or other.private or one.drill != other.drill:
        return False
    if abs(one.declared_at - other.declared_at) > ALIKE_WITHIN:
        return False
    titles = difflib.SequenceMatcher(None, one.title.casefold(), other.title.casefold()).ratio()
    return titles >= ALIKE_FROM or (one.service is not None and one.service == other.service)
