"""What the state documents of all workflows are made of."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a state document."""

    model_config = ConfigDict(frozen=True)
