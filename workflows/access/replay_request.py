"""Could this have happened to a request: made, reviewed, decided?"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from workflows.access.assurance import limits_of
from workflows.access.conditions import ConditionsAccepted, ConditionsOffered, impossible_limits
from workflows.access.events import (
    Approved,
    Denied,
    Escalated,
    Granted,
    Lapsed,
    Requested,
    Reviewed,
    TermsRevised,
    Withdrawn,
)
from workflows.access.limits import condition_digest, with_texts
from workflows.access.on_behalf.events import ProposalAccepted
from workflows.access.on_behalf.replay import asked_by_whom_it_says
from workflows.access.replay_ticket import impossible_ticket, seen_as_asked
from workflows.access.request_digest import request_digest
from workflows.access.scheduling import grant_window
from workflows.access.signals import impossible_signals
from workflows.access.state import Access
from workflows.approval.approvers_check import (
    ApproversFound,
    ApproversMissing,
    impossible_check,
    impossible_escalation,
)
from workflows.approval.delegates import impossible_delegation
from workflows.approval.recorded import recorded_quorum, recorded_seat
from workflows.approval.review_withdrawal import ReviewWithdrawn, impossible_withdrawal
from workflows.approval.staged import UNDECIDED
from workflows.audit.possibility import Judges, Past, Why
from workflows.policy.evaluation.inputs import fits
from workflows.policy.terms.access import Terms, stricter
from workflows.system.passkeys.signed_review import impossible_assurance
from workflows.workflow import Occurred, unmet

_COUNTS_REVIEWS = (Reviewed, ConditionsOffered, ConditionsAccepted)
"""Events that record the groups of everybody who has reviewed it."""


def run_as_review(state: Access, event: Reviewed) -> bool:
    """Whether running an incident's step stood for the approval."""
    by_incident = state.incident is not None and event.seen.get("incident") == state.incident
    return by_incident and event.reviewer == state.asked_by


def reviews_in(story: Past) -> list[Reviewed]:
    return [one.event for one in story if isinstance(one.event, Reviewed)]


def approved_by(state: Access, story: Past, terms: Terms) -> bool:
    """Whether the recorded reviews are what these terms ask for."""
    if terms.automatic:
        return True
    recorded = [one.event.seen for one in story if isinstance(one.event, _COUNTS_REVIEWS)]
    groups = recorded[-1].get("reviewers") if recorded else None
    return isinstance(groups, Mapping) and recorded_quorum(
        terms.stages, groups, state.askers, state.votes, state.escalated
    )


def _requested(state: Access | None, past: Past, now: Occurred, event: Requested) -> Why:
    terms = event.terms
    return (
        unmet(
            (state is None, "it had been requested before"),
            (event.id == now.subject, "it names another request"),
            (asked_by_whom_it_says(now, event), "someone else than the requester made the request"),
            (
                terms.shortest <= event.seconds <= terms.longest,
                f"it is for {event.seconds} seconds, and its terms allow {terms.shortest} to {terms.longest}",
            ),
            (terms.digest == now.policy, "its terms are of another policy than the one in force"),
            (not event.seen.get("problems"), "the policy refused it"),
            (
                bool(now.erased)
                or event.digest
                == request_digest(
                    event.id,
                    event.requester,
                    terms,
                    event.seconds,
                    event.justification,
                    event.ticket,
                    event.extends,
                    event.starts_at,
                    event.until_run,
                    event.inputs,
                ),
                "its digest isn't that of what was requested",
            ),
            (
                event.extends is None or event.extends.holder == event.requester,
                "it extends the access of someone else",
            ),
            (event.extends is None or event.extends.ends_at > now.at, "it extends access that had ended"),
            (
                event.extends is None or event.seconds <= (event.extends.longest or event.seconds),
                "it extends access for longer than that was approved for",
            ),
            (fits(terms.inputs, event.inputs), "its inputs aren't what its terms ask for"),
            (
                event.extends is None or event.extends.inputs == event.inputs,
                "it has other inputs than the access that it extends",
            ),
            (_keeps_conditions(now, event), "its conditions aren't those of the access that it extends"),
            (
                event.signals is None or not impossible_signals(event.signals),
                "its signals aren't those of what it recorded of earlier requests",
            ),
        )
        or impossible_start(event, now.at)
        or impossible_ticket(event)
    )


def _keeps_conditions(now: Occurred, event: Requested) -> bool:
    """Whether what it says of the conditions that it keeps is what they were."""
    kept = with_texts(event.extends.conditions, event.conditions) if event.extends else ()
    return "conditions" in now.erased or all(
        one.condition is not None and one.digest == condition_digest(one.of, one.by, one.condition)
        for one in kept
    )


def impossible_start(event: Requested, at: datetime) -> Why:
    """Why a request made at that moment could not be for this start; None if it could."""
    starts_at = event.starts_at
    if starts_at is None:
        return None
    return unmet(
        (event.extends is None, "an extension has a start of its own"),
        (event.incident is None, "a playbook asked for later access"),
        (starts_at > at, "it starts before it was requested"),
        (starts_at <= at + timedelta(seconds=event.terms.ahead), "it starts later than its terms allow"),
    )


