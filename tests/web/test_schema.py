"""Whatever is sent to the API, it answers as its OpenAPI document says, and never with a mistake of its own."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from unittest import SkipTest

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.flow.office import Office
from tests.lanes import examples
from tests.web.reader import Anybody
from tests.web.test_api import ask

FITTING, WRONG = examples(6, 100), examples(2, 100)
"""Examples of each operation: what its document allows, and what it doesn't."""
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture
async def address(office: Office, machine: Anybody) -> tuple[str, str, str]:
    """Daypass's address, a token, and a request to play with."""
    asked = await ask(machine)
    return office.url, machine.client.headers["Authorization"], asked["id"]


@pytest.mark.early
@pytest.mark.soak
async def test_every_operation_answers_as_it_says(address):
    url, bearer, request = address
    await asyncio.to_thread(_walk, url, bearer, request)


def _walk(url: str, bearer: str, request: str) -> None:
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
    walked = list(_operations(schema))
    assert len(walked) >= 20
    seen: Counter[int] = Counter()
    with requests.Session() as session:
        call = partial(_call, session, url, bearer)
        for operation in walked:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _try(operation, mode, call, request, seen)
    assert seen[200] > 2 * FITTING
    assert seen[201] > 2
    assert seen[422] > 2 * FITTING
    assert seen[401] < sum(seen.values()) / 2, "it was hardly ever let in"


def _operations(schema) -> Iterator:
    for result in schema.get_all_operations():
        yield result.ok()


def _call(session: requests.Session, url: str, bearer: str, case):
    return case.call(base_url=f"{url}/api/v1", headers={"Authorization": bearer}, session=session, timeout=30)


def _try(operation, mode: GenerationMode, call: Callable, request: str, seen: Counter[int]) -> None:
    """What fits the document or doesn't, as `mode` says and, for half of it, an id that is there."""

    @settings(
        max_examples=FITTING if mode is GenerationMode.POSITIVE else WRONG,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    def run(case) -> None:
        if "request" in (case.path_parameters or {}) and len(str(case.query)) % 2:
            case.path_parameters["request"] = request
        said = case.body.get("justification") if isinstance(case.body, dict) else None
        if isinstance(said, str) and len(said) % 2:
            why = f"{said} is why the nightly training needs it"
            case.body |= {"entitlement": "warehouse", "duration": "30m", "ticket": None, "justification": why}
            case.body |= {name: None for name in ("on_behalf_of",) if name in case.body}
        answer = call(case)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    try:
        given(case=operation.as_strategy(generation_mode=mode))(run)()
    except (Unsatisfiable, SkipTest):
        assert mode is GenerationMode.NEGATIVE, "there is nothing to send that fits the document"
