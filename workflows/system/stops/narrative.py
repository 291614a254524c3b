"""What happens to an emergency stop, as sentences, and what it is found by."""

from collections.abc import Mapping
from typing import Any

from workflows.narrative import Names, Sentences, moment
from workflows.workflow import SearchTerms


def spell_scope(person: str | None, target: str | None, names: Names) -> str:
    """Say what is stopped, as in “everything of Ada”."""
    return f"everything of {names.of(person)}" if person else f"all access to {target}"


def _lifted(facts: Mapping[str, Any], names: Names) -> str:
    if facts["how"] == "expired":
        return "The stop is over: its time has passed, so access can be requested again"
    return f"{names.operator_or(facts['by'])} lifted the stop, so access can be requested again"


SENTENCES: Sentences = {
    "pressed": lambda f, n: (
        f"{n.operator_or(f['by'])} stopped {spell_scope(f.get('person'), f.get('target'), n)}; "
        f"new access is refused until {moment(f['until'])}"
    ),
    "found": lambda f, n: f"To end: {', '.join(f['requests'])}",
    "sessions-ended": lambda f, n: f"Sessions ended: {f['number']}",
    "request-closed": lambda f, n: f"{f['request']} is closed before it began",
    "grant-ended": lambda f, n: f"{f['request']} has ended, confirmed by {', '.join(f['confirmed_by'])}",
    "grant-left-to-expire": lambda f, n: (
        f"{f['request']} can't be revoked early: it works until {moment(f['works_until'])}"
    ),
    "grant-not-ended": lambda f, n: f"{f['request']} can't be ended yet: {f['reason']}",
    "confirmed": lambda f, n: f"Everything is ended and confirmed: {f['ended']} ended, {f['closed']} closed",
    "lifted": _lifted,
}


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give whom and what it stops, and who pressed or lifted it."""
    match action:
        case "pressed":
            target = facts.get("target")
            return SearchTerms(
                people=frozenset({facts["by"], *facts["accounts"]}),
                resources=frozenset({target} if target else ()),
                risk="critical",
            )
        case "lifted":
            return before.model_copy(update={"people": before.people | {facts["by"]}})
        case _:
            return before
