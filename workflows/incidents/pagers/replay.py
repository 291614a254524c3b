"""Could this have become of a page?"""

from workflows.audit.possibility import Judges, Past, Why
from workflows.incidents.events import Declared, SeverityChanged
from workflows.incidents.pagers.events import PageDelayed, PageEvent, PageFailed, PageSent
from workflows.incidents.state import Incident
from workflows.workflow import Occurred, unmet


def _paged(state: Incident, past: Past, now: Occurred, event: PageEvent) -> Why:
    terms = state.terms.severity(event.severity)
    had = {one.event.severity for one in past if isinstance(one.event, Declared)}
    had |= {one.event.severity for one in past if isinstance(one.event, SeverityChanged)}
    return unmet(
        (now.actor.is_daypass, "only Daypass pages"),
        (not state.drill and not state.private, "drills and private incidents page nobody"),
        (terms is not None and event.pager in terms.page, "its severity has no such pager"),
        (event.severity in had, "it had never had this severity"),
        (not state.has_paged(event.pager, event.severity), "this page had come to its end"),
    )


JUDGES: Judges = {PageSent: _paged, PageDelayed: _paged, PageFailed: _paged}
