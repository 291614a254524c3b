"""Which pages an incident calls for, and what becomes of them."""

from workflows.incidents.pagers.events import PageEvent, PageFailed, PageSent
from workflows.incidents.state import Incident, PageState
from workflows.policy.terms.incidents import COMMANDER
from workflows.workflow import Effect, draw, tell


def with_page(state: Incident, event: PageEvent) -> Incident:
    """The state after one page has come further."""
    changed = PageState(
        pager=event.pager,
        severity=event.severity,
        settled=isinstance(event, PageSent | PageFailed),
        trouble=None if isinstance(event, PageSent) else event.reason,
    )
    others = (one for one in state.pages if (one.pager, one.severity) != (event.pager, event.severity))
    return state.model_copy(update={"pages": (*others, changed)})


def pages(state: Incident) -> tuple[Effect, ...]:
    """Call the pagers of its severity, each once for each severity that it has had. Drills and private incidents call none."""
    severity = state.terms.severity(state.severity)
    if severity is None or state.drill or state.private:
        return ()
    return tuple(
        Effect(
            "page",
            lock=f"{state.id}/page/{pager}",
            payload={"pager": pager, "severity": severity.name},
            priority=1,
        )
        for pager in severity.page
        if not state.has_paged(pager, severity.name)
    )


def page_effects(state: Incident, event: PageEvent) -> tuple[Effect, ...]:
    """Show what became of it. Whoever is in charge hears of a page that didn't get through."""
    in_charge = state.holders.get(COMMANDER) or state.owner
    told = (tell(state.id, in_charge, event.action),) if isinstance(event, PageFailed) else ()
    return (draw(state.id), *told)
