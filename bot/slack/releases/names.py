"""What a release is called: its service and its versions, in markup."""

from bot.slack.mrkdwn import cut, plain
from workflows.releases.state import Release

MAX_VERSION_CHARS = 120
"""What a registry or a service calls a version, at most on a card."""


def version_of(version: str) -> str:
    """A version as somebody outside calls it."""
    return cut(plain(version), MAX_VERSION_CHARS)


def what(state: Release) -> str:
    """Service and version, in markup."""
    return f"{plain(state.terms.title)} version {version_of(state.version)}"


def change(state: Release) -> str:
    """Service, the version that is replaced, and the one that replaces it, in markup."""
    if state.evidence is None or not state.replaces:
        return what(state)
    return f"{plain(state.terms.title)} version {version_of(state.replaces)} → {version_of(state.version)}"
