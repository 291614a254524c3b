"""Could this have happened to an access request? Told from what its events recorded, without asking anybody."""

from workflows.access import (
    late_signals,
    replay_conditions,
    replay_grant,
    replay_request,
    replay_run,
    replay_ticket,
)
from workflows.access.break_glass import replay as break_glass
from workflows.access.events import Granted, Requested
from workflows.access.kits import replay as kits
from workflows.access.on_behalf import replay as on_behalf
from workflows.access.state import Access
from workflows.access.vault_quorum import replay as vault_quorum
from workflows.audit.possibility import Past, Why, judged
from workflows.workflow import Occurred

_judge = judged(
    Requested,
    {
        **replay_request.JUDGES,
        **replay_conditions.JUDGES,
        **replay_grant.JUDGES,
        **replay_run.JUDGES,
        **replay_ticket.JUDGES,
        **vault_quorum.JUDGES,
        **break_glass.JUDGES,
        **kits.JUDGES,
        **on_behalf.JUDGES,
        **late_signals.JUDGES,
    },
    "nobody had requested it",
)


def impossible(state: Access | None, past: Past, now: Occurred) -> Why:
    """Why this could not have happened to a request in this state, after this past; None if it could."""
    if state and state.status == "approved" and not isinstance(now.event, Requested | Granted):
        return "it was approved, and the grant that follows at once is missing"
    if isinstance(now.event, Requested) and (why := kits.impossible_kit(now.event)):
        return why
    return _judge(state, past, now)
