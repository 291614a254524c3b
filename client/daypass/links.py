"""Links that fill in a request; the console shows what they fill in, and Slack opens the form."""

from collections.abc import Mapping
from urllib.parse import urlencode

OWN = ("entitlement", "for", "because", "ticket")
"""Parameters of every link; all others are inputs, by name."""


def link_to(
    site: str,
    entitlement: str,
    duration: str | None,
    because: str | None,
    ticket: str | None,
    inputs: Mapping[str, str],
) -> str:
    """Spell the link to Daypass's console at this address."""
    own = dict(zip(OWN, (entitlement, duration, because, ticket), strict=True))
    given = {**own, **inputs}
    return f"{site}/ask?{urlencode({name: text for name, text in given.items() if text})}"
