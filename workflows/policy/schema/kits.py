"""The YAML of `kits.yaml` as models: entitlements that people request together."""

from typing import Annotated

from pydantic import Field

from workflows.policy.fields import Line, Name, Names
from workflows.policy.schema.block import Block

MAX_ENTITLEMENTS = 5
"""Of one kit: one card and one window have room for so many."""


class Kit(Block):
    """Entitlements that are requested together; each is decided and ends under its own rule."""

    title: Line
    description: Annotated[str, Field(min_length=1, max_length=600)]
    entitlements: Annotated[Names, Field(min_length=2, max_length=MAX_ENTITLEMENTS)]


class KitsFile(Block):
    """`kits.yaml`."""

    kits: Annotated[dict[Name, Kit], Field(min_length=1, max_length=200)]
