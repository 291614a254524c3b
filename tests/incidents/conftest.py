"""Desks in the example's world, its playbook with a webhook besides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import changed_bundle, world_of
from tests.incidents.desk import Desk
from workflows.workflow import World

PLAYBOOK = "playbooks/stale-features.yaml"
CALL = (
    "      - name: find-cause\n",
    "      - name: call\n        title: Tell the pager\n        owner: communications\n"
    "        action:\n          webhook: https://pager.northwind.example/daypass\n"
    "      - name: find-cause\n",
)


def playbook_world(directory: Path) -> World:
    return world_of(changed_bundle(directory, (PLAYBOOK, *CALL), playbooks=True))


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> World:
    return playbook_world(tmp_path_factory.mktemp("bundle") / "played")


@pytest.fixture
def desk(played: World) -> Iterator[Desk]:
    found = Desk(played)
    yield found
    found.close()
