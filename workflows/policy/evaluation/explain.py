"""An assessment in sentences: who can approve, how long they have, what would be faster, and by which rule."""

from workflows.durations import spell_duration
from workflows.policy.bundle import Bundle, Entitlement
from workflows.policy.evaluation.catalog import eligible
from workflows.policy.evaluation.manager import asks_manager, manager_of, spell_groups, with_manager
from workflows.policy.evaluation.objections import join_names
from workflows.policy.evaluation.quorum import who_can_decide
from workflows.policy.on_call.seen import unknown_groups
from workflows.policy.terms.access import StageTerms, Terms
from workflows.ports import Directory

AUTOMATIC = "Approved automatically by policy."
ON_CALL_UNKNOWN = "Who is on call can't be told right now ({groups}), so others decide."
SESSIONS_CONTINUE = "A session that is open when it expires continues until it is closed."


def explain(
    bundle: Bundle,
    directory: Directory,
    requester: str,
    entitlement: Entitlement,
    terms: Terms,
    asked_by: str | None = None,
) -> tuple[str, ...]:
    """Say what happens to a request on these terms, what matters most to the requester first."""
    return (
        *_who_decides(directory, requester, terms, asked_by),
        *_may_need(entitlement, terms),
        *_how_it_ends(entitlement),
        *_faster(bundle, directory, requester, entitlement),
    )


def background(
    directory: Directory, requester: str, entitlement: Entitlement, terms: Terms
) -> tuple[str, ...]:
    """Say what few requesters need to know: how long approvers have, why it may be requested, and by which rule."""
    return (*_lapse(terms), _why_eligible(directory, requester, entitlement), f"Rule: {terms.rule}")


def _why_eligible(directory: Directory, requester: str, entitlement: Entitlement) -> str:
    rule = entitlement.rule.eligible
    through = sorted(directory.groups_of(requester).intersection(rule))
    if through:
        return f"{directory.name_of(requester)} can request it as a member of {join_names(through)}."
    return f"Only members of {join_names(rule, 'or')} can request it."


def how_decided(
    directory: Directory, requester: str, entitlement: Entitlement, terms: Terms, asked_by: str | None = None
) -> list[str]:
    """Say who decides on a request of this person on these terms, how long they have, and who else may have to.

    `asked_by` asks for them, and doesn't decide either.
    """
    decided = _who_decides(directory, requester, terms, asked_by)
    return [*decided, *_lapse(terms), *_may_need(entitlement, terms)]


def _who_decides(directory: Directory, requester: str, terms: Terms, asked_by: str | None) -> list[str]:
    if terms.automatic:
        return [AUTOMATIC]
    able = who_can_decide(
        terms.stages, with_manager(directory, requester), {requester, asked_by or requester}
    )
    return [_stage_sentence(directory, requester, stage, able[stage.name]) for stage in terms.stages]


def _lapse(terms: Terms) -> list[str]:
    if terms.automatic:
        return []
    return [f"Expires after {spell_duration(terms.lapse)} without a decision."]


def _may_need(entitlement: Entitlement, terms: Terms) -> list[str]:
    """The stages that this request doesn't need as far as is known: what is unusual is only seen when it is sent."""
    needed = {stage.name for stage in terms.stages}
    more = [one.name for one in entitlement.rule.stage_conditions if one.name not in needed]
    return [f"Some requests also need the stage {join_names(more)}."] if more else []


def _stage_sentence(directory: Directory, requester: str, stage: StageTerms, able: frozenset[str]) -> str:
    whose = f"{directory.name_of(requester)}'s manager"
    unknown = unknown_groups(directory, (*stage.approvers, *stage.escalate_to))
    untold = f" {ON_CALL_UNKNOWN.format(groups=join_names(unknown))}" if unknown else ""
    count = "1 approval" if stage.quorum == 1 else f"{stage.quorum} approvals"
    names = sorted(directory.name_of(person) for person in able)
    who = join_names(names, "or") if names else "no one right now"
    groups = join_names(spell_groups(stage.approvers, whose), "or")
    sentence = f"Needs {count} from {groups}: {who}.{untold}"
    if asks_manager(stage, escalated=True) and manager_of(directory, requester) is None:
        sentence = f"{sentence} The directory doesn't say who manages {directory.name_of(requester)}."
    if stage.escalate_after is None:
        return sentence
    later = f"{spell_duration(stage.escalate_after)}, {join_names(spell_groups(stage.escalate_to, whose), 'or')} can approve too."
    return f"{sentence} After {later}"


def _how_it_ends(entitlement: Entitlement) -> list[str]:
    engine = entitlement.secrets_engine
    if engine.static:
        return [
            "Can't be taken back: the secret is the same for everyone and works until someone changes it. "
            "Access is shown as ending until then."
        ]
    if engine.revocable:
        return []
    early = [f"Can't be revoked early: {engine.makes} {engine.lasts}."]
    return [*early, *([SESSIONS_CONTINUE] if engine.sessions == "continue" else [])]


def _approvals(entitlement: Entitlement) -> int:
    return sum(stage.quorum for stage in entitlement.rule.stages)


def _faster(bundle: Bundle, directory: Directory, requester: str, entitlement: Entitlement) -> list[str]:
    """The quickest other entitlement on the same resource, if it asks for fewer approvals."""
    others = [
        one
        for one in eligible(bundle, directory, requester)
        if one.resource == entitlement.resource and _approvals(one) < _approvals(entitlement)
    ]
    if not others:
        return []
    quickest = min(others, key=lambda one: (_approvals(one), one.id))
    needed = _approvals(quickest)
    asks = f"needs {needed} approval{'' if needed == 1 else 's'}" if needed else "needs no approval"
    return [f"Faster, if it's enough: “{quickest.title}” ({quickest.id}) {asks}."]
