"""What happens to a passkey, as sentences, and what it is found by."""

from collections.abc import Mapping
from typing import Any

from workflows.narrative import Names, Sentences
from workflows.workflow import SearchTerms

_REMOVED = {
    "by its owner": "{who} removed their passkey",
    "by an operator": "{who} removed the passkey as an operator",
    "not confirmed in time": "Nobody confirmed the passkey in time, so it was removed",
}


def _added(f: Mapping[str, Any], n: Names) -> str:
    added = f"{n.of(f['person'])} added the passkey “{f.get('name', '')}”"
    return f"{added}, signed for by an older one" if f.get("voucher") else f"{added}; it has to be confirmed"


SENTENCES: Sentences = {
    "added": _added,
    "confirmed": lambda f, n: f"{n.of(f['by'])} confirmed the passkey",
    "used": lambda f, n: f"The passkey signed a decision on {f['about']}",
    "removed": lambda f, n: _REMOVED[f["how"]].format(who=n.of(f["by"])),
}


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give whose it is."""
    return SearchTerms(people=frozenset({facts["person"]})) if action == "added" else before
