"""What cards, Details and messages say of a release's exceptions."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.blocks import button, buttons, message, section
from bot.slack.button_values import About
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, moment, plain
from bot.slack.releases.exceptions import texts
from workflows.releases.exceptions.decide import awaited
from workflows.releases.exceptions.standing import can_be_excepted, exceptions_in_use
from workflows.releases.exceptions.state import GateException
from workflows.releases.gates.gate import Result
from workflows.releases.state import Release

ASK = "release.ask-exception"
JUSTIFIED = "release.exception-justified"
UNJUSTIFIED = "release.exception-unjustified"
MAX_REASON_CHARS = 200
MAX_GATES_CHARS = 300


def excepted_line(state: Release, result: Result) -> str:
    """A gate that may fail, with who asked for that and why."""
    used = exceptions_in_use(state).get(result.gate)
    return _line(used) if used else ""


def _line(used: GateException) -> str:
    why = cut(plain(used.reason), MAX_REASON_CHARS)
    return texts.EXCEPTED.format(gate=plain(used.gate), who=mention(used.by), why=why)


def ask_button(state: Release) -> list[ButtonElement]:
    """For whom it waits: only if exceptions from all that fails would bring it forward."""
    return [button(texts.ASK, ASK, About(state.id).value)] if can_be_excepted(state) else []


def review_lines(state: Release) -> list[str]:
    """Where the review is; none if it needs none."""
    review = state.exception_review
    if review is None:
        return []
    if review.verdict and review.reviewer:
        why = cut(plain(review.reason or ""), MAX_REASON_CHARS)
        return [texts.REVIEWED[review.verdict].format(who=mention(review.reviewer), why=why)]
    line = texts.REVIEW_OVERDUE if review.overdue else texts.REVIEW_DUE
    return [line.format(at=moment(review.due_at))]


def review_buttons(state: Release) -> list[ButtonElement]:
    """For reviewers, until somebody has reviewed it."""
    if not awaited(state):
        return []
    return [
        button("Justified", JUSTIFIED, About(state.id).value, style="primary"),
        button("Not justified", UNJUSTIFIED, About(state.id).value, style="danger"),
    ]


def exception_note(state: Release, name: str, what: str) -> Message | None:
    """The message for an event of exceptions; None for any other."""
    if name not in texts.NOTES:
        return None
    review = state.exception_review
    used = [_line(one) for one in exceptions_in_use(state).values()]
    text = texts.NOTES[name].format(
        what=f"*{what}*",
        gates=cut(", ".join(plain(gate) for gate in exceptions_in_use(state)), MAX_GATES_CHARS),
        due=moment(review.due_at) if review else "",
        review="\n".join(review_lines(state)),
    )
    blocks: list[Block] = [section(text)]
    if name == "exception-reviewed":
        return message(text, *blocks)
    blocks += [section(cut("\n".join(used), 2_500))] if used else []
    pressed = review_buttons(state)
    return message(text, *blocks, *([buttons(*pressed)] if pressed else []))
