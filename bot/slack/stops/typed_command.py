"""`/access stop …` as people type it."""

import re
from dataclasses import dataclass

from bot.slack.people_called import MAX_NAME_CHARS, MENTION, person_called
from bot.slack.stops import texts
from workflows.policy.bundle import Bundle
from workflows.ports import Directory
from workflows.system.stops.decide import known_targets
from workflows.system.stops.refusals import unknown_target

VERB = "stop"
_WORDS = re.compile(r"(?P<what>.*?)(?:\s*\bbecause\b\s*(?P<why>.*))?", re.IGNORECASE | re.DOTALL)
_OF = re.compile(r"everything\s+of\s+", re.IGNORECASE)


@dataclass(frozen=True)
class TypedStop:
    """What a command said: whom, by id, or what is to be stopped, and why. `fault` is a sentence if it isn't clear."""

    person: str | None = None
    target: str | None = None
    reason: str = ""
    fault: str = ""


def is_stop(text: str) -> bool:
    """Whether the words behind the command begin with `stop`."""
    return text.split(maxsplit=1)[:1] == [VERB] or text.casefold().split(maxsplit=1)[:1] == [VERB]


def read_stop(text: str, who: str, bundle: Bundle, directory: Directory) -> TypedStop:
    """Read `stop everything of @ada because …` or `stop warehouse because …`, as typed by `who`."""
    rest = text.split(maxsplit=1)[1:]
    found = _WORDS.fullmatch(rest[0].strip() if rest else "")
    what, why = (found.group("what").strip(), (found.group("why") or "").strip()) if found else ("", "")
    if not what:
        return TypedStop(fault=texts.HELP)
    of = _OF.match(what)
    if of or MENTION.match(what) or what.startswith("@"):
        name = what[of.end() :].strip() if of else what
        person = who if name.casefold() == "me" else person_called(name, directory)
        fault = "" if person else texts.NOT_A_PERSON.format(typed=name[:MAX_NAME_CHARS])
        return TypedStop(person, None, why, fault)
    target = target_called(what, bundle)
    return TypedStop(
        None, target, why, "" if target else unknown_target(what, known_targets(bundle)).sentence
    )


def target_called(name: str, bundle: Bundle) -> str | None:
    """The id of the entitlement or resource that people call so; None if there is none."""
    folded = name.casefold()
    for one in bundle.entitlements.values():
        if folded in {one.id, one.title.casefold(), *one.aliases}:
            return one.id
    for one in bundle.entitlements.values():
        if folded in {one.resource, one.resource_title.casefold()}:
            return one.resource
    return None
