"""What each event makes of a passkey, and which effects it calls for."""

from typing import assert_never

from workflows.system.passkeys.events import (
    PasskeyAdded,
    PasskeyConfirmed,
    PasskeyEvent,
    PasskeyRemoved,
    PasskeyUsed,
)
from workflows.system.passkeys.signing import TAKEN_WITHIN
from workflows.system.passkeys.state import Passkey, Use
from workflows.workflow import Effect, tell


def evolve(state: Passkey | None, event: PasskeyEvent) -> Passkey:
    """The state after the event."""
    if isinstance(event, PasskeyAdded):
        return Passkey(
            id=event.id,
            status="active" if event.voucher else "waiting",
            owner=event.person,
            name=event.name,
            credential=event.credential,
            public_key=event.public_key,
            rp=event.rp,
            origin=event.origin,
            count=event.count,
            at=event.at,
            active_since=event.at if event.voucher else None,
            vouched_by=event.voucher.passkey if event.voucher else None,
        )
    assert state is not None, f"{event.action} before added"
    match event:
        case PasskeyConfirmed(by=by, at=at):
            return state.model_copy(update={"status": "active", "active_since": at, "confirmed_by": by})
        case PasskeyUsed(count=count, challenge=challenge, at=at):
            lately = tuple(one for one in state.recent if at - one.at <= TAKEN_WITHIN)
            used = (*lately, Use(challenge=challenge, at=at))
            return state.model_copy(update={"count": count, "recent": used})
        case PasskeyRemoved():
            return state.model_copy(update={"status": "removed"})
        case _:
            assert_never(event)


def effects(state: Passkey, event: PasskeyEvent) -> tuple[Effect, ...]:
    """Its owner hears of everything that changes it, in Slack: whoever has a stolen session can't prevent that."""
    return () if isinstance(event, PasskeyUsed) else (tell(state.id, state.owner, event.action),)
