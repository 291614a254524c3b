"""Worlds in which releases are decided."""

import pytest

from tests.builders import changed_bundle, world_of
from tests.releases.story import Story

SERVICE_FILE = "services/ranking-model.yaml"


@pytest.fixture
def story(world) -> Story:
    return Story(world)


@pytest.fixture
def changed(tmp_path):
    """The example's world after some changes (old, new) to the service's file."""

    def make(*changes, file=SERVICE_FILE):
        bundle = changed_bundle(
            tmp_path / f"bundle-{len(list(tmp_path.iterdir()))}", *((file, *one) for one in changes)
        )
        return world_of(bundle)

    return make
