"""Who read what: opening the history of what the policy names is an event before the page is shown."""

from bot.web.console.auth import SURFACE, Console, Visitor
from workflows.policy.fields import Risk
from workflows.system.session_commands import RecordReading
from workflows.workflow import State

PRIVATE = "private"


async def record_reading(console: Console, by: Visitor, state: State | None) -> None:
    """Record that this session has opened it, if the policy wants to know; once a session. Raises DatabaseAway."""
    if state is None or state.owner == by.person.id:
        return
    kind = PRIVATE if state.scope or getattr(state, "private", False) else risk_of(state)
    if kind not in console.world().bundle.settings.console.record_reads:
        return
    once = f"read/{by.session.id}/{state.id}"
    await console.ledger.handle(RecordReading(by.session.id, state.id, kind), by.actor, SURFACE, once)


def risk_of(state: State) -> Risk | None:
    """The risk by which a subject goes, if it has one."""
    risk: Risk | None = getattr(getattr(state, "terms", None), "risk", None)
    return risk
