"""The rules and the people as Daypass knows them now, kept fresh; the last good ones stay in force."""

import logging
from collections.abc import Mapping
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.people import people, usergroups
from workflows.policy.bundle import Bundle, build_directory, unresolved
from workflows.policy.load import load_bundle
from workflows.policy.problems import BundleErrors
from workflows.ports import Directory, Person
from workflows.workflow import World

log = logging.getLogger(__name__)


class Known:
    """What decisions look at. `world()` is cheap; refreshing is done by duties."""

    def __init__(self, bundle: Bundle, directory: Path, values: Mapping[str, str]) -> None:
        self.bundle = bundle
        self._directory = directory
        self._values = values
        self._people: list[Person] = []
        self._usergroups: dict[str, frozenset[str]] = {}
        self._world = World(bundle, Directory())
        self.has_people = False

    def world(self) -> World:
        return self._world

    def reload_bundle(self) -> BundleErrors | None:
        """Take a changed bundle into force; if it is broken keep the last good one and say what is wrong."""
        try:
            bundle = load_bundle(self._directory, self._values)
        except BundleErrors as problems:
            return problems
        if bundle.digest != self.bundle.digest:
            self.bundle = bundle
            self._join()
        return None

    async def refresh_people(self, client: AsyncWebClient) -> None:
        """Ask Slack who works here. Raises Retryable or Permanent; then the last known people stay."""
        self._people = await people(client)
        self._usergroups = await usergroups(client)
        self.has_people = True
        self._join()

    def _join(self) -> None:
        self._world = World(self.bundle, build_directory(self.bundle, self._people, self._usergroups))
        if self.has_people:
            for sentence in unresolved(self.bundle, self._people, self._usergroups):
                log.warning("policy bundle: %s", sentence)
