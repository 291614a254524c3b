"""How a page is performed: sent until the pager takes it, or never will."""

from collections.abc import Callable
from dataclasses import replace

from workflows.incidents import WORKFLOW
from workflows.incidents.commands import ReportPage
from workflows.incidents.pagers import PAGERS
from workflows.incidents.pagers.pager import Page
from workflows.incidents.ports import Caller
from workflows.incidents.state import OPEN, Incident
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Later, Never, Perform, Result
from workflows.ledger.replayed_state import Derived, Rederiving
from workflows.ports import Directory, Permanent, Retryable
from workflows.workflow import World

CLOSED = "The incident was closed before the page was sent."
NO_PAGER = "The policy no longer has this pager. Tell them yourself if they need to know."


def paging(rederiving: Rederiving, caller: Caller, world: Callable[[], World]) -> Perform:
    """Performs the effect `page`, on what the log says."""

    async def perform(effect: ClaimedEffect, found: Derived[Incident]) -> Result:
        return await _page(effect, found.state, caller, world())

    return rederiving.performed(WORKFLOW, Incident, perform, _refused)


async def _page(effect: ClaimedEffect, state: Incident, caller: Caller, world: World) -> Result:
    """Call a pager by the address of the bundle in force. What has come to its end isn't sent again."""
    name, severity = effect.payload["pager"], effect.payload["severity"]
    if state.has_paged(name, severity):
        return Done()
    if state.status not in OPEN:
        return _never(effect, CLOSED)
    pager = world.bundle.pagers.get(name)
    if pager is None:
        return _never(effect, NO_PAGER)
    try:
        await PAGERS[pager.kind].send(_on_call(Page(state, name, pager, severity, caller), world.directory))
    except Retryable as error:
        return Later(str(error), _report(effect, str(error)), error.pause)
    except Permanent as error:
        return _never(effect, str(error))
    return Done(_report(effect))


def _on_call(page: Page, directory: Directory) -> Page:
    """The page with who is on call at this moment by the pager's schedule, if it has one."""
    schedule = page.pager.on_call
    if schedule is None:
        return page
    people = sorted(directory.on_call.get(schedule, ()))
    addresses = tuple(directory.people[one].email or one for one in people if one in directory.people)
    return replace(page, on_call=addresses, on_call_unknown=directory.on_call_unknown.get(schedule, ""))


def _refused(effect: ClaimedEffect, reason: str) -> ReportPage:
    return _report(effect, reason, final=True)


def _never(effect: ClaimedEffect, reason: str) -> Never:
    return Never(reason, _refused(effect, reason))


def _report(effect: ClaimedEffect, trouble: str | None = None, final: bool = False) -> ReportPage:
    return ReportPage(effect.subject, effect.payload["pager"], effect.payload["severity"], trouble, final)
