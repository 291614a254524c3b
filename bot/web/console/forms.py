"""Reading what somebody typed into the console's forms, and saying what is wrong with it in place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import get_args

from bot.web.console import texts
from workflows.policy.bundle import Bundle
from workflows.ports import MACHINE, Directory
from workflows.queries.held_both import MAX_SPAN
from workflows.queries.search_request import ReviewStanding, SearchRequest
from workflows.text import storable

MAX_FIELD_CHARS = 200
"""Characters of a field."""
FIELDS = (
    "action",
    "person",
    "resource",
    "surface",
    "risk",
    "signal",
    "ticket",
    "input",
    "asked_by",
    "break_glass",
    "since",
    "until",
)


@dataclass(frozen=True)
class Search:
    """A search form: what was typed, what it means, and a sentence for each field that can't be read."""

    typed: Mapping[str, str]
    wanted: SearchRequest
    faults: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def picked(self, name: str) -> str:
        """The value of a date picker."""
        return pick(self.wanted.since if name == "since" else self.wanted.until)

    @property
    def words(self) -> str:
        """The search in one line."""
        given = [f"{name}: {text}" for name, text in self.typed.items() if text]
        return ", ".join(given) or "everything"


def read_search(given: Mapping[str, str], bundle: Bundle, directory: Directory) -> Search:
    """Read the fields of a search; one that is empty is not looked at."""
    typed = {name: _clean(given.get(name, "")) for name in FIELDS}
    faults = _too_long(typed)
    read = {name: "" if name in faults else text for name, text in typed.items()}
    person, notes = _person(read["person"], directory, faults)
    asked_by, more = _person(read["asked_by"], directory, faults, "asked_by")
    since, until = (_moment(read[name], name, faults) for name in ("since", "until"))
    if since and until and since >= until:
        faults["until"] = texts.BEFORE_START
    wanted = SearchRequest(
        person,
        read_resource(read["resource"], bundle),
        read["action"] or None,
        read["surface"] or None,
        read["risk"] or None,
        since,
        until,
        read["signal"] or None,
        read["input"] or None,
        asked_by,
        _standing(read["break_glass"], faults),
        read["ticket"] or None,
    )
    cut = {name: text[:MAX_FIELD_CHARS] for name, text in typed.items()}
    return Search(cut, wanted, faults, (*notes, *more))


@dataclass(frozen=True)
class HeldForm:
    """Who had access to what, when: what was typed, and what it means. With `until` from `at` to then, with `also`
    who had both."""

    typed: Mapping[str, str]
    resource: str | None
    also: str | None
    at: datetime
    until: datetime | None
    faults: Mapping[str, str]

    def picked(self, name: str) -> str:
        """The value of a date picker."""
        if name == "until":
            return pick(self.until)
        return pick(self.at) if self.typed["at"] else ""


def read_held(given: Mapping[str, str], bundle: Bundle, now: datetime) -> HeldForm:
    """Read the question; without a time it is asked for now."""
    typed = {name: _clean(given.get(name, "")) for name in ("resource", "also", "at", "until")}
    faults = _too_long(typed)
    at = _moment(typed["at"], "at", faults) if "at" not in faults else None
    until = _moment(typed["until"], "until", faults) if "until" not in faults else None
    for name, moment in (("at", at), ("until", until)):
        if moment and moment > now + timedelta(minutes=1):
            faults[name] = texts.IN_FUTURE
    if until and not at and "at" not in faults:
        faults["at"] = texts.NO_START
    if until and at and not timedelta() < until - at <= MAX_SPAN:
        faults["until"] = texts.TOO_FAR.format(days=MAX_SPAN.days)
    resource, also = (
        read_resource(typed[name], bundle) if name not in faults else None for name in ("resource", "also")
    )
    if also and not resource and "resource" not in faults:
        faults["resource"] = texts.NO_FIRST
    cut = {name: text[:MAX_FIELD_CHARS] for name, text in typed.items()}
    return HeldForm(cut, resource, also, at or now, until, faults)


