"""What all parts of evidence are."""

from pydantic import BaseModel, ConfigDict


class EvidencePart(BaseModel):
    """Frozen; part of a release's state."""

    model_config = ConfigDict(frozen=True)
