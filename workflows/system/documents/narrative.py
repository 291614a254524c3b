"""What happens to a document, as sentences, and what it is found by."""

from collections.abc import Mapping
from typing import Any

from workflows.narrative import Names, Sentences, moment, spell_delegated
from workflows.workflow import SearchTerms


def _what(f: Mapping[str, Any]) -> str:
    terms = f["terms"]
    version = f" {f['version']}" if f.get("version") else ""
    return f"{terms['template']['title']} of {terms['service']}{version}, text {f['number']}"


def _reviewed(f: Mapping[str, Any], n: Names) -> str:
    done = "approved it" if f["verdict"] == "approve" else "sent it back"
    return f"{n.of(f['reviewer'])} {done}{spell_delegated(f, n)}"


def _approved(f: Mapping[str, Any], n: Names) -> str:
    until = f" until {moment(f['expires_at'])}" if f.get("expires_at") else ""
    return f"Approved: it counts{until}"


SENTENCES: Sentences = {
    "drafted": lambda f, n: f"{n.of(f['author'])} began a draft: {_what(f)}",
    "revised": lambda f, n: f"{n.of(f['author'])} changed the draft",
    "submitted": lambda f, n: f"{n.of(f['by'])} asked for its approval",
    "terms-revised": lambda f, n: "The policy changed, so earlier approvals no longer count",
    "reviewed": _reviewed,
    "approved": _approved,
    "sent-back": lambda f, n: "It is a draft again",
    "discarded": lambda f, n: f"{n.of(f['by'])} discarded the draft",
    "expired": lambda f, n: f"Text {f['number']} expired: it has to be written and approved again",
}


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give who wrote, submitted and decided it, and the service."""
    named = {facts.get(key) for key in ("author", "by", "reviewer")} | {*facts.get("behind", ())}
    others = frozenset(str(one) for one in facts.get("deciders", ()))
    services = frozenset({str(facts["service"])}) if "service" in facts else frozenset[str]()
    return before.model_copy(
        update={
            "people": before.people | frozenset(str(one) for one in named if one),
            "others": before.others | others,
            "resources": before.resources | services,
        }
    )
