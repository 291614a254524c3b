"""The checklist of an incident: its playbook's steps, with buttons where there is something to do."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import ButtonElement

from bot.slack.elements import button, buttons, fine_print, section
from bot.slack.incidents.cards import value
from bot.slack.words import cut, mention, moment, plain
from integrations.slack.board import Message
from workflows.incidents.model import OPEN, Incident, Step
from workflows.policy.durations import spell_duration
from workflows.policy.incident_terms import ActionTerms, StepTerms

RUN = "incident.run"
SKIP = "incident.skip"

DID = {
    "waiting": ":white_large_square:",
    "running": ":hourglass_flowing_sand:",
    "done": ":white_check_mark:",
    "failed": ":x:",
    "skipped": ":fast_forward:",
}
MOST_STEPS = 12
"""With buttons at once; a message has fifty blocks at most."""


def checklist(state: Incident) -> Message | None:
    """The playbook's steps, with buttons where there is something to do; None without a playbook."""
    if state.playbook is None:
        return None
    blocks: list[Block] = [section(f"*Playbook: {plain(state.playbook.title)}*{_drill(state)}")]
    phase, room = "", MOST_STEPS
    for terms in state.playbook.steps:
        step = state.step(terms.name)
        assert step is not None
        if terms.phase != phase:
            phase = terms.phase
            blocks.append(section(f"*{plain(phase)}*"))
        blocks.append(section(_step(state, terms, step)))
        if room and state.status in OPEN and step.status in ("waiting", "failed"):
            room -= 1
            blocks.append(buttons(*_step_buttons(state, terms, step)))
    blocks.append(fine_print(f"{plain(state.playbook.name)} · policy {state.playbook.digest[:12]}"))
    return Message(f"Playbook: {plain(state.playbook.title)}", tuple(_at_most_fifty(blocks)))


def _at_most_fifty(blocks: list[Block]) -> list[Block]:
    """What is done gives way first, for a message has fifty blocks; it says so."""
    if len(blocks) <= 50:
        return blocks
    return [*blocks[:49], section("… more steps follow when these are done.")]


def _drill(state: Incident) -> str:
    return "\n_A drill: what would touch anything outside is only practised._" if state.drill else ""


def _step(state: Incident, terms: StepTerms, step: Step) -> str:
    role = state.terms.role(terms.owner)
    owner = plain(role.title if role else terms.owner)
    holder = state.holders.get(terms.owner)
    who = f"{owner} ({mention(holder)})" if holder else owner
    lines = [f"{DID[step.status]} {plain(terms.title)}{_doing(state, terms.action)}"]
    due = state.overdue_at(terms)
    if step.status in ("done", "skipped"):
        by = f" by {mention(step.by)}" if step.by else ""
        note = f" {cut(plain(step.note), 300)}" if step.note else ""
        lines.append(f"{step.status.capitalize()}{by}.{note}")
    else:
        late = " :alarm_clock: *overdue*" if step.reminded else ""
        lines.append(f"For {who}{f', due {moment(due)}' if due else ''}{late}")
    if step.trouble:
        lines.append(f":warning: {cut(plain(step.trouble), 500)}")
    return "\n".join(lines)


def _doing(state: Incident, action: ActionTerms | None) -> str:
    if action is None:
        return ""
    does = {
        "grant": f"gives `{_given(state, action)}` to {action.role} for {spell_duration(action.seconds or 1)}",
        "revoke": f"takes `{action.entitlement}` back from {action.role}",
        "freeze": f"stops releases of {action.service}",
        "roll-back": f"rolls back {action.service}",
        "post": "posts an update",
        "webhook": "calls a webhook",
    }
    return f" · _{does[action.kind]}_"


def _given(state: Incident, action: ActionTerms) -> str:
    """A drill gives what is for drills, if there is something."""
    return (state.drill and action.drill) or action.entitlement


def _step_buttons(state: Incident, terms: StepTerms, step: Step) -> list[ButtonElement]:
    label = "Try again" if step.status == "failed" else ("Run" if terms.action else "Done")
    return [
        button(label, RUN, value(state, terms.name), style="primary"),
        button("Skip", SKIP, value(state, terms.name)),
    ]
