"""What a kind of pager is: it tells somebody outside Slack of an incident."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from workflows.incidents.ports import Caller
from workflows.incidents.state import Incident
from workflows.policy.schema.pagers import PagerBlock


@dataclass(frozen=True)
class Page:
    """One page, however often it is tried. `key` is the same each time, so that the other side can count it once."""

    incident: Incident
    name: str
    pager: PagerBlock
    severity: str
    caller: Caller
    on_call: tuple[str, ...] = ()
    """Who is on call by the pager's schedule right now: e-mail addresses, or Slack user ids where there is none."""
    on_call_unknown: str = ""
    """Why nobody can tell who is, as a sentence."""

    @property
    def key(self) -> str:
        return f"{self.incident.id}/page/{self.name}/{self.severity}"


@dataclass(frozen=True)
class PagerKind:
    """A kind, by the field that names it."""

    name: str
    send: Callable[[Page], Awaitable[None]]
    """Return when the pager has taken the page. Raises Retryable, or Permanent if it never will."""