@dataclass(frozen=True)
class StopForm:
    """What is to be stopped and why: what was typed, and what it means."""

    typed: Mapping[str, str]
    person: str | None
    target: str | None
    reason: str
    faults: Mapping[str, str]


def read_stop(given: Mapping[str, str], bundle: Bundle, directory: Directory) -> StopForm:
    """Read whom or what to stop; exactly one of the two has to be given."""
    typed = {name: _clean(given.get(name, "")) for name in ("person", "resource", "reason")}
    faults = _too_long({name: typed[name] for name in ("person", "resource")})
    person, unknown = _person(typed["person"], directory, faults) if "person" not in faults else (None, [])
    if unknown:
        faults["person"] = texts.NO_PERSON.format(typed=typed["person"])
    target = read_resource(typed["resource"], bundle) if "resource" not in faults else None
    if not faults and (person is None) == (target is None):
        faults["person"] = texts.ONE_OF_BOTH
    if not typed["reason"]:
        faults["reason"] = texts.NO_REASON
    cut = {name: text[: 3 * MAX_FIELD_CHARS] for name, text in typed.items()}
    return StopForm(cut, person, target, typed["reason"], faults)


def read_resource(text: str, bundle: Bundle) -> str | None:
    """The id behind what somebody calls it; as typed if the bundle doesn't have it, for it may once have."""
    wanted = text.casefold()
    return (
        next((id for id, title in resources(bundle) if wanted in (id.casefold(), title.casefold())), text)
        or None
    )


def resources(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Every resource, entitlement and service of the bundle with its title."""
    for one in bundle.entitlements.values():
        yield one.resource, one.resource_title
        yield one.id, one.title
    for name, service in bundle.services.items():
        yield name, service.title


def pick(at: datetime | None) -> str:
    """The value of a date picker, in UTC; seconds only if there are any."""
    if at is None:
        return ""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}".removesuffix(":00")


def _too_long(typed: Mapping[str, str]) -> dict[str, str]:
    sentence = texts.TOO_LONG.format(most=MAX_FIELD_CHARS)
    return {name: sentence for name, text in typed.items() if len(text) > MAX_FIELD_CHARS}


def _clean(text: str) -> str:
    """As a text that a database can be asked for."""
    return storable(text).strip()


def _standing(text: str, faults: dict[str, str]) -> ReviewStanding | None:
    found = next((one for one in get_args(ReviewStanding) if one == text), None)
    if text and found is None:
        faults["break_glass"] = texts.NOT_A_CHOICE
    return found


def _person(
    text: str, directory: Directory, faults: dict[str, str], field: str = "person"
) -> tuple[str | None, list[str]]:
    if not text:
        return None, []
    found = _called(text, directory)
    whose = {directory.identity(one) for one in found}
    if len(whose) > 1:
        names = ", ".join(f"{directory.name_of(one)} ({one})" for one in sorted(found)[:5])
        faults[field] = texts.SEVERAL.format(names=names)
        return None, []
    if not found:
        return text, [texts.NOBODY.format(typed=text)]
    return sorted(found)[0], []


def _called(text: str, directory: Directory) -> frozenset[str]:
    """People by id, address or name, as a whole or else in part; machines by name."""
    wanted = text.casefold()
    exact = directory.known_as(text) | {
        one.id for one in directory.people.values() if one.name.casefold() == wanted
    }
    machines = {
        id
        for id, one in directory.machines.items()
        if wanted in (id.casefold(), id.removeprefix(MACHINE).casefold(), one.title.casefold())
    }
    if exact or machines:
        return exact | machines
    return frozenset(one.id for one in directory.people.values() if wanted in one.name.casefold())


def _moment(text: str, name: str, faults: dict[str, str]) -> datetime | None:
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        faults[name] = texts.NO_TIME
        return None
