"""The API takes the id of anything that Daypass keeps, in a path and as the place in a list."""

import pytest
from pydantic import TypeAdapter
from ulid import ULID

from bot.web.api.idempotency import Before, Subject
from tests.builders import BY_KIND


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_of_every_kind(kind: str) -> None:
    id = f"{kind}_{ULID()}"
    assert TypeAdapter(Subject).validate_python(id) == id
    assert TypeAdapter(Before).validate_python(id) == id
