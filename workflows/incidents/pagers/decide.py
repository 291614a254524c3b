"""What the report of a page means for its incident."""

from workflows.incidents.commands import ReportPage
from workflows.incidents.pagers.events import PageDelayed, PageFailed, PageSent
from workflows.incidents.state import Incident
from workflows.workflow import Decision, NoChange


def paged(state: Incident, command: ReportPage) -> Decision:
    """A page comes to one end; while it is tried again, each reason is an event once."""
    known = state.page(command.pager, command.severity)
    if known is not None and (known.settled or known.trouble == command.trouble):
        return NoChange()
    if command.trouble is None:
        return (PageSent(pager=command.pager, severity=command.severity),)
    kind = PageFailed if command.final else PageDelayed
    return (kind(pager=command.pager, severity=command.severity, reason=command.trouble),)
