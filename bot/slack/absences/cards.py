"""What the person who is away, and whoever decides for them, see of an absence."""

from slack_sdk.models.blocks import ButtonElement

from bot.slack.absences import texts
from bot.slack.blocks import button, buttons, message, sections
from bot.slack.button_values import About
from bot.slack.message import Message
from bot.slack.mrkdwn import mention, minute
from workflows.system.absences.state import Absence

END = "absence.end"


def own_card(absence: Absence) -> Message:
    """For the person who is away."""
    lines = own_lines(absence)
    pressed = [buttons(end_button(absence))] if absence.status == "away" else []
    return message(lines[0], *sections(*lines), *pressed)


def delegate_card(absence: Absence) -> Message:
    """For whoever decides for them."""
    lines = delegate_lines(absence)
    return message(lines[0], *sections(*lines))


def own_lines(absence: Absence) -> list[str]:
    """Until when they are away, and who decides."""
    if absence.status == "over":
        return [texts.YOU_WERE_AWAY.format(until=minute(absence.ended_at or absence.until))]
    decides = texts.DECIDES_FOR_YOU.format(who=mention(absence.delegate)) if absence.delegate else ""
    return [
        texts.YOU_ARE_AWAY.format(until=minute(absence.until)),
        *_ended(absence),
        decides or texts.NOBODY_DECIDES,
        texts.OTHERS_FIRST,
    ]


def delegate_lines(absence: Absence) -> list[str]:
    """For whom they decide, and how."""
    who = mention(absence.owner)
    if absence.status == "over" or absence.delegate is None:
        over = texts.YOU_DECIDED.format(who=who, until=minute(absence.ended_at or absence.until))
        return _ended(absence) or [over]
    return [texts.YOU_DECIDE.format(who=who, until=minute(absence.until)), texts.HOW_YOU_DECIDE]


def end_button(absence: Absence) -> ButtonElement:
    """Ends the absence."""
    return button("I'm back", END, About(absence.id).value)


def _ended(absence: Absence) -> list[str]:
    if absence.delegation_ended is None or absence.asked is None:
        return []
    said = texts.DELEGATION_ENDED[absence.delegation_ended]
    return [said.format(delegate=mention(absence.asked), who=mention(absence.owner))]
