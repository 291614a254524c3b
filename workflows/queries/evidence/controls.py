"""Which controls the checks support: the mapping of `controls.yaml`, with its sources."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from workflows.queries.evidence.checks import CHECKS

_Token = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.\-]*$")]
"""An id as OSCAL takes it."""
_Url = Annotated[str, StringConstraints(pattern=r"^https://")]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Control(_Block):
    """One control. `id` is its name in OSCAL, `label` the one its framework uses."""

    id: _Token
    label: str
    title: str
    checks: tuple[str, ...] = Field(min_length=1)
    limits: str
    """What of the control isn't shown here."""


class Framework(_Block):
    """A catalog of controls; `source` is where its text is published."""

    id: _Token
    title: str
    source: _Url
    controls: tuple[Control, ...] = Field(min_length=1)


class Mapping(_Block):
    """The file."""

    frameworks: tuple[Framework, ...] = Field(min_length=1)


class MappingError(ValueError):
    """The mapping names a check that there isn't, or a control twice."""


@cache
def packaged_controls() -> Mapping:
    """Read the mapping that comes with Daypass."""
    return read_controls(files(__package__).joinpath("controls.yaml").read_text(encoding="utf-8"))


def read_controls(text: str) -> Mapping:
    """Read a mapping. Raises MappingError, or pydantic's ValidationError."""
    written: Any = yaml.safe_load(text)
    mapping = Mapping.model_validate(written)
    every = [control for one in mapping.frameworks for control in one.controls]
    unknown = {name for one in every for name in one.checks} - CHECKS.keys()
    if unknown:
        raise MappingError(f"Unknown checks: {', '.join(sorted(unknown))}.")
    twice = sorted({one.id for one in every if [each.id for each in every].count(one.id) > 1})
    if twice:
        raise MappingError(f"Controls that are named twice: {', '.join(twice)}.")
    return mapping
