"""The rules and the people as Daypass knows them now, kept fresh; the last good ones stay in force."""

import logging
from collections.abc import Mapping
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.people import people, usergroups
from workflows.policy.bundle import Bundle
from workflows.policy.directory import NO_ADDRESSES, addresses_of, build_directory, dispute, unresolved
from workflows.policy.files import STILL_SECONDS, digest_now
from workflows.policy.load import load_bundle
from workflows.policy.problems import BundleErrors
from workflows.ports import Directory, Person
from workflows.workflow import World

log = logging.getLogger(__name__)

PROBLEMS_TOLD = 5
LONGEST_PROBLEM = 400


class Known:
    """What decisions look at. `world()` is cheap; refreshing is done by duties."""

    def __init__(self, directory: Path, values: Mapping[str, str]) -> None:
        """Raises BundleErrors: there is no starting on a broken bundle."""
        self._directory = directory
        self._values = values
        self._people: list[Person] = []
        self._usergroups: dict[str, frozenset[str]] = {}
        self._addresses = NO_ADDRESSES
        self.has_people = False
        self.warning: str | None = None
        """What is wrong with the bundle on disk, while an older one stays in force."""
        self._world = World(load_bundle(directory, values, STILL_SECONDS), Directory())

    @property
    def bundle(self) -> Bundle:
        return self._world.bundle

    def world(self) -> World:
        return self._world

    @property
    def dispute(self) -> str | None:
        """What is to be said of e-mail addresses that several accounts have."""
        return dispute(self._addresses)

    def reload_bundle(self) -> None:
        """Take a changed bundle into force; if it is broken keep the last good one, with a warning."""
        try:
            if not self.warning and digest_now(self._directory) == self.bundle.digest:
                return
            bundle = load_bundle(self._directory, self._values, STILL_SECONDS)
        except BundleErrors as problems:
            self.warning = _warning(problems, self.bundle.short_digest)
            return
        self.warning = None
        if bundle.digest != self.bundle.digest:
            self._join(bundle)

    async def refresh_people(self, client: AsyncWebClient) -> None:
        """Ask Slack who works here. Raises Retryable or Permanent; then the last known people stay."""
        self._people, self._usergroups = await people(client), await usergroups(client)
        self._addresses = addresses_of(self._people, self._addresses)
        self.has_people = True
        self._join(self.bundle)

    def _join(self, bundle: Bundle) -> None:
        known = (self._people, self._usergroups, self._addresses)
        self._world = World(bundle, build_directory(bundle, *known))
        if self.has_people:
            for sentence in unresolved(bundle, *known):
                log.warning("policy bundle: %s", sentence)


def _warning(broken: BundleErrors, kept: str) -> str:
    """The first problems; `daypass check` lists them all."""
    told = [str(problem)[:LONGEST_PROBLEM] for problem in broken.problems[:PROBLEMS_TOLD]]
    left = len(broken.problems) - len(told)
    more = [f"… and {left} more: `daypass check` lists them all."] if left else []
    first = f"The policy bundle is broken; the last good one ({kept}) stays in force."
    return "\n".join([first, *told, *more])
