"""`/access …` as people type it, read as far as it can be understood."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from workflows.durations import DurationError, parse_duration
from workflows.policy.bundle import Entitlement
from workflows.policy.conditions import matches


@dataclass(frozen=True)
class Prefill:
    """What a command said, as far as it was understood; `note` is a sentence about what wasn't."""

    entitlement: Entitlement | None = None
    seconds: int | None = None
    justification: str = ""
    ticket: str = ""
    note: str = ""


_DURATION_LIKE = re.compile(r"[0-9][0-9.]*\s*[a-z]*", re.IGNORECASE)
_LINKS = ("for", "because", "to", "-", "—", ":")


def parse_command(text: str, entitlements: Sequence[Entitlement]) -> Prefill:
    """Reads `what [for] 1h [because] reason`, each part optional, out of what the person may ask for.

    A ticket is taken from the words when one fits the entitlement's patterns, or after the word `ticket`.
    """
    words = text.split()
    if not words:
        return Prefill()
    entitlement, rest = _leading_entitlement(words, entitlements)
    if entitlement is None:
        return Prefill(note=_unknown(words, entitlements))
    seconds, rest, note = _leading_duration(_unlinked(rest))
    ticket = _ticket(rest, entitlement)
    rest = _without_ticket(rest, ticket)
    return Prefill(entitlement, seconds, " ".join(_unlinked(rest)), ticket, note)


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


def _ticket(words: list[str], entitlement: Entitlement) -> str:
    rule = entitlement.rule.ticket
    for before, word in zip(["", *words], words, strict=False):
        named = before.casefold().rstrip(":") == "ticket"
        bare = word.strip(".,;:()")
        if named or (rule.patterns and all(matches(pattern, bare) for pattern in rule.patterns)):
            return bare
    return ""


def _without_ticket(words: list[str], ticket: str) -> list[str]:
    """Drops it where it opens the reason (`OPS-1 because …`); inside a sentence it stays."""
    start = 1 if words and words[0].casefold().rstrip(":") == "ticket" else 0
    if ticket and words[start : start + 1] and words[start].strip(".,;:()") == ticket:
        return words[start + 1 :]
    return words


def _unknown(words: list[str], entitlements: Sequence[Entitlement]) -> str:
    name = words[0][:60]
    names = {name for one in entitlements for name in (one.id, *one.aliases)}
    near = difflib.get_close_matches(name.casefold(), sorted(names), n=1, cutoff=0.6)
    if near:
        return f"“{name}” wasn't found. Did you mean “{near[0]}”?"
    if not names:
        return f"“{name}” wasn't found."
    return f"“{name}” wasn't found. Search for it below."
