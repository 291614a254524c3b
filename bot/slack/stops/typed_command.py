"""`/access stop …` as people type it."""

import re
from dataclasses import dataclass

from bot.slack.stops import texts
from workflows.policy.bundle import Bundle
from workflows.ports import MACHINE, Directory
from workflows.system.stops.decide import known_targets
from workflows.system.stops.refusals import unknown_target

VERB = "stop"
MAX_NAME_CHARS = 60
_WORDS = re.compile(r"(?P<what>.*?)(?:\s*\bbecause\b\s*(?P<why>.*))?", re.IGNORECASE | re.DOTALL)
_OF = re.compile(r"everything\s+of\s+", re.IGNORECASE)
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>")


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
    if of or _MENTION.match(what) or what.startswith("@"):
        name = what[of.end() :].strip() if of else what
        person = who if name.casefold() == "me" else person_called(name, directory)
        fault = "" if person else texts.NOT_A_PERSON.format(typed=name[:MAX_NAME_CHARS])
        return TypedStop(person, None, why, fault)
    target = target_called(what, bundle)
    return TypedStop(
        None, target, why, "" if target else unknown_target(what, known_targets(bundle)).sentence
    )


def person_called(name: str, directory: Directory) -> str | None:
    """Whom a mention, an id, an e-mail address or a name means; None if it isn't exactly one person or machine.

    Part of a name will do: the window shows who is meant before anything ends.
    """
    if mentioned := _MENTION.fullmatch(name):
        return mentioned[1]
    bare = name.removeprefix("@").strip()
    folded = bare.casefold()
    if folded.removeprefix(MACHINE) in {one.removeprefix(MACHINE) for one in directory.machines}:
        return f"{MACHINE}{folded.removeprefix(MACHINE)}"
    if account := directory.account_with(bare):
        return account
    people = directory.people.values()
    exactly = {one.id for one in people if folded in (one.id.casefold(), one.name.casefold())}
    found = exactly or {one.id for one in people if folded and folded in one.name.casefold()}
    return found.pop() if len(found) == 1 else None


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
