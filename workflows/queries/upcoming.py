"""Access that is granted and begins later, as an answer to who has access when."""

from collections.abc import Iterable
from datetime import datetime

from workflows.access.state import Access


def is_about(state: Access, resource: str) -> bool:
    """Whether it is access to this resource, or by this entitlement."""
    return resource in (state.terms.resource, state.terms.entitlement)


def upcoming(
    states: Iterable[Access], resource: str, at: datetime, until: datetime | None
) -> tuple[Access, ...]:
    """Those about the resource that aren't over at that moment, by begin; that begin by `until`, if it is given."""
    windows = [(one.grant, one) for one in states if one.grant and is_about(one, resource)]
    found = [
        (grant.starts_at, one.id, one)
        for grant, one in windows
        if at < grant.ends_at and (until is None or grant.starts_at <= until)
    ]
    return tuple(one for _, _, one in sorted(found, key=lambda one: one[:2]))
