"""One request's story, and the worlds it can come to live in."""

import pytest

from tests.access.changes import changed_worlds
from tests.access.story import Story
from workflows.workflow import World


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    return changed_worlds(tmp_path_factory.mktemp("bundles"))


@pytest.fixture
def story(world: World) -> Story:
    return Story(world)
