"""What the API says of access that was taken without approval. Times are UTC."""

from datetime import datetime

from pydantic import BaseModel


class BreakGlass(BaseModel):
    """Access taken without approval. `status`: unreviewed, overdue, justified or unjustified. `reason` is the reviewer's."""

    status: str
    taken_at: datetime
    review_by: datetime
    reviewer: str | None
    reviewed_at: datetime | None
    reason: str | None
    incident: str | None
