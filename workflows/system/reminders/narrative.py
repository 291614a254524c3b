"""What happens to someone's reminders, as sentences, and what it is found by."""

from collections.abc import Mapping
from typing import Any

from workflows.narrative import Names, Sentences
from workflows.workflow import SearchTerms


def _sent(f: Mapping[str, Any], n: Names) -> str:
    number = len(f["of"])
    what = "1 thing that waits" if number == 1 else f"{number} things that wait"
    how = "in the daily digest" if f.get("digest") else "as it fell due"
    return f"{n.of(f['person'])} was reminded of {what}, {how}"


SENTENCES: Sentences = {"sent": _sent}


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give who was reminded."""
    return SearchTerms(people=frozenset({facts["person"]})) if action == "sent" else before
