"""Opens or joins the incident that break-glass calls for."""

from datetime import datetime

from workflows.access.break_glass.commands import ReportBreakGlassIncident
from workflows.access.state import Access
from workflows.incidents.commands import AddNote, DeclareIncident
from workflows.incidents.state import KIND, OPEN, Incident
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Later, Performer, Result
from workflows.ledger.performers import performed_on
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import INTERNAL
from workflows.workflow import OUTBOX, derived

MAX_SECONDS = 60.0
SURFACE = "outbox"
NOTE = "Access was taken without approval (break-glass): {title}, {id}."
TITLE = "Break-glass: {title}"
MAX_TITLE_CHARS = 100


def incident_performers(ledger: Ledger, reads: Repository) -> dict[str, Performer]:
    """The performer of `open-incident`, an effect of access, over these parts."""

    async def opened(effect: ClaimedEffect, state: Access) -> Result:
        service = effect.payload["service"]
        found = await _open_on(reads, service, state)
        if found is not None:
            note = AddNote(found.id, NOTE.format(title=state.terms.title, id=state.id))
            outcome = await ledger.handle(note, OUTBOX, SURFACE, f"{state.id}/incident")
            return _linked(state, outcome.state or found, joined=True)
        command = DeclareIncident(
            derived(KIND, _taken_at(state), "break-glass", state.id),
            title=TITLE.format(title=state.terms.title)[:MAX_TITLE_CHARS],
            severity=effect.payload["severity"],
            service=service,
            called=(state.owner,),
        )
        outcome = await ledger.handle(command, OUTBOX, SURFACE)
        if outcome.refusal:
            return Later(outcome.refusal.sentence)
        return _linked(state, outcome.state, joined=False)

    return {"open-incident": Performer(performed_on(Access, reads, opened), INTERNAL, MAX_SECONDS)}


async def _open_on(reads: Repository, service: str | None, state: Access) -> Incident | None:
    """The newest open incident on the service, or of the resource; not one that this access has opened."""
    own = derived(KIND, _taken_at(state), "break-glass", state.id)
    title = TITLE.format(title=state.terms.title)[:MAX_TITLE_CHARS]
    found = [
        one
        for one in await reads.in_status(Incident, KIND, OPEN)
        if not one.private
        and not one.drill
        and one.id != own
        and (one.service == service if service else one.title == title)
    ]
    return found[-1] if found else None


def _linked(state: Access, incident: Incident, joined: bool) -> Done:
    return Done(ReportBreakGlassIncident(state.id, incident.id, incident.number, joined))


def _taken_at(state: Access) -> datetime:
    return state.break_glass.taken_at if state.break_glass else state.asked_at
