"""What a decision on a request is bound to."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import rfc8785
from pydantic import JsonValue

from workflows.access.runs import UntilRun
from workflows.access.state import CONDITION_TEXTS, Extended
from workflows.policy.terms.access import Terms


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
    """What a decision is bound to: all that the card shows of the request, as SHA-256 (RFC 8785)."""
    shown: dict[str, JsonValue] = {
        "request": subject,
        "requester": requester,
        "terms": terms.model_dump(mode="json"),
        "seconds": seconds,
        "justification": justification,
        "ticket": ticket,
        "extends": extends.model_dump(mode="json", exclude=CONDITION_TEXTS) if extends else None,
        "starts_at": starts_at.isoformat() if starts_at else None,
        "until_run": until_run.model_dump(mode="json") if until_run else None,
        "inputs": dict(inputs or {}),
    }
    return hashlib.sha256(rfc8785.dumps(shown)).hexdigest()
