"""GitHub's published descriptions of its API and of one webhook, and validation against them."""

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

PUBLISHED = Path(__file__).parent / "github_api" / "published.json"


@cache
def published() -> Any:
    """The parts of GitHub's descriptions that Daypass uses; where they come from is in the README beside them."""
    return json.loads(PUBLISHED.read_text())


def example(part: str, /, **changes: Any) -> Any:
    """The published example of this name, with these fields set otherwise."""
    return {**copy.deepcopy(published()["examples"][part]), **changes}


def webhook_part(name: str) -> Any:
    """A part of the published example of a webhook about a deployment."""
    return copy.deepcopy(published()["webhook_parts"][name])


def operation(method: str, path: str) -> tuple[str, Any]:
    """The path's template and the description of the call. Raises AssertionError for what GitHub doesn't have."""
    paths = published()["api"]["paths"]
    for template, item in paths.items():
        if (
            re.fullmatch(re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(template)), path)
            and method.lower() in item
        ):
            return template, item[method.lower()]
    raise AssertionError(f"GitHub's API has no {method} {path}")


def check_request(method: str, path: str, query: dict[str, str], body: Any) -> str:
    """Hold a request against the description. Returns the path's template."""
    template, described = operation(method, path)
    known = {_resolved(one)["name"]: _resolved(one) for one in described.get("parameters", ())}
    for name, text in query.items():
        assert known.get(name, {}).get("in") == "query", f"{template} has no parameter {name}"
        schema = known[name]["schema"]
        _validate(int(text) if schema.get("type") == "integer" else text, schema)
    if "requestBody" in described:
        _validate(body, described["requestBody"]["content"]["application/json"]["schema"])
    else:
        assert body is None
    return template


def check_answer(method: str, path: str, status: int, document: Any) -> None:
    """Hold an answer of success against the description."""
    answer = _resolved(operation(method, path)[1]["responses"][str(status)])
    if "content" in answer:
        _validate(document, answer["content"]["application/json"]["schema"])
    else:
        assert document is None


def check_delivery(document: Any) -> None:
    """Hold a webhook against the schema in GitHub's OpenAPI description."""
    _validate(document, {"$ref": "#/components/schemas/webhook-deployment-protection-rule-requested"})


def check_older_delivery(document: Any) -> None:
    """Hold a webhook against octokit's published schema, which is older: it knows neither `sha` nor `ref`."""
    from jsonschema import Draft7Validator

    name = "deployment_protection_rule$requested"
    definitions = published()["webhook_definitions"]
    Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": definitions}).validate(document)


def _resolved(described: Any) -> Any:
    if "$ref" not in described:
        return described
    found = published()["api"]
    for name in described["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def _validate(document: Any, schema: Any) -> None:
    _validator(json.dumps(schema)).validate(document)


@cache
def _validator(schema: str) -> Any:
    from openapi_schema_validator import OAS30Validator

    components = _with_null(published()["api"]["components"])
    return OAS30Validator({**json.loads(schema), "components": components})


def _with_null(schema: Any) -> Any:
    """With null among the values of what is nullable: GitHub's description leaves it out, and its answers have it."""
    if isinstance(schema, list):
        return [_with_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _with_null(one) for name, one in schema.items()}
    if found.get("nullable") is True and isinstance(found.get("enum"), list):
        found["enum"] = [*found["enum"], None]
    return found
