"""An incident as its events have made it: who runs it, its playbook and what that has done, the access tied to it."""

import re
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from pydantic import Field

from workflows.policy.terms.incidents import COMMANDER, IncidentTerms, PlaybookTerms, StepTerms
from workflows.workflow import Part, State

KIND = "inc"
NAME = "incident"
CODE_CHARS = 5
"""Of the id's random part, which private incidents are called by."""


Status = Literal["open", "mitigated", "resolved", "reviewed", "cancelled"]


StepStatus = Literal["waiting", "running", "done", "failed", "skipped"]


AccessStatus = Literal["requested", "active", "ending", "ended", "refused"]


EVERY: tuple[Status, ...] = get_args(Status)


OPEN: tuple[Status, ...] = ("open", "mitigated")
"""Statuses in which it isn't settled yet."""


GOING: tuple[Status, ...] = (*OPEN, "resolved")
"""Statuses in which something can still be done."""


ACCESS_GOING: tuple[AccessStatus, ...] = ("requested", "active", "ending")
"""Statuses of access that is or may become live."""


OFFER_NOTE = "role-offered"


class Handover(Part):
    """A role offered to somebody, with what they have to know; it passes when they accept."""

    role: str
    to: str
    by: str
    brief: str
    at: datetime
    number: int = 0
    """Counts the incident's offers, so that a role offered twice is two of them."""

    @property
    def note(self) -> str:
        """The name of the message that tells whoever it is offered to."""
        return f"{OFFER_NOTE}/{self.number}/{self.role}"


class Step(Part):
    """A step of the playbook that runs. `run` counts its attempts by people; `trouble` is the last one's."""

    name: str
    status: StepStatus = "waiting"
    run: int = 0
    by: str | None = None
    at: datetime | None = None
    trouble: str | None = None
    note: str | None = None
    """What came of it, or why it was skipped."""
    reminded: bool = False
    escalated: bool = False


class PlaybookAccess(Part):
    """Access that a playbook has asked for, for whoever holds a role. `id` is the request's."""

    id: str
    entitlement: str
    title: str
    role: str
    person: str
    seconds: int
    step: str
    status: AccessStatus
    trouble: str | None = None


class PageState(Part):
    """A page for one severity. `trouble` is why it wasn't sent, or not yet; `settled`: it isn't tried again."""

    pager: str
    severity: str
    settled: bool
    trouble: str | None = None


class FollowUp(Part):
    id: str
    what: str
    owner: str
    due: date | None = None
    done: bool = False


class Incident(State):
    """An incident with all that follows from it. `holders`: role → person."""

    status: Status
    owner: str
    title: str
    severity: str
    service: str | None
    private: bool
    drill: bool
    terms: IncidentTerms
    declared_at: datetime
    ordinal: int | None = None
    """The 42 of inc-42; a private incident has none."""
    release: str | None = None
    """The release whose failed check declared it."""
    called: tuple[str, ...] = ()
    """People called in besides the groups of its severity: those who had to do with that release."""
    channel: str | None = None
    room_trouble: str | None = None
    invited: tuple[str, ...] = ()
    uninvited: dict[str, str] = Field(default_factory=dict)
    """Who couldn't be invited, and Slack's word for why."""
    holders: dict[str, str] = Field(default_factory=dict)
    offers: tuple[Handover, ...] = ()
    offered: int = 0
    """Counts offers, those that are gone among them."""
    playbook: PlaybookTerms | None = None
    started_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    pages: tuple[PageState, ...] = ()
    accesses: tuple[PlaybookAccess, ...] = ()
    frozen: tuple[str, ...] = ()
    """Services whose releases it stops."""
    notes: int = 0
    pins: tuple[str, ...] = ()
    """Messages that are pinned into its timeline."""
    follow_ups: tuple[FollowUp, ...] = ()
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    summary: str | None = None
    reason: str | None = None
    """Why it was cancelled or reopened."""
    alike: tuple[str, ...] = ()
    """Other open incidents that may be the same."""
    numbers: dict[str, str] = Field(default_factory=dict)
    """What people call the incidents that this one names, by their ids."""
    merged_into: str | None = None
    merged: tuple[str, ...] = ()
    rounds: int = 0
    """Counts resolutions; each has its review document."""

    @property
    def scope(self) -> str | None:
        return self.id if self.private else None

    @property
    def commander(self) -> str | None:
        return self.holders.get(COMMANDER)

    @property
    def number(self) -> str:
        """What people call it: inc-42. A private one has a code, which says nothing of how many there are."""
        return number_of(self.id, self.ordinal)

    def step(self, name: str) -> Step | None:
        return next((one for one in self.steps if one.name == name), None)

    def step_terms(self, name: str) -> StepTerms | None:
        steps = self.playbook.steps if self.playbook else ()
        return next((one for one in steps if one.name == name), None)

    def access(self, id: str) -> PlaybookAccess | None:
        return next((one for one in self.accesses if one.id == id), None)

    def page(self, pager: str, severity: str) -> PageState | None:
        return next((one for one in self.pages if (one.pager, one.severity) == (pager, severity)), None)

    def has_paged(self, pager: str, severity: str) -> bool:
        """Whether this page has come to its end."""
        found = self.page(pager, severity)
        return found is not None and found.settled

    def overdue_at(self, step: StepTerms) -> datetime | None:
        if self.started_at is None or step.within is None:
            return None
        return self.started_at + timedelta(seconds=step.within)


_MEANT = re.compile(
    r"#?(?:(?:inc|drill)-)?0*([1-9][0-9]{0,9})|#?(?:inc|drill)-(?:0*([1-9][0-9]{0,9})|(p[0-9a-z]{5}))(?:-.*)?"
)


def number_meant(word: str) -> str | None:
    """The number that somebody means by `42`, `inc-42` or `#inc-42-stale-features`; None if it means none."""
    meant = _MEANT.fullmatch(word.casefold())
    return f"{KIND}-{next(filter(None, meant.groups()))}" if meant else None


def number_of(subject: str, ordinal: int | None) -> str:
    """What people call the incident with this id and number; the letter keeps codes and numbers apart."""
    return f"{KIND}-{ordinal}" if ordinal else f"{KIND}-p{subject[-CODE_CHARS:].lower()}"
