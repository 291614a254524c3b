"""GitHub as a source of evidence."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from integrations.egress import Reach
from integrations.evidence.source import EvidenceSource, OpenSource, SourceAddress
from integrations.github import AppLogin, GitHubDeployments, GitHubRegistry, open_github
from workflows.ports import Permanent

NOT_SET_UP = "GitHub isn't set up. Ask an operator to set DAYPASS_GITHUB_APP."


@asynccontextmanager
async def _open(
    address: SourceAddress, reach: Reach, now: Callable[[], datetime]
) -> AsyncIterator[OpenSource]:
    if address.app is None or address.key is None:
        raise Permanent(NOT_SET_UP)
    async with open_github(address.url, AppLogin(address.app, address.key), reach, now) as github:
        deployments = GitHubDeployments(github)
        yield OpenSource(GitHubRegistry(github), {"deployment": deployments}, deployments)


GITHUB = EvidenceSource("github", _open, ("deployment",), NOT_SET_UP)
