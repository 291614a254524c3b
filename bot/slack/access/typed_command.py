"""`/access …` as people type it, read as far as it can be understood."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.slack.access import texts
from bot.slack.access.input_fields import typed_inputs
from bot.slack.access.kits.texts import ONLY_ONES_OWN
from bot.slack.access.run_field import leading_run
from workflows.access.local_times import parse_window
from workflows.durations import DurationError, parse_duration
from workflows.policy.bundle import Bundle, Entitlement
from workflows.policy.conditions import matches
from workflows.policy.evaluation.kits import as_entitlement
from workflows.policy.evaluation.objections import not_eligible


@dataclass(frozen=True)
class Prefill:
    """What a command said, as far as it was understood; `note` is a sentence about what wasn't."""

    entitlement: Entitlement | None = None
    seconds: int | None = None
    starts_at: datetime | None = None
    until_run: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    justification: str = ""
    ticket: str = ""
    note: str = ""


MAX_NAME_CHARS = 60
_DURATION_LIKE = re.compile(r"[0-9][0-9.]*\s*[a-z]*", re.IGNORECASE)
_LINKS = ("for", "because", "to", "-", "—", ":")


def parse_command(text: str, entitlements: Sequence[Entitlement], zone: str | None, now: datetime) -> Prefill:
    """Read `what [tomorrow 9:00-12:00] [for 1h] [until run abc] [name=value …] [because] reason` out of what the person
    can request.

    Each part is optional. Days and times are theirs, in this time zone.

    A misspelt name becomes the nearest one there is, and `note` says so; all else is kept as typed.

    A ticket is taken from the words when one fits the entitlement's patterns, or after the word `ticket`.
    """
    words = text.split()
    if not words:
        return Prefill()
    entitlement, rest = _leading_entitlement(words, entitlements)
    unknown = ""
    if entitlement is None:
        entitlement, rest = _nearest(words[0], entitlements), words[1:]
        unknown = _unknown(words[0], entitlement)
    inputs, rest = typed_inputs(rest, entitlement.inputs if entitlement else ())
    when = parse_window(rest, zone, now)
    seconds, rest, wrong = _leading_duration(_unlinked(rest[when.words :]))
    if seconds and not when.words:
        when = parse_window(rest, zone, now)
        rest = rest[when.words :]
    until_run, rest = leading_run(rest)
    more, rest = typed_inputs(rest, entitlement.inputs if entitlement else ())
    ticket = _ticket(rest, entitlement)
    rest = _without_ticket(rest, ticket)
    note = " ".join(one for one in (unknown, when.note, wrong) if one)
    why = " ".join(_unlinked(rest))
    return Prefill(
        entitlement,
        when.seconds or seconds,
        when.starts_at,
        until_run,
        inputs | more,
        why,
        ticket,
        note,
    )


def named_entitlement(text: str, entitlements: Sequence[Entitlement]) -> Entitlement | None:
    """The entitlement that a command names first, exactly; None if it names none of these."""
    return _leading_entitlement(text.split(), entitlements)[0]


def not_theirs(text: str, offered: Sequence[Entitlement], bundle: Bundle) -> str:
    """Why what the command names isn't offered, if it is there for others; empty if it isn't."""
    known = [*bundle.entitlements.values(), *(as_entitlement(bundle, *one) for one in bundle.kits.items())]
    others = [one for one in known if one not in offered]
    named = named_entitlement(text, others) if not named_entitlement(text, offered) else None
    if named and named.id in bundle.kits:
        return ONLY_ONES_OWN.format(kit=named.title)
    return not_eligible(named.title, named.rule.eligible).sentence if named else ""


def _leading_entitlement(
    words: list[str], entitlements: Sequence[Entitlement]
) -> tuple[Entitlement | None, list[str]]:
    """By id, alias or title, the longest that fits."""
    for length in range(min(len(words), 12), 0, -1):
        name = " ".join(words[:length]).casefold()
        for one in entitlements:
            if name in {one.id, one.title.casefold(), *one.aliases}:
                return one, words[length:]
    return None, words


def _leading_duration(words: list[str]) -> tuple[int | None, list[str], str]:
    """The longest of the first words that is a duration; a sentence when they only look like one."""
    for length in range(min(len(words), 8), 0, -1):
        try:
            return parse_duration(" ".join(words[:length])), words[length:], ""
        except DurationError:
            continue
    if words and _DURATION_LIKE.fullmatch(words[0]):
        try:
            parse_duration(words[0])
        except DurationError as error:
            return None, words[1:], f"{error}."
    return None, words, ""


def _unlinked(words: list[str]) -> list[str]:
    return words[1:] if words and words[0].casefold() in _LINKS else words


def _ticket(words: list[str], entitlement: Entitlement | None) -> str:
    patterns = entitlement.rule.ticket.patterns if entitlement else ()
    for before, word in zip(["", *words], words, strict=False):
        named = before.casefold().rstrip(":") == "ticket"
        bare = word.strip(".,;:()")
        if named or (patterns and all(matches(pattern, bare) for pattern in patterns)):
            return bare
    return ""


def _without_ticket(words: list[str], ticket: str) -> list[str]:
    """Drops it where it opens the reason (`OPS-1 because …`); inside a sentence it stays."""
    start = 1 if words and words[0].casefold().rstrip(":") == "ticket" else 0
    if ticket and words[start : start + 1] and words[start].strip(".,;:()") == ticket:
        return words[start + 1 :]
    return words


def _nearest(name: str, entitlements: Sequence[Entitlement]) -> Entitlement | None:
    named = {name: one for one in entitlements for name in (one.id, *one.aliases)}
    near = difflib.get_close_matches(name[:MAX_NAME_CHARS].casefold(), sorted(named), n=1, cutoff=0.6)
    return named[near[0]] if near else None


def _unknown(name: str, nearest: Entitlement | None) -> str:
    instead = texts.DID_YOU_MEAN.format(nearest=nearest.id) if nearest else texts.SEARCH_BELOW
    return texts.NOT_FOUND.format(typed=name[:MAX_NAME_CHARS], instead=instead)