def _revised(state: Access, past: Past, now: Occurred, event: TermsRevised) -> Why:
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (
            stricter(state.terms, event.terms) == event.terms,
            "the new terms allow what the old ones didn't",
        ),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
    )


def _reviewed(state: Access, past: Past, now: Occurred, event: Reviewed) -> Why:
    common = unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (event.digest == state.digest, "the review is bound to another request than this"),
        (
            all(one.reviewer != event.reviewer for one in state.reviews),
            f"{event.reviewer} had reviewed it before",
        ),
        (now.at < state.lapses_at, "it had expired by then"),
    )
    if common or run_as_review(state, event):
        return common or _run(state, now, event)
    return unmet(
        (now.actor.id == event.reviewer, "someone else than the reviewer gave the review"),
        (not now.actor.is_machine, "a machine reviewed it"),
        (event.reviewer not in state.askers, f"{event.reviewer} reviewed their own request"),
        (
            event.verdict == "deny" or state.terms.digest == now.policy,
            "it was approved under another policy than the one in force",
        ),
        (
            recorded_seat(state.terms.stages, event.reviewer, event.seen, state.escalated),
            f"{event.reviewer} was not among its approvers, or is another account of the requester",
        ),
        (
            event.verdict == "approve" or (event.seconds is None and event.condition_digest is None),
            "it was denied under a condition",
        ),
        (
            event.verdict == "deny" or seen_as_asked(state.terms.ticket, event.seen),
            "it was approved without its ticket being seen open",
        ),
    ) or (
        impossible_assurance(state, event, limits_of(event))
        or impossible_delegation(state, event.reviewer, event.delegated_by, state.askers, now.at)
        or impossible_limits(state, now, event.seconds, event.condition, event.condition_digest)
    )


def _review_withdrawn(state: Access, past: Past, now: Occurred, event: ReviewWithdrawn) -> Why:
    return impossible_withdrawal(state, event, now.actor, now.at)


def _run(state: Access, now: Occurred, event: Reviewed) -> Why:
    return unmet(
        (now.actor.is_daypass, "no playbook ran it"),
        (state.terms.assurance == "click", "a playbook approved it, for which a click isn't enough"),
        (event.verdict == "approve", "a playbook denied it"),
        (event.reviewer != state.requester, f"{event.reviewer} approved their own access"),
        (len(state.reviews) == 0, "a playbook approved it after others had reviewed it"),
    )


def _approved(state: Access, past: Past, now: Occurred, event: Approved) -> Why:
    last = past[-1]
    by_itself = isinstance(last.event, Requested | ProposalAccepted) or _is_review(last, "approve")
    decisive = by_itself or isinstance(last.event, ConditionsAccepted)
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (
            not state.new_conditions or isinstance(last.event, ConditionsAccepted),
            "nobody had accepted its conditions",
        ),
        (decisive and last.version == now.version, "no review, and no rule, had just approved it"),
        (
            any(run_as_review(state, one) for one in reviews_in(past))
            or approved_by(state, past, state.terms),
            "too few of its approvers had approved it",
        ),
    )


def _granted(state: Access, past: Past, now: Occurred, event: Granted) -> Why:
    window = grant_window(state.seconds, state.approved_seconds, state.starts_at, state.extends, now.at)
    return unmet(
        (state.status == "approved", "it had not been approved"),
        (past[-1].version == now.version, "it was not granted when it was approved"),
        (
            event.starts_at == window[0],
            "it starts at another time than it was granted, was wanted from, or than the access ends that it extends",
        ),
        (event.ends_at == window[1], "it lasts for another time than was requested, or approved"),
        (state.approved_seconds <= state.terms.longest, "it lasts longer than its terms allow"),
    )


def _denied(state: Access, past: Past, now: Occurred, event: Denied) -> Why:
    last = past[-1]
    return unmet(
        (state.status == "pending", f"it was {state.status} already"),
        (_is_review(last, "deny") and last.version == now.version, "nobody had just denied it"),
    )


def _withdrawn(state: Access, past: Past, now: Occurred, event: Withdrawn) -> Why:
    return unmet((state.status in UNDECIDED, f"it was {state.status} already"))


def _lapsed(state: Access, past: Past, now: Occurred, event: Lapsed) -> Why:
    return unmet(
        (state.status in UNDECIDED, f"it was {state.status} already"),
        (now.at >= state.lapses_at, "it had not expired by then"),
    )


def _approvers(state: Access, past: Past, now: Occurred, event: ApproversMissing | ApproversFound) -> Why:
    return impossible_check(state, event)


def _escalated(state: Access, past: Past, now: Occurred, event: Escalated) -> Why:
    return unmet((state.status == "pending", f"it was {state.status} already")) or impossible_escalation(
        state, event.stage, event.to, now.at
    )


def _is_review(one: Occurred, verdict: str) -> bool:
    return isinstance(one.event, Reviewed) and one.event.verdict == verdict


JUDGES: Judges = {
    Requested: _requested,
    TermsRevised: _revised,
    Reviewed: _reviewed,
    ReviewWithdrawn: _review_withdrawn,
    Approved: _approved,
    Granted: _granted,
    Denied: _denied,
    Withdrawn: _withdrawn,
    Lapsed: _lapsed,
    Escalated: _escalated,
    ApproversMissing: _approvers,
    ApproversFound: _approvers,
}
