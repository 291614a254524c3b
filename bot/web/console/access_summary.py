"""What stands above the story of an access request."""

from bot.web.console import texts
from bot.web.console.summary import TONES, Fact, Summary, names_of
from bot.web.console.ticket_facts import ticket_facts
from workflows.access.break_glass.refusals import spell_verdict
from workflows.access.confirmation import spell_confirmed, spell_irrevocable
from workflows.access.signals import UNTOLD, explanations
from workflows.access.state import Access
from workflows.access.views import confirmed_by, works_until
from workflows.durations import spell_duration
from workflows.narrative import Said
from workflows.ports import Directory


def access_summary(state: Access, directory: Directory) -> Summary:
    grant, irrevocable = state.grant, spell_irrevocable(state.terms)
    names = directory.name_of
    facts = [
        Fact("Who", names(state.requester)),
        *([Fact("Requested by", names(state.asked_by))] if state.asked_by else []),
        *([Fact("Accepted", state.accepted_at)] if state.accepted_at else []),
        *([Fact("Owners", names_of(state.behind, directory))] if state.behind else []),
        Fact("What", f"{state.terms.entitlement} on {state.terms.resource_title}"),
        Fact("Where", state.terms.environment),
        Fact("Duration", spell_duration(state.approved_seconds)),
        *(
            [Fact("Requested for", spell_duration(state.seconds))]
            if state.approved_seconds < state.seconds
            else []
        ),
        Fact("Risk", state.terms.risk),
        *_inputs(state),
        *_signals(state, directory),
        *([Fact(texts.IRREVOCABLE, irrevocable)] if irrevocable else []),
        *([Fact(texts.ON_CALL, ", ".join(on.schedules))] if (on := state.on_call) and on.schedules else []),
        Fact("Requested", state.asked_at),
        *([Fact(_lapses(state), state.lapses_at)] if state.status in ("proposed", "pending") else []),
        *([Fact("Wanted from", state.starts_at)] if state.starts_at else []),
        *([Fact("Ends with", f"{state.until_run.kind} run {state.until_run.id}")] if state.until_run else []),
        *([Fact(texts.RUN_UNSEEN, state.run_unseen_since)] if state.run_unseen_since else []),
        *ticket_facts(state),
        *([Fact("From", grant.starts_at), Fact("Until", grant.ends_at)] if grant else []),
        *([Fact(texts.HOW_ENDED, grant.how)] if grant and grant.how else []),
        *([Fact("Works until", until)] if (until := works_until(state)) else []),
        *(
            [Fact(f"End {spell_confirmed(confirmed_by(state))}", grant.ended_at)]
            if grant and grant.ended_at
            else []
        ),
        *([Fact("Logins issued", _minted(state))] if grant else []),
        *([Fact("Extends", "earlier access", state.extends.grant)] if state.extends else []),
        *([Fact("Kit", state.kit.title, state.kit.first)] if state.kit else []),
        *([Fact("In", "an incident", state.incident)] if state.incident else []),
        *_break_glass(state, directory),
    ]
    said = [Said("Why", state.justification)]
    said += [Said("Ticket", state.ticket)] if state.ticket else []
    said += [Said("Ticket's title", state.ticket_title)] if state.ticket_title else []
    said += [
        Said(texts.CONDITION_OF.format(who=names(one.by)), one.condition or "") for one in state.conditions
    ]
    said += [Said("Reason", state.reason)] if state.reason else []
    said += _review_said(state)
    return Summary(
        subject=state.id,
        kind="Access request",
        title=f"{state.terms.title}, for {names(state.requester)}",
        status=state.status,
        tone=TONES.get(state.status, "over"),
        facts=tuple(facts),
        said=tuple(said),
        rule=state.terms.rule,
        policy=state.terms.digest,
    )


def _inputs(state: Access) -> list[Fact]:
    titles = {one.name: one.title for one in state.terms.inputs}
    return [Fact(titles.get(name, name), value) for name, value in state.inputs.items()]


def _lapses(state: Access) -> str:
    """What it expires without: a decision, or that its requester accepts it or its conditions."""
    return texts.EXPIRES_UNACCEPTED if state.unaccepted or state.offered_at else texts.EXPIRES_UNDECIDED


def _signals(state: Access, directory: Directory) -> list[Fact]:
    """What was unusual about it, each with its explanation; what couldn't be told as well."""
    if state.signals is None:
        return []
    told = explanations(state.signals, directory.name_of)
    found = [Fact(texts.UNUSUAL.format(what=label), why) for label, why in told]
    unknown = state.signals.unknown
    return [*found, *([Fact(texts.UNTOLD, UNTOLD[unknown])] if unknown else [])]


def _break_glass(state: Access, directory: Directory) -> list[Fact]:
    taken = state.break_glass
    if taken is None:
        return []
    review = taken.review
    facts = [Fact(texts.TAKEN, spell_verdict(taken.verdict))]
    if taken.denied:
        facts.append(Fact(texts.DENIED_BEFORE, taken.denied.at, taken.denied.request))
    if review is None:
        return [*facts, Fact("Review due", taken.review_by)]
    return [*facts, Fact("Reviewed by", directory.name_of(review.reviewer)), Fact("Reviewed", review.at)]


def _review_said(state: Access) -> list[Said]:
    review = state.break_glass.review if state.break_glass else None
    return [Said("Review", review.reason)] if review else []


def _minted(state: Access) -> str:
    return str(sum(one.was_minted for one in state.credentials))
