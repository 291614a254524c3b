"""Cards and windows of an incident: announced, worked on by its playbook, resolved."""

from collections.abc import Iterator
from contextlib import closing

from bot.slack.blocks import reason_modal
from bot.slack.button_values import About
from bot.slack.incidents.cards import announcement
from bot.slack.incidents.cards import card as draw
from bot.slack.incidents.checklist import checklist
from bot.slack.incidents.form import Form
from bot.slack.incidents.listeners import REASONS
from bot.slack.incidents.modals import (
    cancel_modal,
    declare_modal,
    follow_up_modal,
    playbook_modal,
    resolve_modal,
    roles_modal,
    severity_modal,
)
from tests.incidents.desk import FIRST, TITLE, Desk
from tests.people import ADA, GRACE, MARGARET
from tests.pictures.scenes.scene import Scene, because, card, window
from workflows.incidents.commands import Cancel, Mitigate, OfferRole
from workflows.incidents.state import Incident
from workflows.workflow import World


def running(world: World) -> Incident:
    """Commanded, with a responder, two steps of its playbook done and a role offered."""
    with closing(Desk(world)) as desk:
        _runs(desk)
        return desk.now


def _runs(desk: Desk) -> None:
    desk.declares(ADA, service="ranking-model", playbook="stale-features")
    desk.takes(MARGARET)
    desk.takes(ADA, "responder")
    desk.steps(MARGARET, "stop-releases")
    desk.steps(MARGARET, "look-inside")
    assert (
        desk.refusal(OfferRole(FIRST, "commander", GRACE, "Releases are stopped, Ada is looking."), MARGARET)
        == ""
    )
    desk.all_done()


def states(world: World) -> Iterator[tuple[str, str, Incident]]:
    """A name, what it shows, and the state."""
    with closing(Desk(world)) as desk:
        desk.declares(ADA, service="ranking-model", playbook="stale-features")
        desk.all_done()
        yield "incident-declared", "Just declared", desk.now
    with closing(Desk(world)) as desk:
        _runs(desk)
        yield "incident-running", "Worked on, a role offered", desk.now
        assert desk.refusal(Mitigate(FIRST), MARGARET) == ""
        yield "incident-mitigated", "Mitigated", desk.now
        desk.resolves(MARGARET)
        yield "incident-resolved", "Resolved", desk.now
    with closing(Desk(world)) as desk:
        desk.declares(ADA)
        assert desk.refusal(Cancel(FIRST, "A dashboard was wrong."), ADA) == ""
        yield "incident-cancelled", "Cancelled", desk.now


def cards(world: World) -> Iterator[Scene]:
    for name, title, state in states(world):
        yield card(name, title, MARGARET, draw(state))
        if name in ("incident-declared", "incident-resolved"):
            yield card(f"{name}-announced", f"{title}, as announced", MARGARET, announcement(state))
    steps = checklist(running(world))
    assert steps
    yield card("incident-playbook", "Its playbook's steps", MARGARET, steps)


def windows(world: World) -> Iterator[Scene]:
    state, bundle = running(world), world.bundle
    about = About(state.id).value
    assert bundle.incidents
    form = Form(FIRST, TITLE, "sev2", "ranking-model", "stale-features")
    views = {
        "declare": ("Declare an incident", declare_modal(form, bundle, bundle.incidents)),
        "roles": ("Take or hand over a role", roles_modal(state, about)),
        "severity": ("Change the severity", severity_modal(state, about)),
        "playbook": ("Start a playbook", playbook_modal(about, bundle.playbooks, None)),
        "follow-up": ("Add a follow-up", follow_up_modal(about)),
        "resolve": ("Resolve", resolve_modal(state, about)),
        "cancel": ("Cancel the incident", cancel_modal(about)),
    }
    for name, (title, view) in views.items():
        yield window(f"window-incident-{name}", title, MARGARET, view)
    for action, (callback, *words) in REASONS.items():
        name = action.rpartition(".")[2]
        yield window(f"window-incident-{name}", because(name), MARGARET, reason_modal(callback, "v", *words))
