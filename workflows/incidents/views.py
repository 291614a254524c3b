"""What can be said of an incident to whoever looks at it: who sees it, who runs it, what is open and overdue."""

from datetime import datetime

from workflows.incidents.state import ACCESS_GOING, OPEN, Incident, PlaybookAccess, Step
from workflows.policy.terms.incidents import StepTerms
from workflows.ports import Directory


def sees(state: Incident, directory: Directory, person: str) -> bool:
    """A private incident is seen by its members alone, under whichever of their accounts."""
    return not state.private or concerns(state, directory, person)


def members(state: Incident, directory: Directory) -> frozenset[str]:
    """Who declared it, who has a role in it or is offered one, and who is called in."""
    called = directory.all_members_of(state.terms.private) if state.private else _called(state, directory)
    offered = {offer.to for offer in state.offers}
    return called | {state.owner, *state.called} | offered | set(state.holders.values())


def _called(state: Incident, directory: Directory) -> frozenset[str]:
    """By its severity, and by steps that are long overdue."""
    severity = state.terms.severity(state.severity)
    late = [state.step_terms(step.name) for step in state.steps if step.escalated]
    groups = {group for terms in late if terms for group in terms.escalate_to}
    return directory.all_members_of((*(severity.invite if severity else ()), *groups))


def concerns(state: Incident, directory: Directory, person: str) -> bool:
    """Whether it is any of their business: its members', private or not."""
    return bool(members(state, directory) & directory.accounts_of(person))


def overdue(state: Incident, directory: Directory, now: datetime) -> bool:
    """A step of its playbook that should be done by now."""
    late = [at for terms, _ in undone(state) if (at := state.overdue_at(terms))]
    return state.status in OPEN and bool(late) and now >= min(late)


def to_invite(state: Incident, directory: Directory) -> tuple[str, ...]:
    """Members whom nobody has tried to invite yet."""
    known = set(directory.people)
    return tuple(sorted((members(state, directory) & known) - set(state.invited) - set(state.uninvited)))


def can_declare(groups: tuple[str, ...], directory: Directory, person: str) -> bool:
    return bool(directory.groups_of(person) & set(groups))


def can_take(state: Incident, directory: Directory, person: str, role: str) -> bool:
    terms = state.terms.role(role)
    return terms is not None and bool(directory.groups_of(person) & set(terms.eligible))


def runs(state: Incident, person: str) -> bool:
    """Whoever holds a role; until somebody commands, whoever declared it too."""
    return person in state.holders.values() or (state.commander is None and person == state.owner)


def may_offer(state: Incident, person: str, role: str) -> bool:
    """Whoever holds the role, the commander, and while nobody commands, whoever declared it."""
    in_charge = state.commander or state.owner
    return person in (state.holders.get(role), in_charge)


def runs_step(state: Incident, person: str, step: StepTerms) -> bool:
    return person in (state.holders.get(step.owner), state.commander)


def roles_of(state: Incident, person: str) -> tuple[str, ...]:
    return tuple(sorted(role for role, holder in state.holders.items() if holder == person))


def held(state: Incident) -> tuple[PlaybookAccess, ...]:
    """Access that is live, or may become so."""
    return tuple(one for one in state.accesses if one.status in ACCESS_GOING)


def undone(state: Incident) -> tuple[tuple[StepTerms, Step], ...]:
    """The steps that still want somebody, in order."""
    steps = state.playbook.steps if state.playbook else ()
    pairs = ((terms, state.step(terms.name)) for terms in steps)
    return tuple(
        (terms, step) for terms, step in pairs if step is not None and step.status not in ("done", "skipped")
    )
