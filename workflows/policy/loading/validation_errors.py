"""Pydantic's errors as Problems: at their line, in plain words, with what was probably meant."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from workflows.policy.document import Document, Path
from workflows.policy.problems import Problem, suggest

_EXPECTED = {
    "string_type": "use text, in quotes",
    "int_type": "use a whole number",
    "bool_type": "use true or false",
    "tuple_type": "use a list, such as [a, b]",
    "dict_type": "indent its fields below it",
    "model_type": "indent its fields below it",
}


def translate(document: Document, model: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    for found in error.errors(include_url=False):
        path = tuple(part for part in found["loc"] if part != "[key]")
        yield _problem(document, model, path, dict(found))


def _problem(document: Document, model: type[BaseModel], path: Path, found: dict[str, Any]) -> Problem:
    kind, context = found["type"], found.get("ctx", {})
    if kind == "extra_forbidden":
        known = _fields(model, path[:-1])
        return document.problem(
            path, f"there is no field “{path[-1]}”", suggest(str(path[-1]), known), at_key=True
        )
    if kind == "missing":
        meant = f"add it, as “{path[-1]}: …”"
        if path in document.keys:
            meant = "add a value; text that begins with # needs quotes"
        return document.problem(path, "this field is missing", meant)
    if kind == "bundle":
        return document.problem(
            path, context["what"], context["meant"], at_key=found["loc"][-1:] == ("[key]",)
        )
    if kind == "literal_error":
        choices = [choice.strip("'") for choice in context["expected"].replace(" or ", ", ").split(", ")]
        what = f"“{found['input']}” isn't valid here"
        return document.problem(path, what, suggest(str(found["input"]), choices))
    if kind in _EXPECTED:
        return document.problem(path, f"{_spell(found['input'])} isn't valid here", _EXPECTED[kind])
    return document.problem(path, found["msg"][:1].lower() + found["msg"][1:], "correct the value")


def _spell(value: object) -> str:
    if isinstance(value, dict):
        return "a block"
    if isinstance(value, tuple):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"“{str(value)[:60]}”"


def _fields(model: type[BaseModel], path: Path) -> list[str]:
    """Names of the fields that may stand at `path`."""
    current: type[BaseModel] = model
    for part in path:
        if isinstance(part, str) and part in current.model_fields:
            current = _model_in(current.model_fields[part].annotation) or current
    return [field.alias or name for name, field in current.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside `X | None`, `tuple[X, ...]`, `dict[str, X]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
