"""The checklist of an incident: its playbook's steps, with buttons where there is something to do."""

from collections.abc import Sequence
from itertools import groupby

from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import ButtonElement

from bot.slack.blocks import button, buttons, fine_print, message, section, sections
from bot.slack.button_values import Page, StepOf
from bot.slack.incidents import texts
from bot.slack.incidents.cards import WORD
from bot.slack.layout import Fixed, Item, Items, Lines, Passage, fits, laid_out
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, moment, plain
from workflows.incidents.actions import ACTIONS
from workflows.incidents.state import OPEN, Incident, Step
from workflows.policy.schema.actions import ActionTerms
from workflows.policy.terms.incidents import StepTerms

RUN = "incident.run"
SKIP = "incident.skip"

DID = {
    "waiting": ":white_large_square:",
    "running": ":hourglass_flowing_sand:",
    "done": ":white_check_mark:",
    "failed": ":x:",
    "skipped": ":fast_forward:",
}
ALL_CHARS = 1_000_000
MAX_NOTE_CHARS, MAX_STEP_CHARS = 500, 1_500
MAX_STEPS = 12
"""With buttons at once."""
NAME = "checklist"
Pair = tuple[StepTerms, Step]


def checklist(state: Incident) -> Message | None:
    """The playbook's steps, with buttons where there is something to do; None without a playbook."""
    if state.playbook is None:
        return None
    below, opens = [_fine_print(state)], Page(state.id, NAME)
    blocks = laid_out([_in_order(state)], below, opens, WORD)
    if not fits(blocks):
        blocks = laid_out(_next_first(state), below, opens, WORD)
    return message(f"Playbook: {plain(state.playbook.title)}", *blocks)


def whole(state: Incident) -> list[Block]:
    """All of its steps, in order, with nothing to press."""
    lines = [line for phase, pairs in _phases(state) for line in (f"*{plain(phase)}*", *_lines(state, pairs))]
    return [*sections(_title(state)), *sections(*lines), _fine_print(state)]


def _in_order(state: Incident) -> Fixed:
    blocks: list[Block] = [section(_title(state))]
    room = MAX_STEPS
    for phase, pairs in _phases(state):
        blocks.append(section(f"*{plain(phase)}*"))
        for terms, step in pairs:
            blocks.append(section(_step(state, terms, step, MAX_NOTE_CHARS)))
            if room and _to_press(state, step):
                room -= 1
                blocks.append(buttons(*_step_buttons(state, terms, step)))
    return Fixed(blocks, left_out=texts.ENDS_OF_NOTES if any(map(_is_long, state.steps)) else "")


def _next_first(state: Incident) -> list[Passage]:
    """A long one: what failed and what is next, with their buttons; what is finished is counted and folded."""
    pairs = [pair for _, pairs in _phases(state) for pair in pairs]
    finished = [pair for pair in pairs if pair[1].status in ("done", "skipped")]
    left = sorted((pair for pair in pairs if pair not in finished), key=_urgency)
    items = [_item(state, pair) for pair in left]
    counted = f"{_title(state)}\n{texts.FINISHED.format(done=len(finished), all=len(pairs))}"
    most = MAX_STEPS if state.status in OPEN else len(items)
    return [
        Fixed([section(counted)]),
        Items("next steps", items, most=most, least=3, stays=8),
        Lines("finished steps", [*_lines(state, finished[::-1])], "*Last finished*", most=5, stays=1),
    ]


def _urgency(pair: Pair) -> int:
    """What has failed before what is late, before all else in its order."""
    _, step = pair
    return 0 if step.status == "failed" else 1 if step.reminded else 2


def _item(state: Incident, pair: Pair) -> Item:
    terms, step = pair
    said = f"{_step(state, terms, step, MAX_NOTE_CHARS)}\n_{plain(terms.phase)}_"
    pressed = [buttons(*_step_buttons(state, terms, step))] if _to_press(state, step) else []
    return Item(
        [section(cut(said, MAX_STEP_CHARS)), *pressed], [said], _is_long(step) or len(said) > MAX_STEP_CHARS
    )


def _is_long(step: Step) -> bool:
    return any(len(plain(text or "")) > MAX_NOTE_CHARS for text in (step.note, step.trouble))


def _lines(state: Incident, pairs: Sequence[Pair]) -> list[str]:
    return [_step(state, terms, step, ALL_CHARS) for terms, step in pairs]


def _phases(state: Incident) -> list[tuple[str, list[Pair]]]:
    """The steps as they stand, by phase, in order."""
    terms = state.playbook.steps if state.playbook else ()
    pairs = [(one, step) for one in terms if (step := state.step(one.name))]
    return [(phase, list(some)) for phase, some in groupby(pairs, key=lambda pair: pair[0].phase)]


def _to_press(state: Incident, step: Step) -> bool:
    return state.status in OPEN and step.status in ("waiting", "failed")


def _title(state: Incident) -> str:
    assert state.playbook is not None
    return f"*Playbook: {plain(state.playbook.title)}*{_drill(state)}"


def _fine_print(state: Incident) -> Block:
    assert state.playbook is not None
    return fine_print(f"{plain(state.playbook.name)} · policy {state.playbook.digest[:12]}")


def _drill(state: Incident) -> str:
    return texts.DRILL if state.drill else ""


def _step(state: Incident, terms: StepTerms, step: Step, longest: int) -> str:
    """`longest`: characters of what came of it, and of why it failed."""
    role = state.terms.role(terms.owner)
    owner = plain(role.title if role else terms.owner)
    holder = state.holders.get(terms.owner)
    who = f"{owner} ({mention(holder)})" if holder else owner
    lines = [f"{DID[step.status]} {plain(terms.title)}{_doing(state, terms.action)}"]
    due = state.overdue_at(terms)
    if step.status in ("done", "skipped"):
        by = f" by {mention(step.by)}" if step.by else ""
        note = f" {cut(plain(step.note), longest)}" if step.note else ""
        lines.append(f"{step.status.capitalize()}{by}.{note}")
    else:
        late = texts.OVERDUE if step.reminded else ""
        lines.append(f"For {who}{f', due {moment(due)}' if due else ''}{late}")
    if step.trouble:
        lines.append(f":warning: {cut(plain(step.trouble), longest)}")
    return "\n".join(lines)


def _doing(state: Incident, action: ActionTerms | None) -> str:
    return f" · _{ACTIONS[action.kind].describe(state, action)}_" if action else ""


def _step_buttons(state: Incident, terms: StepTerms, step: Step) -> list[ButtonElement]:
    label = "Try again" if step.status == "failed" else ("Run" if terms.action else "Done")
    value = StepOf(state.id, terms.name).value
    return [button(label, RUN, value, style="primary"), button("Skip", SKIP, value)]
