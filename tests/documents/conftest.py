"""Documents about the example's service."""

import pytest

from tests.documents.story import DocumentStory


@pytest.fixture
def story(world, clock) -> DocumentStory:
    return DocumentStory(world, clock)
