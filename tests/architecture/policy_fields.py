"""Writes docs/policy-fields.md from the models that read a bundle: `python -m tests.architecture.policy_fields`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from workflows.policy.schema.control_tests import ControlTestsFile
from workflows.policy.schema.delegation import DelegationFile
from workflows.policy.schema.duties import DutiesFile
from workflows.policy.schema.goals import GoalsFile
from workflows.policy.schema.incidents import IncidentsFile, PlaybookFile
from workflows.policy.schema.kits import KitsFile
from workflows.policy.schema.machines import MachinesFile
from workflows.policy.schema.on_call import OnCallFile
from workflows.policy.schema.red_button import RedButtonFile
from workflows.policy.schema.reviews import ReviewsFile
from workflows.policy.schema.rules import EnvironmentsFile, GroupsFile, ResourceFile, Settings, TestsFile
from workflows.policy.schema.services import PeopleFile, ServiceFile
from workflows.policy.schema.templates import DocumentsFile, TemplateFile

PAGE = Path(__file__).parents[2] / "docs" / "policy-fields.md"
FILES: dict[str, type[BaseModel]] = {
    "daypass.yaml": Settings,
    "groups.yaml": GroupsFile,
    "on-call.yaml": OnCallFile,
    "duties.yaml": DutiesFile,
    "kits.yaml": KitsFile,
    "red-button.yaml": RedButtonFile,
    "delegation.yaml": DelegationFile,
    "reviews.yaml": ReviewsFile,
    "goals.yaml": GoalsFile,
    "control-tests.yaml": ControlTestsFile,
    "environments.yaml": EnvironmentsFile,
    "resources/*.yaml": ResourceFile,
    "services/*.yaml": ServiceFile,
    "people.yaml": PeopleFile,
    "documents.yaml": DocumentsFile,
    "templates/*.yaml": TemplateFile,
    "machines.yaml": MachinesFile,
    "incidents.yaml": IncidentsFile,
    "playbooks/*.yaml": PlaybookFile,
    "tests/*.yaml": TestsFile,
}
_TOP = """# Policy fields

Every field of every file in a policy bundle, with what it takes. This page is generated from the models that Daypass
reads a bundle with. [The policy bundle](policy.md) explains what the fields do.

`[]` is an item of a list, `<name>` a name you choose. Durations are written `45s`, `30m`, `1h30m`, `8h` or `1d`.
"""
_BOUNDS = {
    "maxLength": "at most {} characters",
    "minimum": "{} or more",
    "maximum": "{} or less",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "minProperties": "at least {}",
    "maxProperties": "at most {}",
}
Json = dict[str, Any]


def fields_page() -> str:
    """Write the page, in Markdown."""
    return "\n".join([_TOP, *(_section(name, model) for name, model in FILES.items())])


def field_names() -> set[str]:
    """Give the last part of every field's name, as an author types it."""
    names = (name for model in FILES.values() for name, _, _ in _fields(model.model_json_schema(), {}, ""))
    return {name.removesuffix("[]").removesuffix(".<name>").rpartition(".")[2] for name in names}


def _section(name: str, model: type[BaseModel]) -> str:
    schema = model.model_json_schema()
    rows = [
        f"| `{field}` | {takes} | {'yes' if needed else ''} |"
        for field, takes, needed in _fields(schema, schema.get("$defs", {}), "")
    ]
    return "\n".join([f"## {name}\n", "| field | takes | required |", "|---|---|---|", *rows, ""])


def _fields(schema: Json, known: Json, start: str) -> Iterator[tuple[str, str, bool]]:
    """Each field under a block: its dotted name, what it takes, and whether it is required.

    The fields of an access rule, which has three levels, are listed for environments only.
    """
    known = known or schema.get("$defs", {})
    for name, one in schema.get("properties", {}).items():
        found = _resolved(one, known)
        yield f"{start}{name}", _takes(found, known), name in schema.get("required", ())
        if found.get("title") == "Rule" and not start.startswith("environments"):
            continue
        for suffix, inner in _inside(found, known):
            yield from _fields(inner, known, f"{start}{name}{suffix}.")


def _inside(found: Json, known: Json) -> Iterator[tuple[str, Json]]:
    """The blocks that a field holds, and how their fields' names go on."""
    if found.get("type") == "array":
        yield "[]", _resolved(found.get("items", {}), known)
    elif isinstance(found.get("additionalProperties"), dict):
        yield ".<name>", _resolved(found["additionalProperties"], known)
    else:
        yield "", found


def _resolved(one: Json, known: Json) -> Json:
    """What a reference or an optional field is about."""
    if "$ref" in one:
        return _resolved(known[one["$ref"].rpartition("/")[2]], known) | {
            key: value for key, value in one.items() if key != "$ref"
        }
    choices = [two for two in one.get("anyOf", ()) if two.get("type") != "null" and two.get("maxItems") != 0]
    return _resolved(choices[0], known) if len(choices) == 1 else one


def _takes(found: Json, known: Json) -> str:
    if "const" in found:
        return f"`{found['const']}`"
    if "enum" in found:
        return ", ".join(f"`{one}`" for one in found["enum"])
    bounds = [text.format(f"{found[key]:,}") for key, text in _BOUNDS.items() if key in found]
    return ", ".join([_kind(found, known), *bounds])


def _kind(found: Json, known: Json) -> str:
    if found.get("format") == "duration":
        return "duration"
    match found.get("type"):
        case "array":
            inner = _resolved(found.get("items", {}), known)
            return "list" if inner.get("properties") else f"list: {_takes(inner, known)}"
        case "object":
            return _block(found)
        case "boolean":
            return "`true` or `false`"
        case "string":
            return "time" if found.get("format") == "date-time" else "text"
        case "integer":
            return "whole number"
        case other:
            return str(other or "number" if "anyOf" not in found else "number or text")


def _block(found: Json) -> str:
    if found.get("title") == "Rule":
        return "block, as in environments.yaml"
    return "block" if found.get("properties") else "names and values"


if __name__ == "__main__":
    PAGE.write_text(fields_page())
