"""Short messages that tell the requester something has happened; the card says the rest."""

from bot.slack.access.notifications import spell_stages
from bot.slack.blocks import message, section
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mentions, moment, plain
from bot.slack.questions import question_note
from bot.slack.releases import texts
from bot.slack.releases.exceptions.lines import exception_note
from bot.slack.releases.faults import why_stopped
from bot.slack.releases.names import version_of, what
from workflows.releases.state import Release

MAX_REASON_CHARS = 500
"""Characters; the card has all of it."""


def note(state: Release, name: str) -> Message:
    """The message for the event of this name."""
    if asked := question_note(state, name, what(state)):
        return asked
    if excepted := exception_note(state, name, what(state)):
        return excepted
    text = texts.NOTES[name].format(**_words(state))
    return message(text, section(text))


def _words(state: Release) -> dict[str, str]:
    return {
        "what": f"*{what(state)}*",
        "since": texts.SINCE.format(at=moment(state.live_at)) if state.live_at else "",
        "checks": texts.CHECKS_WILL_RUN.format(at=moment(state.checks_at)) if state.checks_at else "",
        "stages": spell_stages(state.stuck),
        "escalated": texts.ESCALATED if set(state.stuck) & set(state.escalated) else "",
        "before": _version(state.replaces),
        "back_to": _version(state.rolled_back_to),
        "found": _version(state.found),
        "stopped": _version(state.stopped),
        "why_stopped": why_stopped(state),
        "by": mentions({review.reviewer for review in state.reviews}),
        "reason": texts.REASON.format(why=cut(plain(state.reason), MAX_REASON_CHARS)) if state.reason else "",
        "voided": " and ".join(texts.BOUND[one] for one in state.voided),
    }


def _version(version: str | None) -> str:
    return f"version {version_of(version)}" if version else "nothing"
