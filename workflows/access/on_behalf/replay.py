"""Could this have happened to a request for somebody else? Told from what its events recorded."""

from workflows.access.events import Requested
from workflows.access.on_behalf.events import ProposalAccepted, ProposalDeclined
from workflows.access.request_digest import digest_under
from workflows.access.signals import impossible_signals
from workflows.access.state import Access
from workflows.audit.possibility import Judges, Past, Why
from workflows.policy.terms.access import stricter
from workflows.workflow import Occurred, unmet


def asked_by_whom_it_says(now: Occurred, event: Requested) -> bool:
    """Whether whoever made the request is whom it names: Daypass for an incident, the asker, or the requester."""
    if event.incident:
        return now.actor.is_daypass
    if event.asked_by is None:
        return now.actor.id == event.requester
    for_another = event.asked_by != event.requester and event.extends is None
    return for_another and now.actor.id == event.asked_by and not now.actor.is_machine


def _accepted(state: Access, past: Past, now: Occurred, event: ProposalAccepted) -> Why:
    return _answered(state, now, event.by) or unmet(
        (event.accepted == state.digest, "they accepted another request than this"),
        (now.at < state.lapses_at, "it had expired by then"),
        (stricter(state.terms, event.terms) == event.terms, "its new terms allow what the old ones didn't"),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
        (not event.seen.get("problems"), "the policy refused it"),
        (
            bool(past[0].erased) or event.digest == digest_under(state, event.terms),
            "its digest isn't that of what was requested",
        ),
        (
            event.signals is None or not impossible_signals(event.signals),
            "its signals aren't those of what it recorded of earlier requests",
        ),
    )


def _declined(state: Access, past: Past, now: Occurred, event: ProposalDeclined) -> Why:
    return _answered(state, now, event.by)


def _answered(state: Access, now: Occurred, by: str) -> Why:
    return unmet(
        (state.status == "proposed", f"it was {state.status} already"),
        (now.actor.id == by == state.holder, "someone else than the person it was for answered it"),
    )


JUDGES: Judges = {ProposalAccepted: _accepted, ProposalDeclined: _declined}
