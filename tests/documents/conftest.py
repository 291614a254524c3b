"""Documents about the example's service."""

import pytest

from tests.builders import changed_bundle, world_of
from tests.documents.story import DocumentStory

SERVICE_FILE = "services/ranking-model.yaml"


@pytest.fixture
def story(world, clock) -> DocumentStory:
    return DocumentStory(world, clock)


@pytest.fixture
def changed(tmp_path):
    """The example's world after some changes (old, new) to the service's file."""

    def make(*changes):
        files = [(SERVICE_FILE, *one) for one in changes]
        return world_of(changed_bundle(tmp_path / f"bundle-{len(list(tmp_path.iterdir()))}", *files))

    return make
