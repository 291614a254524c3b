"""Short messages in an incident's own channel: one for each step and note, written from the log."""

from bot.slack.blocks import message, section
from bot.slack.incidents import texts
from bot.slack.message import MAX_QUOTED_CHARS, Message
from bot.slack.mrkdwn import cut, plain
from workflows.incidents.state import Incident
from workflows.narrative import ERASED, LoggedEvent, Names
from workflows.ports import Directory
from workflows.workflow import Actor


def line(state: Incident, told: LoggedEvent, directory: Directory) -> Message:
    """The message that tells of the event."""
    text = texts.LINES[told.action.partition(".")[2]].format(**_words(state, told, directory))
    return message(text, section(text))


def _words(state: Incident, told: LoggedEvent, directory: Directory) -> dict[str, str]:
    who = plain(Names(directory, told.actor).who)
    step = str(told.facts.get("step", ""))
    terms = state.step_terms(step)
    note, reason = told.facts.get("note"), told.texts.get("reason") or told.facts.get("reason")
    return {
        "who": who,
        "by": "" if Actor(told.actor).is_daypass else texts.LINE_BY.format(who=who),
        "step": plain(terms.title if terms else step),
        "note": f" {_typed(note)}" if note else "",
        "reason": f": {_typed(reason)}" if reason else "",
        "text": _typed(told.texts.get("text", ERASED)),
    }


def _typed(text: object) -> str:
    return cut(plain(str(text)), MAX_QUOTED_CHARS)
