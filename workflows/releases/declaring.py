"""The incident that a release declares when what is live fails its checks: one, ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows.releases.state import Release
from workflows.workflow import World, derived


def declared_by(state: Release, what: str, world: World, now: datetime) -> Mapping[str, Any]:
    """The incident's id, severity and playbook as an event's fields; empty if none is declared, or one was."""
    rules, service = world.bundle.incidents, state.terms.service
    if rules is None or not rules.failed_check or state.incident is not None:
        return {}
    books = (name for name, one in sorted(world.bundle.playbooks.items()) if service in one.services)
    return {
        "incident": derived("inc", now, state.id, what),
        "severity": rules.failed_check,
        "playbook": next(books, None),
    }
