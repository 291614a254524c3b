"""Why no credential is made under a grant, although its events bear it out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from workflows.access.break_glass.decide import may_still_hold
from workflows.access.replay_request import approved_by, reviews_in, run_as_review
from workflows.access.scheduling import judged_at
from workflows.access.state import Access
from workflows.audit.possibility import Past
from workflows.policy.bundle import Entitlement
from workflows.policy.evaluation.assess import current_terms
from workflows.policy.evaluation.inputs import fits
from workflows.policy.fields import stronger
from workflows.policy.terms.access import stricter
from workflows.workflow import World, unmet

CHANGED = "The policy changed after this was approved. Request it again."


def objection(state: Access, story: Past, credential: str, world: World) -> str | None:
    """Why no credential is made under a grant that its events bear out; None if one may be."""
    asked = state.credential(credential)
    return unmet(
        (asked is not None and asked.status == "minting", "This credential was already created or given up."),
        (state.status == "active", "The grant ended before the credential was created."),
    ) or objection_to_grant(state, story, world)


def objection_to_grant(state: Access, story: Past, world: World) -> str | None:
    """Why a grant that its events bear out can't be used under the bundle in force; None if it can.

    Its terms are only what its first event claims: what the bundle in force gives, and whom it asks, wins where
    it is stricter.
    """
    entitlement = world.bundle.entitlements.get(state.terms.entitlement)
    if entitlement is None:
        return "The policy no longer has this access."
    at = judged_at(state.starts_at, state.decided_at or state.asked_at)
    asked = replace(state.asked, on_call=state.on_call)
    terms = current_terms(world.bundle, entitlement, world.directory, asked, at)
    approvers = {one.reviewer for one in state.reviews}
    return unmet(
        (terms.vault == state.terms.vault, f"Its credentials are created differently now. {CHANGED}"),
        (
            fits(terms.inputs, state.inputs),
            f"The policy now asks for other inputs, or allows others. {CHANGED}",
        ),
        (
            stronger(state.terms.assurance, terms.assurance) == state.terms.assurance,
            f"It now needs stronger approvals. {CHANGED}",
        ),
        (state.approved_seconds <= terms.longest, f"The policy now allows less time. {CHANGED}"),
        (
            _by_playbook(state, story, entitlement)
            or may_still_hold(state, terms, world.directory.groups_of(state.requester))
            or approved_by(state, story, stricter(state.terms, terms)),
            f"It now needs more or other approvals. {CHANGED}",
        ),
        (
            not approvers & world.directory.all_accounts_of(_never_approve(state)),
            "One of its approvers is another account of the requester, or of whoever asked for them.",
        ),
    )


def _never_approve(state: Access) -> set[str]:
    """Whoever has it, and whoever asked for them; whom an incident names as that ran its step."""
    return {state.requester, *({state.asked_by} if state.holder and state.asked_by else ())}


def _by_playbook(state: Access, story: Past, entitlement: Entitlement) -> bool:
    """Whether running a step approved it, by a rule that the bundle in force has."""
    rule = entitlement.in_incident
    return rule is not None and any(
        run_as_review(state, one)
        and one.seen.get("severity") in rule.severities
        and one.seen.get("role") in rule.roles
        and rule.approver in _listed(one.seen.get("reviewer_roles"))
        and (rule.longest is None or state.seconds <= rule.longest)
        for one in reviews_in(story)
    )


def _listed(given: Any) -> Sequence[Any]:
    return given if isinstance(given, list | tuple) else ()
