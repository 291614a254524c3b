"""What terms are: plain data, kept as JSON with what they were asked for."""

from pydantic import BaseModel, ConfigDict


class Snapshot(BaseModel):
    """Frozen; `model_dump(mode="json")` and `model_validate` are each other's inverse."""

    model_config = ConfigDict(extra="forbid", frozen=True)
