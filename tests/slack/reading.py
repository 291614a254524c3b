"""Which keys a module reads of dictionaries, and which fields a model declares."""

import ast
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel


def keys_read(source: str) -> Iterator[tuple[str, str]]:
    """Every key that is read by its name, with the expression it is read of: `x["key"]`, `x.get("key")`, `"key" in x`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Subscript(value=of, slice=ast.Constant(value=str() as key), ctx=ast.Load()):
                yield key, ast.unparse(of)
            case ast.Call(
                func=ast.Attribute(value=of, attr="get"), args=[ast.Constant(value=str() as key), *_]
            ):
                yield key, ast.unparse(of)
            case ast.Compare(
                left=ast.Constant(value=str() as key), ops=[ast.In() | ast.NotIn()], comparators=[of]
            ):
                yield key, ast.unparse(of)


def declared(model: type[BaseModel], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every field of a model and of the models in it."""
    for name, field in model.model_fields.items():
        path = (*before, name)
        yield path
        for inner in _models(field.annotation):
            yield from declared(inner, path)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
