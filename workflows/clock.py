"""This machine's clock, for whoever isn't given another."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now, by this machine's clock."""
    return datetime.now(UTC)
