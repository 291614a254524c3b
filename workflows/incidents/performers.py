"""How the effects of incidents are performed: a room kept, access asked for and taken back, steps acted out."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from workflows.access.commands import PlaybookOrigin, RequestAccess, Revoke, WithdrawAccess
from workflows.access.state import Access
from workflows.incidents import WORKFLOW
from workflows.incidents.actions import ACTIONS
from workflows.incidents.actions.action import PLAYBOOK, SURFACE, Performing
from workflows.incidents.commands import (
    DeclareIncident,
    Reopen,
    ReportAccess,
    ReportInvited,
    ReportMerged,
    ReportPinned,
    ReportRoom,
    ReportRoomTrouble,
    ReportStep,
)
from workflows.incidents.duplicates import look_alike_of
from workflows.incidents.objection import not_in_policy, objection
from workflows.incidents.pagers.performer import paging
from workflows.incidents.ports import Caller, Room
from workflows.incidents.state import OPEN, Incident
from workflows.incidents.views import held, to_invite
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Later, Never, Performer, Result, attempted, failed
from workflows.ledger.performers import performed_on
from workflows.ledger.replayed_state import Derived, Rederiving
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import INTERNAL, Pool
from workflows.policy.schema.actions import ActionTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.commands import ReportIncident
from workflows.workflow import OUTBOX, World

OVER_ALREADY = "The incident it was merged into is already closed."
RETRY_SECONDS = 0.5
"""Seconds until what somebody else is doing is looked at again."""
PATIENT = 60
"""How often at most a review looks whether the incident's access is gone."""


ROOMS = Pool("rooms", workers=2)
ACTING = Pool("acting", workers=4)
"""For the steps of playbooks, webhooks among them."""
REVIEWING = Pool("reviewing", workers=2)
MAX_SECONDS = {INTERNAL: 60.0, ROOMS: 300.0, ACTING: 60.0, REVIEWING: 300.0}
"""Seconds for one attempt. Slack may ask a room or a review with many people or pages to wait in between."""


def performers(
    ledger: Ledger,
    reads: Repository,
    room: Room,
    caller: Caller,
    world: Callable[[], World],
    rederiving: Rederiving,
) -> dict[str, Performer]:
    """The performers of incidents' effects, over these parts."""

    def of(perform: Callable[[ClaimedEffect, Incident], Awaitable[Result]], pool: Pool) -> Performer:
        return Performer(performed_on(Incident, reads, perform), pool, MAX_SECONDS[pool])

    async def keep_room(effect: ClaimedEffect, state: Incident) -> Result:
        return await _keep_room(state, ledger, room, world)

    async def ask(effect: ClaimedEffect, found: Derived[Incident]) -> Result:
        return _not_asked_now(effect, found.state, world()) or await _ask(effect, found.state, ledger)

    async def take_back(effect: ClaimedEffect, state: Incident) -> Result:
        return await _take_back(effect, state, ledger, reads)

    async def act(effect: ClaimedEffect, found: Derived[Incident]) -> Result:
        if why := objection(found.state, effect.payload["step"], world()):
            return Never(why, _not_acted(effect, why))
        return await _act(effect, found.state, ledger, reads, room, caller)

    async def read_pinned(effect: ClaimedEffect, state: Incident) -> Result:
        return await _read_pinned(effect, state, room)

    async def review(effect: ClaimedEffect, state: Incident) -> Result:
        return await _review(effect, state, room)

    async def look_alike(effect: ClaimedEffect, state: Incident) -> Result:
        return await look_alike_of(state, ledger, reads)

    async def merged(effect: ClaimedEffect, state: Incident) -> Result:
        return await _merged(effect, state, ledger)

    return {
        "room": of(keep_room, ROOMS),
        "ask": Performer(
            rederiving.performed(WORKFLOW, Incident, ask, _not_asked), INTERNAL, MAX_SECONDS[INTERNAL]
        ),
        "take-back": of(take_back, INTERNAL),
        "act": Performer(
            rederiving.performed(WORKFLOW, Incident, act, _not_acted), ACTING, MAX_SECONDS[ACTING]
        ),
        "page": Performer(paging(rederiving, caller, world), ACTING, MAX_SECONDS[ACTING]),
        "read-pinned": of(read_pinned, REVIEWING),
        "review": of(review, REVIEWING),
        "look-alike": of(look_alike, INTERNAL),
        "merged": of(merged, INTERNAL),
        "tell-incident": Performer(_tell_incident, INTERNAL, MAX_SECONDS[INTERNAL]),
        "declare": Performer(partial(_declare, ledger), INTERNAL, MAX_SECONDS[INTERNAL]),
    }


def _not_asked(effect: ClaimedEffect, reason: str) -> ReportAccess:
    return ReportAccess(effect.subject, effect.payload["access"], "refused", reason)


def _not_asked_now(effect: ClaimedEffect, state: Incident, world: World) -> Result | None:
    """Why access isn't asked for, now or ever; None if it is."""
    if world.clocks:
        return Later(world.clocks)
    if doubt := world.doubt_about(effect.payload["person"]):
        return Later(doubt, _still_waits(effect, state, doubt))
    why = not_in_policy(state, world)
    return Never(why, _not_asked(effect, why)) if why else None


def _still_waits(effect: ClaimedEffect, state: Incident, why: str) -> ReportStep | None:
    """Access asked for as a role passed on belongs to no run of a step."""
    step = state.step(effect.payload["step"])
    return ReportStep(state.id, step.name, step.run, "running", trouble=why) if step else None


