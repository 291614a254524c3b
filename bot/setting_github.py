"""Checks the settings with which Daypass is a GitHub App."""

from typing import Protocol


class GitHubSettings(Protocol):
    """What of the settings is about GitHub; each may be missing."""

    @property
    def daypass_github_app(self) -> str | None: ...

    @property
    def daypass_github_key_file(self) -> object: ...

    @property
    def daypass_github_webhook_secrets(self) -> object: ...


def github_fault(settings: GitHubSettings) -> str | None:
    """Say what is missing, if some of it is set; None if nothing is."""
    needed = {
        "DAYPASS_GITHUB_APP": settings.daypass_github_app,
        "DAYPASS_GITHUB_KEY_FILE": settings.daypass_github_key_file,
        "DAYPASS_GITHUB_WEBHOOK_SECRETS": settings.daypass_github_webhook_secrets,
    }
    missing = [name for name, value in needed.items() if not value]
    if not missing or len(missing) == len(needed):
        return None
    return f"GitHub's deployments need {' and '.join(missing)} as well"
