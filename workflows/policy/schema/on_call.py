"""The YAML of `on-call.yaml` as models: schedules by name, each from one source."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import Annotated, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from workflows.policy.document import Document
from workflows.policy.fields import Line, Member, Name, shaped, wrong
from workflows.policy.problems import Problem, suggest, undefined
from workflows.policy.schema.block import Block
from workflows.policy.schema.rules import Group

SOURCES = ("rota", "ical", "pagerduty", "incident_io", "opsgenie")
"""The fields that say where a schedule comes from."""


def instant(local: datetime, zone: str) -> datetime:
    """The moment in UTC. A local time that clocks skip or show twice is taken by the offset before the change (PEP 495)."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def _local_time(typed: object) -> datetime:
    try:
        found = datetime.fromisoformat(typed if isinstance(typed, str) else "")
    except ValueError:
        raise wrong(f"{typed!r} isn't a date and time", "write it like 2026-03-02T09:00") from None
    if found.tzinfo is not None:
        raise wrong(
            f"{typed!r} has a time zone of its own", "leave it out; “zone” says it for all of the rota"
        )
    return found


@cache
def _zones() -> frozenset[str]:
    """The time zones of this machine. Looking for them reads hundreds of files."""
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise wrong(f"“{name[:60]}” isn't a time zone", suggest(name, _zones()))
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
"""The name of a time zone, such as `Europe/Berlin`."""
LocalTime = Annotated[datetime, BeforeValidator(_local_time)]
"""A date and time without a zone, such as `2026-03-02T09:00`."""


ScheduleId = Annotated[
    str, shaped(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", "use the schedule's id, such as PI7DH85 in its address")
]
CalendarAddress = Annotated[
    str,
    Field(max_length=500),
    shaped(
        r"https://[^\s@#?]+|[A-Za-z0-9_-]{1,60}",
        "use an address that begins with https:// and has no query, or a name of DAYPASS_CALENDARS",
    ),
]
"""Where a calendar is. A secret address has a name here, and stands in the setting DAYPASS_CALENDARS."""


class Override(Block):
    """Somebody covers from `begins` until `ends`, whoever's turn it is."""

    person: Member
    begins: LocalTime
    ends: LocalTime

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.ends <= self.begins:
            raise wrong("this override ends before it begins", "correct begins or ends")
        return self


class RotaBlock(Block):
    """`people` take turns in this order, each for `weeks`; the first hand-over is at `begins`, in `zone`."""

    people: Annotated[tuple[Member, ...], Field(min_length=1, max_length=100)]
    begins: LocalTime
    zone: Zone
    weeks: Annotated[int, Field(ge=1, le=52)] = 1
    overrides: Annotated[tuple[Override, ...], Field(max_length=500)] = ()

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        ordered = sorted(self.overrides, key=lambda one: one.begins)
        for one, following in pairwise(ordered):
            if following.begins < one.ends:
                raise wrong(
                    f"two overrides cover {following.begins:%Y-%m-%d %H:%M}",
                    "let one end when the next begins",
                )
        return self


class CalendarBlock(Block):
    """Shifts are the events of an iCalendar; whoever is invited to one is on call while it lasts.

    `zone` is for events without a time zone, and for those of whole days.
    """

    url: CalendarAddress
    zone: Zone = "UTC"


class OnCallBlock(Block):
    """One schedule. It has exactly one source."""

    title: Line
    rota: RotaBlock | None = None
    ical: CalendarBlock | None = None
    pagerduty: ScheduleId | None = None
    """The id of a schedule there, as of the next two."""
    incident_io: ScheduleId | None = None
    opsgenie: ScheduleId | None = None

    @property
    def source(self) -> str:
        """The field that says where it comes from."""
        return next(name for name in SOURCES if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(getattr(self, name) is not None for name in SOURCES) != 1:
            raise wrong(f"a schedule needs exactly one of {', '.join(SOURCES)}", "keep one of them")
        return self


class OnCallFile(Block):
    """`on-call.yaml`."""

    on_call: Annotated[dict[Name, OnCallBlock], Field(min_length=1)]


def unknown_schedules(
    document: Document, groups: Mapping[str, Group], schedules: Mapping[str, OnCallBlock]
) -> Iterator[Problem]:
    """Groups of whoever is on call by a schedule that nobody defined."""
    for name, group in groups.items():
        if group.on_call is not None and group.on_call not in schedules:
            where = ("groups", name, "on_call")
            yield document.problem(where, *undefined("on-call schedule", group.on_call, schedules))