def _not_acted(effect: ClaimedEffect, reason: str) -> ReportStep:
    step, run = effect.payload["step"], effect.payload["run"]
    return ReportStep(effect.subject, step, run, "failed", trouble=reason)


async def _keep_room(state: Incident, ledger: Ledger, room: Room, world: Callable[[], World]) -> Result:
    """However often it is tried: a channel is made once, and what is missing is put right."""
    try:
        if state.channel is None:
            opened = ReportRoom(state.id, await room.open(state))
            state = (await ledger.handle(opened, PLAYBOOK, SURFACE)).state
        people, refused = await room.fill(state, to_invite(state, world().directory))
    except (Retryable, Permanent) as error:
        pause = error.pause if isinstance(error, Retryable) else None
        return Later(str(error), ReportRoomTrouble(state.id, str(error)), pause)
    return Done(ReportInvited(state.id, people, refused))


async def _ask(effect: ClaimedEffect, state: Incident, ledger: Ledger) -> Result:
    """Asked once: the request's id was fixed with the intent."""
    asked = effect.payload
    ground = PlaybookOrigin(
        incident=state.id,
        severity=state.severity,
        role=asked["role"],
        holder=asked["person"],
        asked_by=asked["by"],
        asked_as=tuple(asked["by_roles"]),
        policy=state.playbook.digest if state.playbook else "",
        drill=state.drill,
        private=state.private,
    )
    why = f"Incident {state.number}: {state.title}"
    command = RequestAccess(asked["access"], asked["entitlement"], asked["seconds"], why, ground=ground)
    outcome = await ledger.handle(command, PLAYBOOK, SURFACE)
    if outcome.refusal:
        return Done(ReportAccess(state.id, asked["access"], "refused", outcome.refusal.sentence))
    return Done()


async def _take_back(effect: ClaimedEffect, state: Incident, ledger: Ledger, reads: Repository) -> Result:
    """It is over when the access itself says so, which it does when Vault has confirmed it."""
    id: str = effect.payload["access"]
    access = await reads.find(Access, id)
    if access is None:
        return Done(ReportAccess(state.id, id, "refused", "It wasn't granted."))
    reason = f"Incident {state.number}: {effect.payload['reason']}"
    command = WithdrawAccess(id) if access.status == "pending" else Revoke(id, reason)
    outcome = await ledger.handle(command, PLAYBOOK, SURFACE)
    if outcome.refusal and access.status == "pending":
        return Later("It was decided in the meantime.", pause=RETRY_SECONDS)
    return Done()


async def _act(
    effect: ClaimedEffect, state: Incident, ledger: Ledger, reads: Repository, room: Room, caller: Caller
) -> Result:
    """One run of one step: tried until it is done, or never will be; what only tells, until the incident is over."""
    payload = effect.payload
    action = ActionTerms.model_validate(
        {name: one for name, one in payload.items() if name in ActionTerms.model_fields}
    )
    kind, step, run = ACTIONS[action.kind], payload["step"], payload["run"]
    began = datetime.fromisoformat(payload["at"])
    assert kind.perform is not None, f"{kind.name} has no effect"
    performing = Performing(state, step, run, began, action, ledger, reads, room, caller)
    try:
        note = await kind.perform(performing)
    except Retryable as error:
        if state.status not in OPEN and not kind.outlives_incident:
            return Never(str(error), _not_acted(effect, str(error)))
        return Later(str(error), ReportStep(state.id, step, run, "running", trouble=str(error)), error.pause)
    except Permanent as error:
        return Never(str(error), _not_acted(effect, str(error)))
    return Done(ReportStep(state.id, step, run, "done", note))


async def _read_pinned(effect: ClaimedEffect, state: Incident, room: Room) -> Result:
    ts: str = effect.payload["ts"]
    try:
        author, text = await room.read(state, ts)
    except (Retryable, Permanent) as error:
        return failed(effect, error)
    return Done(ReportPinned(state.id, ts, author, text))


async def _merged(effect: ClaimedEffect, state: Incident, ledger: Ledger) -> Result:
    """The other one takes this one in; if it is over itself, this one goes on."""
    other: str = effect.payload["other"]
    outcome = await ledger.handle(ReportMerged(other, state.id, state.number), PLAYBOOK, SURFACE)
    return Done(Reopen(state.id, OVER_ALREADY) if outcome.refusal else None)


async def _review(effect: ClaimedEffect, state: Incident, room: Room) -> Result:
    """Written when its access is gone, so that it says so; after a while without that."""
    if state.status in OPEN:
        return Done()  # it was opened again, and ends once more
    if held(state) and effect.attempts < PATIENT:
        return Later("Access is still being revoked.", pause=RETRY_SECONDS)
    return await attempted(effect, room.review(state))


async def _tell_incident(effect: ClaimedEffect) -> Result:
    """An effect of access: what became of it, for the incident that asked for it."""
    told = effect.payload
    return Done(ReportAccess(told["incident"], effect.subject, told["status"], told["trouble"]))


async def _declare(ledger: Ledger, effect: ClaimedEffect) -> Result:
    """An effect of a release: its checks have failed. The release hears what the incident is called."""
    told = effect.payload
    command = DeclareIncident(
        told["incident"],
        title=told["title"],
        severity=told["severity"],
        service=told["service"],
        playbook=told["playbook"],
        release=effect.subject,
        called=tuple(told["called"]),
    )
    declared = (await ledger.handle(command, OUTBOX, "outbox")).state
    return Done(ReportIncident(effect.subject, declared.number) if declared else None)
