"""What a decision on a request is bound to."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import rfc8785
from pydantic import JsonValue

from workflows.access.limits import Condition, without_texts
from workflows.access.runs import UntilRun
from workflows.access.state import Access, Extended
from workflows.policy.terms.access import Terms
from workflows.policy.terms.bound import ALWAYS_BOUND, AlwaysBound, bound_form, names

_ALWAYS: AlwaysBound = {
    **ALWAYS_BOUND,
    Extended: names("grant holder entitlement ends_at longest conditions inputs"),
    Condition: names("of by digest"),
    UntilRun: names("kind id"),
}


def request_digest(
    subject: str,
    requester: str,
    terms: Terms,
    seconds: int,
    justification: str,
    ticket: str | None,
    extends: Extended | None = None,
    starts_at: datetime | None = None,
    until_run: UntilRun | None = None,
    inputs: Mapping[str, str] | None = None,
) -> str:
    """What a decision is bound to: all that the card shows of the request, as SHA-256 (RFC 8785).

    What a request may have besides, later, goes in only where it has it, so that what was recorded stays verifiable.
    """
    shown: dict[str, JsonValue] = {
        "request": subject,
        "requester": requester,
        "terms": bound_form(terms, _ALWAYS),
        "seconds": seconds,
        "justification": justification,
        "ticket": ticket,
        "extends": _extended(extends) if extends else None,
        "starts_at": starts_at.isoformat() if starts_at else None,
        "until_run": bound_form(until_run, _ALWAYS) if until_run else None,
        "inputs": dict(inputs or {}),
    }
    return hashlib.sha256(rfc8785.dumps(shown)).hexdigest()


def digest_under(state: Access, terms: Terms) -> str:
    """What decisions on the request are bound to under these terms."""
    asked = (
        state.seconds,
        state.justification,
        state.ticket,
        state.extends,
        state.starts_at,
        state.until_run,
        state.inputs,
    )
    return request_digest(state.id, state.requester, terms, *asked)


def _extended(extends: Extended) -> JsonValue:
    """Without what was typed, which may be erased; each condition's own digest binds it."""
    bare = extends.model_copy(update={"conditions": without_texts(extends.conditions)})
    return bound_form(bare, _ALWAYS)
