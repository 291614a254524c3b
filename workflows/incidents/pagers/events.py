"""What can become of a page. That there is one follows from the event that gave the incident its severity."""

from workflows.workflow import Event


class PageSent(Event):
    """The pager has taken it."""

    action = "page-sent"
    pager: str
    severity: str


class PageDelayed(Event):
    """It doesn't work now, and is tried again."""

    action = "page-delayed"
    pager: str
    severity: str
    reason: str


class PageFailed(Event):
    """It won't be tried again."""

    action = "page-failed"
    pager: str
    severity: str
    reason: str


PageEvent = PageSent | PageDelayed | PageFailed
