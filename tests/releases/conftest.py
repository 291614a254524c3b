"""Worlds in which releases are decided."""

from collections.abc import AsyncIterator

import pytest

from integrations.mlflow import MLflow, MLflowLogin, open_mlflow
from tests.builders import changed_bundle, world_of
from tests.lab import Lab
from tests.people import ADA, GRACE
from tests.releases.story import Story
from workflows.policy.terms.releases import ReleaseTerms

SERVICE_FILE = "services/ranking-model.yaml"


@pytest.fixture
def story(world) -> Story:
    return Story(world)


@pytest.fixture
def live(story) -> Story:
    """A release that is live."""
    story.is_live(ADA, GRACE)
    return story


@pytest.fixture
def changed(tmp_path):
    """The example's world after some changes (old, new) to the service's file."""

    def make(*changes, file=SERVICE_FILE):
        bundle = changed_bundle(
            tmp_path / f"bundle-{len(list(tmp_path.iterdir()))}", *((file, *one) for one in changes)
        )
        return world_of(bundle)

    return make


@pytest.fixture
async def client(lab: Lab) -> AsyncIterator[MLflow]:
    async with open_mlflow(lab.url, MLflowLogin()) as client:
        yield client


@pytest.fixture
def terms(world, lab) -> ReleaseTerms:
    """The example's service, with the model of this test's own."""
    return world.bundle.services["ranking-model"].model_copy(update={"model": lab.model})
